import LinearAlgebra
package import Storage

/// The mixtures that a run may use: a convex part of the simplex.
///
///     minimum_i ≤ λ_i ≤ maximum_i                for each domain
///     low ≤ Σ_i a_i λ_i ≤ high                   for each of `limits`
///     |λ − base|₁ or D(λ ‖ base) ≤ radius        if there is a `distance`
///
/// Arrays are in the order of `domains`. The set is never empty: `init` throws for contradictory
/// constraints and names a smallest subset of them that no mixture satisfies.
package struct FeasibleSet: Equatable, Sendable {
  package let domains: [String]
  package let minimum: [Double]
  package let maximum: [Double]
  /// The origin of each minimum, for reports: empty, `epochs`, `observed`, `asked` and the like.
  package let minimumReasons: [String]
  /// The origin of each maximum, for reports; empty for a maximum of 1.
  package let reasons: [String]
  package let limits: [LinearLimit]
  package let distance: DistanceLimit?
  /// A mixture of the set that is far from its inequalities, where they leave room.
  package private(set) var center: [Double]

  /// An upper or lower bound, with its origin.
  package struct Bound: Sendable {
    package var value: Double
    package var reason: String
    package init(_ value: Double, reason: String) { (self.value, self.reason) = (value, reason) }
  }

  /// Creates the set of the mixtures that satisfy the constraints.
  ///
  /// - Parameters:
  ///   - minimum: The smallest weights by domain; 0 for a domain that is not named.
  ///   - maximum: The largest weights by domain; 1 for a domain that is not named.
  /// - Throws: `Infeasible` if no mixture satisfies them.
  package init(
    domains: [String], minimum: [String: Bound] = [:], maximum: [String: Bound] = [:],
    limits: [LinearLimit] = [], distance: DistanceLimit? = nil
  ) throws(Infeasible) {
    var maximum = maximum
    if let distance, distance.kind == .divergence {
      for (domain, base) in zip(domains, distance.base) where base == 0 {
        maximum[domain] = Bound(0, reason: distance.description)
      }
    }
    self.domains = domains
    self.minimum = domains.map { minimum[$0]?.value ?? 0 }
    self.maximum = domains.map { min(1, maximum[$0]?.value ?? 1) }
    minimumReasons = domains.map { minimum[$0]?.reason ?? "" }
    reasons = domains.map { (maximum[$0]?.value ?? 1) < 1 ? maximum[$0]?.reason ?? "" : "" }
    (self.limits, self.distance) = (limits, distance)
    center = domains.map { _ in 1 / Double(domains.count) }
    if let conflict = minimalConflict { throw Infeasible(constraints: conflict.map(describe)) }
    center = deepestPoint
  }

  /// Creates the set of all mixtures of `domains`.
  package init(simplex domains: [String]) {
    self.domains = domains
    minimum = domains.map { _ in 0 }
    maximum = domains.map { _ in 1 }
    minimumReasons = domains.map { _ in "" }
    reasons = domains.map { _ in "" }
    (limits, distance) = ([], nil)
    center = domains.map { _ in 1 / Double(domains.count) }
  }

  /// Returns the larger set of only some of the constraints; its center is the same.
  package func keeping(_ parts: [Part]) -> FeasibleSet { FeasibleSet(self, keeping: parts) }

  private init(_ other: FeasibleSet, keeping parts: [Part]) {
    domains = other.domains
    minimum = domains.indices.map { parts.contains(.minimum($0)) ? other.minimum[$0] : 0 }
    maximum = domains.indices.map { parts.contains(.maximum($0)) ? other.maximum[$0] : 1 }
    (minimumReasons, reasons) = (other.minimumReasons, other.reasons)
    limits = other.limits.enumerated().map { place, limit in
      LinearLimit(
        name: limit.name, coefficients: limit.coefficients,
        low: parts.contains(.low(place)) ? limit.low : -.infinity,
        high: parts.contains(.high(place)) ? limit.high : .infinity)
    }
    distance = parts.contains(.distance) ? other.distance : nil
    center = other.center
  }

  /// Returns whether `weights` keep every constraint to `tolerance`.
  package func contains(_ weights: [Double], tolerance: Double = 1e-9) -> Bool {
    abs(weights.reduce(0, +) - 1) <= tolerance
      && weights.indices.allSatisfy {
        weights[$0] >= minimum[$0] - tolerance && weights[$0] <= maximum[$0] + tolerance
      }
      && limits.allSatisfy { limit in
        let value = limit.value(at: weights)
        return value >= limit.low - tolerance && value <= limit.high + tolerance
      }
      && (distance.map { $0.value(at: weights) <= $0.radius + tolerance } ?? true)
  }
}

/// A linear function of the weights within a range: low ≤ Σ_i a_i λ_i ≤ high.
package struct LinearLimit: Equatable, Sendable {
  /// The name of the limit, such as `CommonCrawl+C4`.
  package let name: String
  package let coefficients: [Double]
  /// The smallest value allowed; −∞ if there is no bound.
  package let low: Double
  /// The largest value allowed; ∞ if there is no bound.
  package let high: Double

  package init(name: String, coefficients: [Double], low: Double, high: Double) {
    (self.name, self.coefficients, self.low, self.high) = (name, coefficients, low, high)
  }

  package var isEquality: Bool { high - low <= 1e-12 }
  package func value(at weights: [Double]) -> Double { dot(coefficients, weights) }
}

/// The largest distance that a mixture may have from a base mixture.
package struct DistanceLimit: Equatable, Sendable {
  package enum Kind: String, Sendable {
    /// The distance Σ_i |λ_i − base_i|, which is 2 at most.
    case absolute = "L1"
    /// The divergence D(λ ‖ base) = Σ_i λ_i log(λ_i / base_i), in nats.
    case divergence = "KL"
  }

  package let kind: Kind
  /// The name of the base mixture.
  package let name: String
  package let base: [Double]
  package let radius: Double

  package init(kind: Kind, name: String, base: [Double], radius: Double) {
    (self.kind, self.name, self.base, self.radius) = (kind, name, base, radius)
  }

  package var description: String { "\(kind.rawValue) distance to \(name)" }

  package func value(at weights: [Double]) -> Double {
    switch kind {
    case .absolute: zip(weights, base).reduce(0) { $0 + abs($1.0 - $1.1) }
    case .divergence: divergence(of: weights, from: base)
    }
  }
}

/// Constraints that no mixture satisfies; without any one of them, some mixture would.
package struct Infeasible: ReportableError, Equatable {
  package let constraints: [String]
  package var kind: FailureKind { .computation }
  package var message: String {
    "constraints: no weights that sum to 1 satisfy \(constraints.joined(separator: ", ")); "
      + "relax one of them"
  }
}
