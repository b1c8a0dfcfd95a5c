package import Constraints
import Glibc
package import Storage

extension MixtureBounds {
  /// Returns the same constraints on the weights of groups and lone domains.
  ///
  /// With λ_d = ratio_d · w, a bound of λ_d is one of w, divided by the ratio, and a sum of λ has
  /// the coefficients' means by ratio. The divergence from a base b is one from exp(−Σ_d ratio_d
  /// log(ratio_d / b_d)). Absolute differences are those of the parts where the base has those
  /// ratios.
  ///
  /// - Throws: `GroupedDistance` if it has not.
  package func joined(by groups: DomainGroups) throws(GroupedDistance) -> MixtureBounds {
    if groups.areAlone { return self }
    var bounds = MixtureBounds()
    for (d, domain) in groups.domains.enumerated() {
      let (part, ratio) = (groups.parts[groups.partOf[d]], groups.ratios[d])
      if let least = minimum[domain] {
        bounds.atLeast(least.value / ratio, part, reason: least.reason)
      }
      if let most = maximum[domain] {
        bounds.atMost(most.value / ratio, part, reason: most.reason)
      }
    }
    func means(_ values: [Double]) -> [Double] {
      groups.joined(zip(values, groups.ratios).map { $0 * $1 })
    }
    bounds.limits = limits.map {
      LinearLimit(
        name: $0.name, coefficients: means($0.coefficients), low: $0.low, high: $0.high)
    }
    bounds.distance = try distance.map { limit throws(GroupedDistance) in
      let base: [Double]
      switch limit.kind {
      case .divergence:
        base = means(zip(groups.ratios, limit.base).map { $1 > 0 ? log($0 / $1) : .infinity })
          .map { exp(-$0) }
      case .absolute:
        guard groups.deviation(of: limit.base) <= 1e-6 else {
          throw GroupedDistance(name: limit.name)
        }
        base = groups.joined(limit.base)
      }
      return DistanceLimit(kind: limit.kind, name: limit.name, base: base, radius: limit.radius)
    }
    return bounds
  }
}

/// A base of absolute differences that has other ratios within a group than its expert.
package struct GroupedDistance: ReportableError, Equatable {
  package let name: String
  package init(name: String) { self.name = name }
  package var kind: FailureKind { .usage }
  package var message: String {
    "--within-l1: \(name) has other ratios within a group of domains than the group's expert; give "
      + "--within-kl, or a mixture of those ratios"
  }
}
