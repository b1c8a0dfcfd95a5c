/// Constraints on a mixture from several sources; the tightest bounds of each domain hold.
package struct MixtureBounds: Sendable {
  package private(set) var minimum: [String: FeasibleSet.Bound] = [:]
  package private(set) var maximum: [String: FeasibleSet.Bound] = [:]
  package var limits: [LinearLimit] = []
  package var distance: DistanceLimit?

  package init() {}

  package mutating func atLeast(_ value: Double, _ domain: String, reason: String) {
    if value > minimum[domain]?.value ?? 0 {
      minimum[domain] = FeasibleSet.Bound(value, reason: reason)
    }
  }

  package mutating func atMost(_ value: Double, _ domain: String, reason: String) {
    if value < maximum[domain]?.value ?? 1 {
      maximum[domain] = FeasibleSet.Bound(value, reason: reason)
    }
  }

  /// Keeps every weight between the smallest and the largest that a run was observed with.
  ///
  /// A regressor of a few dozen runs says nothing outside them.
  ///
  /// - Parameter runs: The weights of the runs, each in the order of `domains`.
  package mutating func stayWithin(_ runs: [[Double]], domains: [String]) {
    for (place, domain) in domains.enumerated() {
      let weights = runs.map { $0[place] }
      atLeast(weights.min() ?? 0, domain, reason: "observed")
      atMost(weights.max() ?? 1, domain, reason: "observed")
    }
  }

  /// Returns the mixtures of `domains` that satisfy the constraints.
  ///
  /// - Throws: `Infeasible` if there are none.
  package func feasibleSet(domains: [String]) throws(Infeasible) -> FeasibleSet {
    try FeasibleSet(
      domains: domains, minimum: minimum, maximum: maximum, limits: limits, distance: distance)
  }
}
