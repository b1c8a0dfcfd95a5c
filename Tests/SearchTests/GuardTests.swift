import Constraints
import Experts
import Foundation
import Mixtures
import Parallel
@testable import Search
import TestSupport
import Testing

/// Guards on MDE losses against brute force over a grid of the simplex.
struct GuardTests {
  private let domains = ["a", "b", "c"]
  private let pool = WorkerPool(threads: 2)
  private let step = 100

  /// Returns all mixtures of three domains with weights that are multiples of 1/`step`.
  private var grid: [[Double]] {
    (0...step).flatMap { a in
      (0...step - a).map { b in [a, b, step - a - b].map { Double($0) / Double(step) } }
    }
  }

  private func bound(
    _ text: String, reference: [Double]? = [0.2, 0.3, 0.5], criteria: [[String: Double]]? = nil
  ) throws -> LossGuard {
    let text = try #require(try GuardText.list(text).first)
    return LossGuard(
      text, left: Objective(name: text.left, criteria: criteria ?? [[text.left: 1]]),
      reference: reference)
  }

  private func objective(
    _ guards: [LossGuard], seed: UInt64 = 1, criteria: [[Double]] = [[0.6, 0.3, 0.1]]
  ) -> MDEObjective {
    MDEObjective(
      syntheticCache(domains: domains, tokens: 300, seed: seed), criteria: criteria,
      guards: guards, pool: pool)
  }

  /// The least objective of the grid's mixtures that keep the guards.
  private func least(_ objective: MDEObjective, _ feasible: FeasibleSet) -> Double {
    grid.filter { feasible.contains($0) }.map { objective.standing($0) }.filter(\.keepsGuards)
      .map(\.objective).min() ?? .infinity
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64], [false, true])
  func `under upper bounds the minimum is certified, and brute force finds nothing better`(
    seed: UInt64, isCapped: Bool
  ) throws {
    let feasible = try FeasibleSet(
      domains: domains, maximum: isCapped ? ["a": .init(0.45, reason: "epochs")] : [:])
    for texts in [["c <= m"], ["c <= m + 0.1", "b <= m + 0.05"], ["c <= m - 0.05", "b <= m"]] {
      for criteria in [[[0.6, 0.3, 0.1]], [[1, 0, 0], [0, 1, 0]]] {
        let objective = objective(
          try texts.map { try bound($0) }, seed: seed, criteria: criteria)
        let kept = BestKept(of: objective, feasible: feasible, starts: [feasible.center])
        let brute = least(objective, feasible)
        guard kept.excess <= 0 else {
          #expect(brute == .infinity)
          #expect(throws: GuardConflict.self) { try kept.check() }
          continue
        }
        let found = try CertifiedMinimum(
          of: objective, feasible: feasible, start: feasible.center, gap: 1e-8)
        #expect(objective.standing(found.weights).violation <= 1e-7)
        #expect(feasible.contains(found.weights, tolerance: 2e-9) && found.gap <= 1e-8)
        #expect(found.objective - found.gap <= brute + 1e-9)
        // The grid is coarse, but its best is near.
        #expect(brute - found.objective < 0.02)
      }
    }
  }

  @Test(arguments: [7, 20], [false, true])
  func `with many domains and guards the certificate is as tight`(k: Int, isWorst: Bool) throws {
    let domains = (0..<k).map { "d\($0)" }
    var random = RandomStream(seed: UInt64(k), purpose: "guard test")
    let reference = dirichlet([Double](repeating: 2, count: k), using: &random)
    let units = (0..<k).map { j in (0..<k).map { $0 == j ? 1.0 : 0 } }
    let objective = MDEObjective(
      syntheticCache(domains: domains, tokens: 200, seed: UInt64(k)),
      criteria: isWorst ? units : [uniform(k)],
      guards: try (0..<5).map { try bound("d\($0) <= m", reference: reference) }, pool: pool)
    let found = try CertifiedMinimum(
      of: objective, feasible: FeasibleSet(simplex: domains), start: uniform(k), gap: 1e-8)
    #expect(found.gap <= 1e-8 && objective.standing(found.weights).violation <= 1e-7)
    #expect(found.iterations < 60 && found.guardMultipliers.contains { $0 > 1e-3 })
    // The guards' mixtures are convex: all on the way to the reference keep them.
    for share in [1, 0.3, 0.1, 0.01, 0.001] {
      let rival = zip(found.weights, reference).map { $0 + share * ($1 - $0) }
      let there = objective.standing(rival)
      #expect(there.violation <= 1e-7 && there.objective >= found.objective - found.gap - 1e-9)
    }
  }

  @Test func `a guard that binds has the price of the finite difference, and others none`() throws {
    func solve(_ change: Double) throws -> (CertifiedMinimum, MDEObjective) {
      let texts = ["c <= m + \(0.1 + change)", "b <= m + 3"]
      let objective = objective(try texts.map { try bound($0) })
      return (
        try CertifiedMinimum(
          of: objective, feasible: FeasibleSet(simplex: domains), start: uniform(3), gap: 1e-11),
        objective
      )
    }
    let (low, middle, high) = (try solve(-1e-3), try solve(0), try solve(1e-3))
    let slope = (high.0.objective - low.0.objective) / 2e-3
    #expect(slope < -0.01)
    #expect(isClose(-middle.0.guardMultipliers[0], slope, 1e-4))
    #expect(middle.0.guardMultipliers[1] < 1e-8)
    let values = middle.1.values(middle.0.weights)
    #expect(abs(values[1]) < 1e-8 && values[2] < -1)
  }

  @Test func `the largest of several losses is bounded as each of them`() throws {
    let worst = try bound("worst <= m - 0.1", criteria: domains.map { [$0: 1] })
    let objective = objective([worst])
    let found = try CertifiedMinimum(
      of: objective, feasible: FeasibleSet(simplex: domains), start: uniform(3), gap: 1e-9)
    let limit = try #require(objective.guards?.limits.first)
    let losses = objective.cache.evaluate(found.weights, order: .value, pool: pool).map(\.loss)
    #expect(isClose(losses.max() ?? 0, limit, 1e-7))
    #expect(found.objective <= least(objective, FeasibleSet(simplex: domains)) + 1e-9)
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `under lower bounds the answer is a local minimum with an honest gap`(seed: UInt64) throws {
    // The minimum without the guard has a low loss on a.
    let objective = objective([try bound("a >= m + 0.1", reference: uniform(3))], seed: seed)
    let feasible = FeasibleSet(simplex: domains)
    let found = try CertifiedMinimum(
      of: objective, feasible: feasible, starts: grid.filter { $0.min() ?? 0 > 0.25 }, gap: 1e-8)
    let brute = least(objective, feasible)
    #expect(objective.standing(found.weights).keepsGuards)
    #expect(abs(objective.values(found.weights)[1]) < 1e-6)
    #expect(found.objective - found.gap <= brute + 1e-9 && found.gap > 1e-4)
    #expect(found.objective <= brute + 1e-6)
    // A guard that the minimum keeps by itself costs nothing and leaves the certificate.
    let idle = self.objective([try bound("a >= m - 3", reference: uniform(3))], seed: seed)
    let free = try CertifiedMinimum(
      of: idle, feasible: feasible, starts: [uniform(3)], gap: 1e-8)
    #expect(free.gap <= 1e-8 && free.guardMultipliers == [0])
  }

  @Test func `a conflict is named by a smallest subset, constraints on weights among it`() throws {
    // At most the loss on a domain's text of a mixture that has six tenths of it.
    func rich(_ text: String) throws -> LossGuard {
      let place = domains.firstIndex(of: String(text.prefix(1))) ?? 0
      return try bound(text, reference: domains.indices.map { $0 == place ? 0.6 : 0.2 })
    }
    func conflict(_ texts: [String], _ feasible: FeasibleSet) throws -> [String] {
      let objective = objective(try texts.map { try rich($0) })
      let error = try #require(
        #expect(throws: GuardConflict.self) {
          try BestKept(of: objective, feasible: feasible, starts: [feasible.center]).check()
        })
      #expect(error.excess > 1e-3 && error.message.contains("relax one of them"))
      return error.constraints
    }
    let free = FeasibleSet(simplex: domains)
    let capped = try FeasibleSet(
      domains: domains, minimum: ["b": .init(0.1, reason: "asked")],
      maximum: ["a": .init(0.2, reason: "epochs"), "c": .init(0.6, reason: "asked")])
    #expect(
      try conflict(["a <= m", "b <= m + 0.5", "c <= m"], free) == ["a <= m", "c <= m"])
    #expect(
      try conflict(["b <= m + 0.5", "a <= m"], capped) == ["a at most 0.2 (epochs)", "a <= m"])
    #expect(try conflict(["a <= m - 9", "b <= m + 0.5"], capped) == ["a <= m - 9"])
  }

  @Test func `the region near the best keeps the guards to its precision`() throws {
    let objective = objective([try bound("c <= m + 0.1")])
    let feasible = FeasibleSet(simplex: domains)
    let best = try CertifiedMinimum(
      of: objective, feasible: feasible, start: uniform(3), gap: 1e-10)
    let epsilon = 0.02
    let near = NearBest(
      objective, best: (best.weights, best.objective), epsilon: epsilon, feasible: feasible)
    let inside = grid.filter {
      let there = objective.standing($0)
      return there.keepsGuards && there.objective <= near.limit
    }
    #expect(inside.count > 20)
    for i in domains.indices {
      let weights = inside.map { $0[i] }
      // The set is convex, so a step of the grid more than its mixtures is no mixture of it.
      #expect(near.ranges[i].lowerBound <= (weights.min() ?? 0) + 1e-4)
      #expect(near.ranges[i].upperBound >= (weights.max() ?? 1) - 1e-4)
      #expect(near.ranges[i].lowerBound >= (weights.min() ?? 0) - 0.02)
      #expect(near.ranges[i].upperBound <= (weights.max() ?? 1) + 0.02)
    }
  }

  @Test func `without slopes a pattern search keeps guards too`() throws {
    let smooth = objective([try bound("c <= m + 0.1")])
    let steps = Steps(base: smooth)
    let found = LocalMinimum(
      of: steps, from: [0.05, 0.05, 0.9], feasible: FeasibleSet(simplex: domains))
    #expect(found.value.keepsGuards && found.modelWeights == nil)
    #expect(found.value.objective <= least(smooth, FeasibleSet(simplex: domains)) + 0.05)
    // From a start that breaks the guard, it is kept first.
    let broken = LocalMinimum(
      of: steps, from: [0.9, 0.05, 0.05], feasible: FeasibleSet(simplex: domains))
    #expect(broken.value.keepsGuards)
  }
}

/// Another objective in steps of 0.001 nats.
private struct Steps: SearchObjective {
  let base: MDEObjective
  var isSmooth: Bool { false }
  var guards: GuardBounds? { base.guards }
  func values(_ weights: [Double]) -> [Double] {
    base.values(weights).map { ($0 * 1000).rounded() / 1000 }
  }
  func models(_ weights: [Double]) -> [LocalModel] { [] }
}
