package import Storage

/// The mixtures that a run may use: the simplex within a lower and an upper bound for each domain.
///
///     λ_i ≥ minimum_i,   λ_i ≤ maximum_i,   Σ_i λ_i = 1
///
/// Arrays follow `domains`. A value is never empty: `init` throws for contradictory bounds.
package struct FeasibleSet: Equatable, Sendable {
  package let domains: [String]
  package let minimum: [Double]
  package let maximum: [Double]
  /// Why each upper bound is what it is, for reports: "", "epochs", "observed" or "asked".
  package let reasons: [String]

  /// One upper or lower bound and where it comes from.
  package struct Bound: Sendable {
    package var value: Double
    package var reason: String
    package init(_ value: Double, reason: String) { (self.value, self.reason) = (value, reason) }
  }

  package init(
    domains: [String], minimum: [String: Bound] = [:], maximum: [String: Bound] = [:]
  ) throws(Infeasible) {
    self.domains = domains
    self.minimum = domains.map { minimum[$0]?.value ?? 0 }
    self.maximum = domains.map { min(1, maximum[$0]?.value ?? 1) }
    reasons = domains.map { (maximum[$0]?.value ?? 1) < 1 ? maximum[$0]?.reason ?? "" : "" }
    for (index, domain) in domains.enumerated() where self.minimum[index] > self.maximum[index] {
      throw Infeasible.crossed(
        domain: domain, minimum: minimum[domain] ?? Bound(0, reason: ""),
        maximum: maximum[domain] ?? Bound(1, reason: ""))
    }
    let (low, high) = (self.minimum.reduce(0, +), self.maximum.reduce(0, +))
    // A sum of caps that misses 1 by rounding alone is a set of one point, not a contradiction.
    if low > 1 + 1e-9 {
      throw Infeasible.minimaTooLarge(
        sum: low, domains: domains.indices.filter { self.minimum[$0] > 0 }.map { domains[$0] })
    }
    if high < 1 - 1e-9 {
      throw Infeasible.maximaTooSmall(
        sum: high,
        bounds: domains.indices.map { (domains[$0], self.maximum[$0], self.reasons[$0]) })
    }
  }

  /// The whole simplex.
  package init(simplex domains: [String]) {
    self.domains = domains
    minimum = domains.map { _ in 0 }
    maximum = domains.map { _ in 1 }
    reasons = domains.map { _ in "" }
  }

  package func contains(_ weights: [Double], tolerance: Double = 1e-9) -> Bool {
    abs(weights.reduce(0, +) - 1) <= tolerance
      && weights.indices.allSatisfy {
        weights[$0] >= minimum[$0] - tolerance && weights[$0] <= maximum[$0] + tolerance
      }
  }
}

/// Constraints that no mixture satisfies.
package enum Infeasible: ReportableError {
  case crossed(domain: String, minimum: FeasibleSet.Bound, maximum: FeasibleSet.Bound)
  case minimaTooLarge(sum: Double, domains: [String])
  case maximaTooSmall(sum: Double, bounds: [(domain: String, value: Double, reason: String)])

  package var kind: FailureKind { .computation }

  package var message: String {
    switch self {
    case .crossed(let domain, let minimum, let maximum):
      "constraints: \(domain): at least \(minimum.value)\(Self.note(minimum.reason)) and at most "
        + "\(maximum.value)\(Self.note(maximum.reason)) contradict each other; change one of them"
    case .minimaTooLarge(let sum, let domains):
      "constraints: the minimum weights of \(domains.joined(separator: ", ")) sum to \(sum), "
        + "more than 1; lower them"
    case .maximaTooSmall(let sum, let bounds):
      "constraints: the largest weights allowed sum to \(sum), less than 1: "
        + bounds.map { "\($0.domain) \($0.value)\(Self.note($0.reason))" }.joined(separator: ", ")
        + "; allow more epochs, fewer tokens or larger maxima"
    }
  }

  private static func note(_ reason: String) -> String { reason.isEmpty ? "" : " (\(reason))" }
}
