import Glibc

extension FeasibleSet {
  /// The point of the set nearest to `point` (of any sum and sign) in Euclidean distance.
  ///
  /// It is clamp(point_i − τ, minimum_i, maximum_i) for the one τ that makes the sum 1. That sum falls
  /// with τ, so bisection finds it; the rest, of rounding, goes where there is room.
  package func nearest(to point: [Double]) -> [Double] {
    precondition(point.count == domains.count)
    func clamped(_ i: Int, _ shift: Double) -> Double {
      min(max(point[i] - shift, minimum[i]), maximum[i])
    }
    var low = (point.min() ?? 0) - 2
    var high = (point.max() ?? 0) + 1
    for _ in 0..<100 {
      let middle = 0.5 * (low + high)
      let sum = point.indices.reduce(0) { $0 + clamped($1, middle) }
      if sum > 1 { low = middle } else { high = middle }
    }
    return balanced(point.indices.map { clamped($0, high) })
  }

  /// The mixture of the set nearest to `weights` in Kullback–Leibler divergence D(· ‖ weights).
  ///
  /// It is clamp(s · weights_i, minimum_i, maximum_i): capping a domain gives the excess to the others
  /// in proportion. A zero weight stays zero unless the bounds leave no other place.
  package func scaled(_ weights: [Double]) -> [Double] {
    precondition(weights.count == domains.count)
    func clamped(_ i: Int, _ scale: Double) -> Double {
      min(max(scale * weights[i], minimum[i]), maximum[i])
    }
    var (low, high) = (-700.0, 700.0)  // of the logarithm of s
    for _ in 0..<100 {
      let middle = 0.5 * (low + high)
      let scale = exp(middle)
      let sum = weights.indices.reduce(0) { $0 + clamped($1, scale) }
      if sum > 1 { high = middle } else { low = middle }
    }
    let scale = exp(low)
    return balanced(weights.indices.map { clamped($0, scale) })
  }

  /// `weights`, within the bounds, after adding what they miss of 1 where there is most room.
  private func balanced(_ weights: [Double]) -> [Double] {
    var weights = weights
    for _ in weights.indices {
      let missing = 1 - weights.reduce(0, +)
      if missing == 0 { break }
      let room = weights.indices.map {
        missing > 0 ? maximum[$0] - weights[$0] : weights[$0] - minimum[$0]
      }
      guard let widest = room.indices.max(by: { room[$0] < room[$1] }), room[widest] > 0 else {
        break
      }
      weights[widest] += missing > 0 ? min(missing, room[widest]) : max(missing, -room[widest])
    }
    return weights
  }

  /// max over the set of Σ_i gain_i λ_i, and where: a knapsack, filled in order of gain.
  ///
  /// - Returns: the point, its value, and the gain of the domain that was filled last: what one more
  ///   unit of weight is worth.
  package func maximizer(
    of gains: [Double]
  ) -> (weights: [Double], value: Double, marginal: Double) {
    var weights = minimum
    var rest = 1 - minimum.reduce(0, +)
    var marginal = gains.max() ?? 0
    for i in gains.indices.sorted(by: { gains[$0] > gains[$1] }) where rest > 0 {
      let step = min(rest, maximum[i] - weights[i])
      guard step > 0 else { continue }
      weights[i] += step
      rest -= step
      marginal = gains[i]
    }
    let value = zip(weights, gains).reduce(0) { $0 + $1.0 * $1.1 }
    return (weights, value, marginal)
  }
}
