import Glibc
import LinearAlgebra

extension FeasibleSet {
  /// The mixture within the bounds (not the limits or the distance) that is nearest to `weights` in
  /// Kullback–Leibler divergence D(· ‖ weights).
  ///
  /// It is clamp(s · weights_i, minimum_i, maximum_i): capping a domain gives the excess to the others
  /// in proportion. A zero weight stays zero unless the bounds leave no other place.
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

  /// A mixture of the set that is like `weights`, quickly: what random draws go through.
  ///
  /// Within bounds alone it is the nearest in divergence. Otherwise that point, less what it has across
  /// the equalities, is drawn towards the centre of the set as far as it takes.
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

  /// How far `direction` can be followed from the point `start` of the set, inside it.
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

  /// A point of the set to rounding, with weights that nearly touch a bound on it.
  func snapped(_ weights: [Double]) -> [Double] {
    balanced(
      weights.indices.map { i in
        if weights[i] <= minimum[i] + 1e-9 { return minimum[i] }
        return weights[i] >= maximum[i] - 1e-9 ? maximum[i] : weights[i]
      })
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

  /// max over the bounds of Σ_i gain_i λ_i, and where: a knapsack, filled in order of gain.
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

/// D(a ‖ b) = Σ_i a_i log(a_i / b_i) in nats; 0 log 0 is 0, and what b excludes is infinitely far.
package func divergence(of a: [Double], from b: [Double]) -> Double {
  zip(a, b).reduce(0) { $1.0 > 0 ? $0 + ($1.1 > 0 ? $1.0 * log($1.0 / $1.1) : .infinity) : $0 }
}
