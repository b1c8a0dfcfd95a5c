import Constraints
import Experts
import Foundation
import Mixtures
import Parallel
import Search
import TestSupport
import Testing

/// The certificate, the region and the front under constraints.
struct ConstrainedSearchTests {
  private let domains = ["a", "b", "c", "d"]
  private let pool = WorkerPool(threads: 2)

  /// - Parameter fixed: A weight that one domain has to have.
  private func feasible(
    _ kind: DistanceLimit.Kind?, fixed: (domain: Int, weight: Double)? = nil
  ) throws -> FeasibleSet {
    var minimum = ["b": FeasibleSet.Bound(0.05, reason: "asked")]
    var maximum = ["a": FeasibleSet.Bound(0.3, reason: "epochs")]
    if let fixed {
      minimum[domains[fixed.domain]] = .init(fixed.weight, reason: "fixed")
      maximum[domains[fixed.domain]] = .init(fixed.weight, reason: "fixed")
    }
    return try FeasibleSet(
      domains: domains, minimum: minimum, maximum: maximum,
      limits: [
        LinearLimit(name: "a+b", coefficients: [1, 1, 0, 0], low: 0.1, high: 0.4),
        LinearLimit(name: "c:d", coefficients: [0, 0, 1, -2], low: 0, high: 0),
      ],
      distance: kind.map {
        .init(
          kind: $0, name: "base", base: [0.05, 0.3, 0.45, 0.2],
          radius: $0 == .absolute ? 0.3 : 0.04)
      })
  }

  /// Mixtures of the set by hand: c = 2 d, a and b as drawn.
  private func rivals(_ feasible: FeasibleSet, _ count: Int) -> [[Double]] {
    var random = RandomStream(seed: 11, purpose: "rivals")
    return (0..<count).map { _ in
      let (a, b) = (0.3 * random.unit(), 0.05 + 0.35 * random.unit())
      return [a, b, (1 - a - b) * 2 / 3, (1 - a - b) / 3]
    }.filter { feasible.contains($0) }
  }

  @Test(arguments: [nil, DistanceLimit.Kind.absolute, .divergence])
  func `under groups, ratios and distances nothing feasible is better by more than the gap`(
    kind: DistanceLimit.Kind?
  ) throws {
    let cache = syntheticCache(domains: domains, tokens: 400, seed: 3)
    let feasible = try feasible(kind)
    for criteria in [
      [[0.4, 0.1, 0.1, 0.4]], (0..<4).map { j in (0..<4).map { $0 == j ? 1.0 : 0 } },
    ] {
      let objective = MDEObjective(cache, criteria: criteria, pool: pool)
      let found = try CertifiedMinimum(
        of: objective, feasible: feasible, start: feasible.center, gap: 1e-8)
      #expect(feasible.contains(found.weights, tolerance: 2e-9) && found.gap <= 1e-8)
      let others = rivals(feasible, 3000)
      #expect(others.count > 30)
      for rival in others {
        // The set is convex: part of the way to a rival is a mixture of it too.
        for share in [1, 0.1, 0.001] {
          let other = zip(found.weights, rival).map { $0 + share * ($1 - $0) }
          #expect(objective.value(other) >= found.objective - found.gap - 1e-12)
        }
      }
      #expect(abs(found.criterionWeights.reduce(0, +) - 1) < 1e-9)
    }
  }

  @Test func `the worst case over sets is where the worst losses are equal`() throws {
    // Expert i foretells set i alone, set i being i + 1 times as hard: F_i = (i + 1) c − log λ_i.
    let tokens = 160
    let cache = ProbabilityCache(
      domains: ["a", "b", "c"],
      sets: (0..<3).map { set in
        CachedSet(
          name: "set-\(set)",
          logProbs: (0..<3).map { expert in
            [Float](repeating: expert == set ? -0.5 * Float(set) : -60, count: tokens)
          })
      })
    let found = try CertifiedMinimum(
      of: MDEObjective(
        cache, criteria: (0..<3).map { j in (0..<3).map { $0 == j ? 1 : 0 } }, pool: pool),
      feasible: FeasibleSet(simplex: cache.domains), start: uniform(3), gap: 1e-9)
    // 0.5 i − log λ_i equal: λ_i ∝ exp(0.5 i).
    let powers = (0..<3).map { exp(0.5 * Double($0)) }
    for (weight, power) in zip(found.weights, powers) {
      #expect(isClose(weight, power / powers.reduce(0, +), 1e-6))
    }
    #expect(isClose(found.objective, log(powers.reduce(0, +)), 1e-8))
  }

  @Test func `a weight that Newton's method takes to zero by mistake comes back`() throws {
    // Nearly separable: one expert alone knows one token in 500, and nobody else does.
    let counts = [498, 1, 1]
    let cache = ProbabilityCache(
      domains: ["a", "b", "c"],
      sets: [
        CachedSet(
          name: "set",
          logProbs: (0..<3).map { expert in
            (0..<3).flatMap { [Float](repeating: $0 == expert ? 0 : -80, count: counts[$0]) }
          })
      ])
    let found = try CertifiedMinimum(
      of: MDEObjective(cache, criteria: [[1]], pool: pool),
      feasible: FeasibleSet(simplex: cache.domains), start: uniform(3), gap: 1e-9)
    #expect(isClose(found.weights[1], 0.002, 1e-7) && found.iterations < 25)
  }

  @Test func `the region near the best is that of a quadratic`() throws {
    let feasible = FeasibleSet(simplex: ["a", "b", "c"])
    let bowl = Bowl(center: [0.5, 0.3, 0.2], stiffness: [1, 4, 2])
    let near = NearBest(bowl, best: ([0.5, 0.3, 0.2], 0), epsilon: 0.01, feasible: feasible)
    // Σ d = 0, ½ Σ s d² = ε: the largest |d_i| is √(2 ε / (s_i + 1/Σ_{j≠i} 1/s_j)).
    for i in 0..<3 {
      let others = (0..<3).filter { $0 != i }.reduce(0.0) { $0 + 1 / bowl.stiffness[$1] }
      let most = (0.02 / (bowl.stiffness[i] + 1 / others)).squareRoot()
      #expect(isClose(near.ranges[i].upperBound - bowl.center[i], most, 1e-3 * most))
      #expect(isClose(bowl.center[i] - near.ranges[i].lowerBound, most, 1e-3 * most))
    }
    let capped = try FeasibleSet(
      domains: ["a", "b", "c"], maximum: ["a": .init(0.52, reason: "epochs")])
    let clipped = NearBest(bowl, best: ([0.5, 0.3, 0.2], 0), epsilon: 0.01, feasible: capped)
    #expect(isClose(clipped.ranges[0].upperBound, 0.52, 1e-9))
  }

  /// The objective is convex, so the least of it where one weight is fixed is certified.
  @Test func `the ends of the region are within it, and nothing beyond them is`() throws {
    let cache = syntheticCache(domains: domains, tokens: 300, seed: 5)
    let objective = MDEObjective(cache, criteria: [uniform(4)], pool: pool)
    let feasible = try feasible(.divergence)
    let best = try CertifiedMinimum(
      of: objective, feasible: feasible, start: feasible.center, gap: 1e-9)
    let near = NearBest(
      objective, best: (best.weights, best.objective), epsilon: 0.003, feasible: feasible)
    /// The least objective where domain `i` has `weight`; nil if no mixture is left.
    func least(_ i: Int, _ weight: Double) throws -> Double? {
      let set: FeasibleSet
      do { set = try self.feasible(.divergence, fixed: (i, weight)) } catch is Infeasible {
        return nil
      }
      return try CertifiedMinimum(of: objective, feasible: set, start: set.center, gap: 1e-7)
        .objective
    }
    for (i, range) in near.ranges.enumerated() {
      #expect(range.lowerBound < best.weights[i] && best.weights[i] < range.upperBound)
      for (end, beyond) in [(range.lowerBound, -0.01), (range.upperBound, 0.01)] {
        let here = try #require(try least(i, end))
        #expect(here <= near.limit + 1e-6, "\(domains[i]) \(end)")
        if let there = try least(i, end + beyond) {
          #expect(there > near.limit, "\(domains[i]) \(end + beyond)")
        }
      }
    }
    var inside = 0
    for rival in rivals(feasible, 3000) where objective.value(rival) <= near.limit {
      inside += 1
      for i in rival.indices {
        #expect(rival[i] >= near.ranges[i].lowerBound - 1e-4)
        #expect(rival[i] <= near.ranges[i].upperBound + 1e-4)
      }
    }
    #expect(inside > 0)
  }
}

/// ½ Σ_i stiffness_i (λ_i − center_i)².
private struct Bowl: SearchObjective {
  let center: [Double]
  let stiffness: [Double]

  func values(_ weights: [Double]) -> [Double] { [models(weights)[0].value] }

  func models(_ weights: [Double]) -> [LocalModel] {
    let d = zip(weights, center).map { $0 - $1 }
    return [
      LocalModel(
        value: zip(stiffness, d).reduce(0) { $0 + 0.5 * $1.0 * $1.1 * $1.1 },
        gradient: zip(stiffness, d).map { $0 * $1 },
        curvature: (0..<9).map { $0 % 4 == 0 ? stiffness[$0 / 4] : 0 })
    ]
  }
}
