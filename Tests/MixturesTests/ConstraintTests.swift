import Constraints
import Foundation
import Mixtures
import Parallel
import Testing

/// Sets of every kind of constraint, over four domains.
enum ConstrainedSet: String, CaseIterable, Sendable {
  case simplex, bounds, groups, ratio, absolute, divergence, everything, edge

  static let domains = ["a", "b", "c", "d"]
  private static let base = [0.4, 0.3, 0.2, 0.1]

  var feasible: FeasibleSet {
    get throws {
      let sum = LinearLimit(name: "a+b", coefficients: [1, 1, 0, 0], low: 0.3, high: 0.5)
      let ratio = LinearLimit(name: "c:d", coefficients: [0, 0, 1, -2], low: 0, high: 0)
      let bounds: (minimum: [String: FeasibleSet.Bound], maximum: [String: FeasibleSet.Bound]) = (
        ["c": .init(0.1, reason: "asked")], ["a": .init(0.4, reason: "epochs")]
      )
      switch self {
      case .simplex: return FeasibleSet(simplex: Self.domains)
      case .bounds:
        return try FeasibleSet(
          domains: Self.domains, minimum: bounds.minimum, maximum: bounds.maximum)
      case .groups: return try FeasibleSet(domains: Self.domains, limits: [sum])
      case .ratio: return try FeasibleSet(domains: Self.domains, limits: [ratio])
      case .absolute:
        return try FeasibleSet(
          domains: Self.domains,
          distance: .init(kind: .absolute, name: "base", base: Self.base, radius: 0.3))
      case .divergence:
        return try FeasibleSet(
          domains: Self.domains,
          distance: .init(kind: .divergence, name: "base", base: Self.base, radius: 0.05))
      case .everything:
        return try FeasibleSet(
          domains: Self.domains, minimum: bounds.minimum, maximum: bounds.maximum,
          limits: [sum, ratio],
          distance: .init(kind: .divergence, name: "base", base: Self.base, radius: 0.2))
      case .edge:
        // No interior: a is fixed, and the other maxima leave one point.
        return try FeasibleSet(
          domains: Self.domains, minimum: ["a": .init(0.4, reason: "fixed")],
          maximum: [
            "a": .init(0.4, reason: "fixed"), "b": .init(0.1, reason: "epochs"),
            "c": .init(0.2, reason: "epochs"), "d": .init(0.3, reason: "epochs"),
          ])
      }
    }
  }

  /// Mixtures of the set, found without its own arithmetic where that is possible at all.
  ///
  /// - Returns: As many as asked for; of a set that is one point, that point.
  func samples(_ count: Int, seed: UInt64) throws -> [[Double]] {
    if self == .edge { return [[0.4, 0.1, 0.2, 0.3]] }
    let feasible = try feasible
    var random = RandomStream(seed: seed, purpose: "constraint samples")
    var samples: [[Double]] = []
    for _ in 0..<1000 * count where samples.count < count {
      var weights = dirichlet([1, 1, 1, 1], using: &random)
      switch self {
      case .ratio, .everything:  // c = 2 d by hand
        let rest = 1 - weights[0] - weights[1]
        (weights[2], weights[3]) = (rest * 2 / 3, rest / 3)
      default: break
      }
      if feasible.contains(weights) { samples.append(weights) }
    }
    try #require(samples.count == count, "\(self) holds too few draws")
    return samples
  }
}

struct ConstraintTests {
  @Test(arguments: ConstrainedSet.allCases)
  func `what random draws become lies in the set`(kind: ConstrainedSet) throws {
    let feasible = try kind.feasible
    #expect(feasible.contains(feasible.center))
    var random = RandomStream(seed: 4, purpose: "constraint test")
    for strength in [0.1, 1, 10] {
      for _ in 0..<100 {
        let draw = dirichlet([Double](repeating: strength, count: 4), using: &random)
        #expect(feasible.contains(feasible.adapted(draw), tolerance: 2e-9), "\(draw)")
      }
    }
    for point in try kind.samples(200, seed: 5) {
      for (a, b) in zip(feasible.adapted(point), point) { #expect(abs(a - b) < 1e-8) }
    }
  }

  @Test(arguments: ConstrainedSet.allCases)
  func `a linear function has its minimum, and the bound by duality meets it`(
    kind: ConstrainedSet
  ) throws {
    let feasible = try kind.feasible
    let samples = try kind.samples(400, seed: 6)
    for gains in [[3, 2, 1, 0.5], [0.1, 0.2, 0.9, 1], [1, 1, 1, 1], [-1, 2, 0, 0.5]] {
      let found = feasible.minimum(linear: gains.map { -$0 }, near: feasible.center)
      #expect(feasible.contains(found.weights, tolerance: 2e-9))
      let value = zip(gains, found.weights).reduce(0) { $0 + $1.0 * $1.1 }
      let bound = feasible.upperBound(of: gains, found.multipliers)
      #expect(bound >= value - 1e-9 && bound <= value + 1e-7, "\(gains): \(value) \(bound)")
      for sample in samples {
        #expect(zip(gains, sample).reduce(0) { $0 + $1.0 * $1.1 } <= bound + 1e-12)
      }
    }
  }

  @Test(arguments: ConstrainedSet.allCases)
  func `the bound holds whatever the multipliers are`(kind: ConstrainedSet) throws {
    let feasible = try kind.feasible
    let samples = try kind.samples(400, seed: 7)
    let others = feasible.minimum(linear: [1, -2, 0.5, 0], near: feasible.center).multipliers
    for sample in samples {
      #expect(
        zip([0.3, 0.1, 2, 1], sample).reduce(0) { $0 + $1.0 * $1.1 }
          <= feasible.upperBound(of: [0.3, 0.1, 2, 1], others) + 1e-12)
    }
  }

  @Test(arguments: ConstrainedSet.allCases.filter { $0 != .edge && $0 != .simplex })
  func `multipliers are the slopes of the minimum`(kind: ConstrainedSet) throws {
    let feasible = try kind.feasible
    let linear = [0.7, -0.2, 0.4, 0.1]
    let quadratic = [2, 0, 0.1, 0, 0, 1, 0, 0, 0.1, 0, 3, 0, 0, 0, 0, 1.5]
    func solve(_ set: FeasibleSet) -> (value: Double, multipliers: Multipliers) {
      let found = set.minimum(quadratic: quadratic, linear: linear, near: set.center)
      var value = 0.0
      for i in 0..<4 {
        value += linear[i] * found.weights[i]
        for j in 0..<4 {
          value += 0.5 * quadratic[4 * i + j] * found.weights[i] * found.weights[j]
        }
      }
      return (value, found.multipliers)
    }
    let here = solve(feasible)
    let step = 1e-4
    var checked = 0
    func relaxed(_ sign: Double, _ change: (inout Parts, Double) -> Void) throws -> Double {
      var parts = Parts(feasible)
      change(&parts, sign * step)
      return solve(try parts.set).value
    }
    func slope(_ change: (inout Parts, Double) -> Void) throws -> Double {
      (try relaxed(1, change) - relaxed(-1, change)) / (2 * step)
    }
    for r in feasible.limits.indices {
      checked += 1
      let numeric = try slope { $0.limits[r] = $0.limits[r].shifted($1) }
      #expect(abs(numeric + here.multipliers.limits[r]) < 1e-4, "\(feasible.limits[r].name)")
    }
    if feasible.distance != nil {
      checked += 1
      let numeric = try slope { $0.radius += $1 }
      #expect(abs(numeric + here.multipliers.distance) < 1e-3)
    }
    for (i, domain) in feasible.domains.enumerated() where feasible.maximum[i] < 1 {
      checked += 1
      let numeric = try slope { $0.maximum[domain]?.value += $1 }
      #expect(abs(numeric + here.multipliers.upper[i]) < 1e-4)
    }
    #expect(checked > 0)
  }

  @Test func `a conflict is named by a smallest subset`() throws {
    let limits = [
      LinearLimit(name: "a+b", coefficients: [1, 1, 0, 0], low: 0.2, high: 0.3),
      LinearLimit(name: "c+d", coefficients: [0, 0, 1, 1], low: -.infinity, high: 0.6),
      LinearLimit(name: "a+d", coefficients: [1, 0, 0, 1], low: 0.1, high: .infinity),
    ]
    let error = #expect(throws: Infeasible.self) {
      try FeasibleSet(
        domains: ConstrainedSet.domains, minimum: ["a": .init(0.05, reason: "asked")],
        limits: limits)
    }
    #expect(error?.constraints == ["a+b at most 0.3", "c+d at most 0.6"])
    for kept in [[limits[0], limits[2]], [limits[1], limits[2]]] {
      _ = try FeasibleSet(
        domains: ConstrainedSet.domains, minimum: ["a": .init(0.05, reason: "asked")], limits: kept)
    }
    for kind in [DistanceLimit.Kind.absolute, .divergence] {
      let far = #expect(throws: Infeasible.self) {
        try FeasibleSet(
          domains: ConstrainedSet.domains, minimum: ["d": .init(0.9, reason: "fixed")],
          maximum: ["b": .init(0.5, reason: "epochs")],
          distance: .init(kind: kind, name: "base", base: [0.4, 0.3, 0.2, 0.1], radius: 0.5))
      }
      #expect(
        far?.constraints == [
          "d at least 0.9 (fixed)", "\(kind.rawValue) distance to base at most 0.5",
        ])
    }
  }

  @Test func `sixty-four domains near a base mixture`() throws {
    let domains = (0..<64).map { "domain-\($0)" }
    let base = domains.map { _ in 1.0 / 64 }
    let gains = (0..<64).map { sin(Double($0)) }
    for kind in [DistanceLimit.Kind.absolute, .divergence] {
      let feasible = try FeasibleSet(
        domains: domains, maximum: ["domain-8": .init(0.05, reason: "epochs")],
        distance: .init(kind: kind, name: "base", base: base, radius: 0.2))
      let found = feasible.minimum(linear: gains.map { -$0 }, near: feasible.center)
      let value = zip(gains, found.weights).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(feasible.contains(found.weights, tolerance: 1e-7))
      #expect(abs(feasible.upperBound(of: gains, found.multipliers) - value) < 1e-6)
      if kind == .absolute {  // 0.1 moves from the least gains to the largest, capped for one
        #expect(abs(found.weights.reduce(0) { $0 + max(0, $1 - 1.0 / 64) } - 0.1) < 1e-6)
      }
    }
  }

  @Test func `caps that sum to one by rounding alone leave a mixture`() throws {
    let third = 1.0 / 3 - 1e-12
    let feasible = try FeasibleSet(
      domains: ["a", "b", "c"],
      maximum: [
        "a": .init(third, reason: "epochs"), "b": .init(third, reason: "epochs"),
        "c": .init(third, reason: "epochs"),
      ])
    for weight in feasible.center { #expect(abs(weight - 1.0 / 3) < 1e-8) }
  }

  @Test func `what the base mixture excludes stays excluded in divergence`() throws {
    let feasible = try FeasibleSet(
      domains: ["a", "b", "c"],
      distance: .init(kind: .divergence, name: "base", base: [0.5, 0.5, 0], radius: 0.1))
    #expect(feasible.maximum[2] == 0 && feasible.center[2] == 0)
    #expect(feasible.minimum(linear: [0, 1, -5], near: feasible.center).weights[2] == 0)
  }
}

/// A set taken apart, to change one constraint of it.
private struct Parts {
  var minimum: [String: FeasibleSet.Bound]
  var maximum: [String: FeasibleSet.Bound]
  var limits: [LinearLimit]
  var radius: Double
  private let distance: DistanceLimit?

  init(_ set: FeasibleSet) {
    func bounds(_ values: [Double]) -> [String: FeasibleSet.Bound] {
      Dictionary(
        uniqueKeysWithValues: zip(set.domains, values.map { .init($0, reason: "asked") }))
    }
    (minimum, maximum) = (bounds(set.minimum), bounds(set.maximum))
    (limits, distance, radius) = (set.limits, set.distance, set.distance?.radius ?? 0)
  }

  var set: FeasibleSet {
    get throws {
      try FeasibleSet(
        domains: ConstrainedSet.domains, minimum: minimum, maximum: maximum, limits: limits,
        distance: distance.map {
          .init(kind: $0.kind, name: $0.name, base: $0.base, radius: radius)
        })
    }
  }
}

extension LinearLimit {
  fileprivate func shifted(_ step: Double) -> LinearLimit {
    LinearLimit(name: name, coefficients: coefficients, low: low + step, high: high + step)
  }
}
