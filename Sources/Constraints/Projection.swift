import Glibc
import LinearAlgebra

extension FeasibleSet {
  /// Returns the mixture within the bounds that is nearest to `weights`.
  ///
  /// Nearest is by the divergence D(· ‖ weights); limits and distance do not count. The mixture is
  /// clamp(s · weights_i, minimum_i, maximum_i): capping a domain gives the excess to the others in
  /// proportion. A zero weight stays zero unless the bounds leave no other place.
  func scaled(_ weights: [Double]) -> [Double] {
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

  /// Returns a mixture of the set that is like `weights`, quickly, as random draws go through it.
  ///
  /// With bounds alone it is the nearest in divergence. Otherwise the direction from `center` to
  /// that point, without its part across the equalities, is followed from `center` as far as the
  /// set reaches, but not beyond its own length.
  package func adapted(_ weights: [Double]) -> [Double] {
    let bounded = scaled(weights)
    if (limits.isEmpty && distance == nil) || contains(bounded) { return bounded }
    var direction = zip(bounded, center).map { $0 - $1 }
    for normal in equalityNormals { addProduct(&direction, normal, -dot(normal, direction)) }
    let length = min(1, lengthInside(from: center, along: direction))
    return snapped(zip(center, direction).map { $0 + length * $1 })
  }

  /// An orthonormal basis of the normals of all equalities.
  private var equalityNormals: [[Double]] {
    var normals: [[Double]] = []
    let fixed = domains.indices.filter { maximum[$0] - minimum[$0] <= 1e-12 }
    let rows =
      [domains.map { _ in 1.0 }]
      + fixed.map { i in domains.indices.map { $0 == i ? 1.0 : 0 } }
      + limits.filter(\.isEquality).map(\.coefficients)
    for row in rows {
      var rest = row
      for normal in normals { addProduct(&rest, normal, -dot(normal, rest)) }
      let length = dot(rest, rest).squareRoot()
      if length > 1e-9 { normals.append(rest.map { $0 / length }) }
    }
    return normals
  }

  /// Returns how far `direction` can be followed from `start`, a point of the set, inside the set.
  private func lengthInside(from start: [Double], along direction: [Double]) -> Double {
    var length = Double.infinity
    func keep(_ value: Double, _ change: Double, below limit: Double) {
      if change > 1e-15 { length = min(length, max(0, limit - value) / change) }
    }
    for i in domains.indices {
      keep(start[i], direction[i], below: maximum[i])
      keep(-start[i], -direction[i], below: -minimum[i])
    }
    for limit in limits where !limit.isEquality {
      let (value, change) = (limit.value(at: start), dot(limit.coefficients, direction))
      keep(value, change, below: limit.high)
      keep(-value, -change, below: -limit.low)
    }
    guard let distance else { return length }
    func isInside(_ length: Double) -> Bool {
      distance.value(at: zip(start, direction).map { max(0, $0 + length * $1) }) <= distance.radius
    }
    var (inside, outside) = (0.0, min(length, 1))
    if isInside(outside) { return outside }
    for _ in 0..<40 {
      let middle = 0.5 * (inside + outside)
      if isInside(middle) { inside = middle } else { outside = middle }
    }
    return inside
  }

  /// Returns `weights` with those that nearly touch a bound put on it, balanced to sum to 1.
  func snapped(_ weights: [Double]) -> [Double] {
    balanced(
      weights.indices.map { i in
        if weights[i] <= minimum[i] + 1e-9 { return minimum[i] }
        return weights[i] >= maximum[i] - 1e-9 ? maximum[i] : weights[i]
      })
  }

  /// Returns `weights` with what they miss of 1 added where there is most room within the bounds.
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

  /// Returns the largest Σ_i gain_i λ_i within the bounds alone, and the mixture that reaches it.
  ///
  /// It is a knapsack, filled in the order of the gains.
  package func maximizer(of gains: [Double]) -> (weights: [Double], value: Double) {
    var weights = minimum
    var rest = 1 - minimum.reduce(0, +)
    for i in gains.indices.sorted(by: { gains[$0] > gains[$1] }) where rest > 0 {
      let step = min(rest, maximum[i] - weights[i])
      guard step > 0 else { continue }
      weights[i] += step
      rest -= step
    }
    return (weights, dot(weights, gains))
  }
}

/// Returns D(a ‖ b) = Σ_i a_i log(a_i / b_i) in nats.
///
/// Here 0 log 0 is 0, and the divergence is infinite if a has weight where b has none.
package func divergence(of a: [Double], from b: [Double]) -> Double {
  zip(a, b).reduce(0) { $1.0 > 0 ? $0 + ($1.1 > 0 ? $1.0 * log($1.0 / $1.1) : .infinity) : $0 }
}
