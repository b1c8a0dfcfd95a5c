/// A constraint that a mixture breaks, and by how much.
package struct BrokenLimit: Equatable, Sendable {
  /// What is bounded: a domain, a sum such as `CommonCrawl+C4`, or a distance.
  package let name: String
  package let value: Double
  package let limit: Double
  /// The origin of the bound, as `FeasibleSet` has it; empty for a constraint with a name alone.
  package let reason: String

  package var isAbove: Bool { value > limit }
  package var amount: Double { abs(value - limit) }

  /// What the bound is, such as `the most of any run`.
  package var bound: String { Self.words(reason, isAbove: isAbove) }

  /// Returns what a bound of that origin is that a value may not be above, or below.
  package static func words(_ reason: String, isAbove: Bool) -> String {
    switch (reason, isAbove) {
    case ("observed", true): "the most of any run"
    case ("observed", false): "the least of any run"
    case ("epochs", _): "what its epochs allow"
    case ("asked", true): "the most asked for"
    case ("asked", false): "the least asked for"
    case ("fixed", _): "its fixed weight"
    case (_, true): "the most allowed"
    default: "the least allowed"
    }
  }
}

extension FeasibleSet {
  /// What a weight may be off by where weights are told with four digits.
  package static let rounding = 5e-5

  /// Returns the constraints that `weights` break by more than `tolerance`: of domains first, then
  /// of sums, then the distance.
  package func broken(by weights: [Double], tolerance: Double = rounding) -> [BrokenLimit] {
    var broken: [BrokenLimit] = []
    func check(_ name: String, _ value: Double, _ low: Double, _ high: Double, _ why: [String]) {
      if value < low - tolerance {
        broken.append(.init(name: name, value: value, limit: low, reason: why[0]))
      } else if value > high + tolerance {
        broken.append(.init(name: name, value: value, limit: high, reason: why[1]))
      }
    }
    for i in domains.indices {
      check(domains[i], weights[i], minimum[i], maximum[i], [minimumReasons[i], reasons[i]])
    }
    for limit in limits {
      check(limit.name, limit.value(at: weights), limit.low, limit.high, ["", ""])
    }
    if let distance {
      check(
        distance.description, distance.value(at: weights), -.infinity, distance.radius, ["", ""])
    }
    return broken
  }
}
