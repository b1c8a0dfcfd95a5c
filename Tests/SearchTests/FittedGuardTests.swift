import Constraints
import Experts
import Foundation
import Mixtures
import Parallel
import Regression
@testable import Search
import TestSupport
import Testing

/// Guards on what a regressor predicts.
struct FittedGuardTests {
  private let domains = ["a", "b", "c"]
  private let pool = WorkerPool(threads: 2)

  private func bound(_ text: String, _ reference: [Double]?) throws -> LossGuard {
    let text = try #require(try GuardText.list(text).first)
    return LossGuard(
      text, left: Objective(name: text.left, criteria: [[text.left: 1]]), reference: reference)
  }

  /// L_j = 1 + F_j − 0.3 Σ_{s ≠ j} F_s + logarithms: not convex.
  private func crooked() throws -> FittedObjective {
    var rows: [String: [String: Double]] = [:]
    for (place, set) in domains.enumerated() {
      for (d, log) in zip(domains, [0.15, 0.05, -0.05]) {
        rows[set, default: [:]]["logWeight:\(d)"] = log
        rows[set, default: [:]]["mde:\(d)"] = d == set ? 1 + 0.1 * Double(place) : -0.3
      }
    }
    let model = LinearModel(
      intercepts: Dictionary(uniqueKeysWithValues: domains.map { ($0, 1) }), coefficients: rows,
      logFloor: 0.01, penalty: 1)
    return try fittedObjective(
      RegressorModel(model), domains: domains,
      cache: syntheticCache(domains: domains, tokens: 200), pool: pool)
  }

  private var grid: [[Double]] {
    (0...60).flatMap { a in
      (0...60 - a).map { b in [a, b, 60 - a - b].map { Double($0) / 60 } }
    }
  }

  @Test(arguments: ["c <= m", "c <= m + 0.05", "a >= m", "b <= 2.7"])
  func `a search keeps guards that are not convex, and a grid has nothing better`(text: String)
    throws
  {
    let objective = try crooked().guarded(by: [try bound(text, [0.2, 0.2, 0.6])], radii: [0])
    let feasible = FeasibleSet(simplex: domains)
    let found = MixtureSearch(
      objective, feasible: feasible, given: [uniform(3)], drawCount: 500, randomStarts: 8, seed: 1)
    #expect(found.violation <= 1e-8)
    let kept = grid.map { objective.standing($0) }.filter(\.keepsGuards)
    let least = try #require(kept.map(\.objective).min())
    #expect(kept.count > 50 && found.value <= least + 1e-7)
    #expect(least - found.value < 0.05)
    let front = ParetoFront(
      objective.replacingCriteria([[1, 0, 0], [0, 1, 0]]), starts: [found.weights], count: 5,
      feasible: feasible)
    #expect(!front.points.isEmpty)
    for point in front.points { #expect(objective.standing(point.weights).keepsGuards) }
  }

  @Test func `its price is that of a finite difference`() throws {
    let base = try crooked()
    func search(_ objective: FittedObjective) -> MixtureSearch {
      MixtureSearch(
        objective, feasible: FeasibleSet(simplex: domains), given: [uniform(3)], drawCount: 200,
        randomStarts: 4, seed: 1)
    }
    // A little less than the loss where nothing is guarded.
    let limit = base.predict(search(base).weights).losses[2] - 0.05
    func search(_ change: Double) throws -> MixtureSearch {
      search(base.guarded(by: [try bound("c <= \(limit + change)", nil)], radii: [0]))
    }
    let slope = (try search(1e-3).value - search(-1e-3).value) / 2e-3
    let multiplier = try #require(try search(0).guardMultipliers?.first)
    #expect(slope < -1e-3 && isClose(-multiplier, slope, 1e-3 * abs(slope) + 1e-5))
  }

  @Test func `a margin is the radius times the deviation of the difference, with its slopes`()
    throws
  {
    let reference = [0.2, 0.2, 0.6]
    let base = try process()
    let guards = [try bound("c <= m", reference), try bound("a <= 4", nil)]
    let objective = base.guarded(by: guards, radii: [1.7, 0.9])
    let point = [0.5, 0.1, 0.4]
    let bare = base.guarded(by: guards, radii: [0, 0])
    let margins = objective.margins(point)
    for (value, pair) in zip(objective.values(point), zip(bare.values(point), [0] + margins)) {
      #expect(isClose(value, pair.0 + pair.1, 1e-12))
    }
    let deviation = try #require(
      base.replacingCriteria([[0, 0, 1]]).differenceDeviation(point, reference))
    #expect(isClose(margins[0], 1.7 * deviation, 1e-9) && margins[0] > 0)
    let alone = base.replacingCriteria([[1, 0, 0]])
    let own = try #require(alone.variance(point, alone.predict(point))?.deviation)
    #expect(isClose(margins[1], 0.9 * own, 1e-9))
    let models = objective.models(point)
    for row in models.indices {
      for i in point.indices {
        var (up, down) = (point, point)
        up[i] += 1e-4
        down[i] -= 1e-4
        let numeric = (objective.values(up)[row] - objective.values(down)[row]) / 2e-4
        #expect(isClose(models[row].gradient[i], numeric, 1e-3 * (1 + abs(numeric))))
      }
    }
    let found = MixtureSearch(
      objective, feasible: FeasibleSet(simplex: domains), given: [uniform(3), reference],
      drawCount: 200, randomStarts: 4, seed: 1)
    if found.violation <= GuardBounds.tolerance {
      #expect(objective.values(found.weights).suffix(2).allSatisfy { $0 <= 1e-6 })
    }
  }

  /// A Gaussian process of the weights, fitted to runs of a known law.
  private func process() throws -> FittedObjective {
    var random = RandomStream(seed: 5, purpose: "guard test")
    let weights = (0..<24).map { _ in dirichlet([1, 1, 1], using: &random) }
    let losses = weights.map { row in
      row.map { 3 - 0.5 * log(0.05 + $0) + 0.02 * (random.unit() - 0.5) }
    }
    let data = RegressionData(
      ids: weights.indices.map { "run-\($0)" }, domains: domains, sets: domains, mdeSets: [],
      weights: weights, losses: losses, objective: uniform(3))
    let settings = FamilyRegistry.Settings(logFloor: 0.01, seed: 1)
    let family = try #require(
      FamilyRegistry.rows(for: data, settings).map(\.family).first { $0.name == "gp" })
    let fit = try family.fit(data, pool: pool)
    return try fittedObjective(
      RegressorModel(fit.model), domains: domains, cache: nil, pool: pool)
  }

  @Test func `for next runs, a mixture that breaks a guard is no good answer`() throws {
    let base = try process()
    let objective = base.guarded(by: [try bound("c <= m", [0.2, 0.2, 0.6])], radii: [0])
    let model = DesignModel(objective, residual: 0.1)
    for weights in [[0.1, 0.1, 0.8], [0.6, 0.3, 0.1]] {
      let there = objective.standing(weights)
      #expect(there.keepsGuards == (weights[2] > 0.5))
      let mean = model.mean(MixturePoint(weights: weights))
      #expect(isClose(mean, there.objective + RandomDraws.penalty * there.violation, 1e-9))
    }
  }

  @Test func `refits of a search are guarded by what they predict of the reference`() throws {
    let reference = [0.2, 0.2, 0.6]
    let objective = try crooked().guarded(by: [try bound("c <= m", reference)], radii: [0])
    let other = try process()
    let replaced = objective.replacingRegressor(other.regressor, pool: pool)
    let expected = other.predict(reference).losses[2]
    #expect(isClose(try #require(replaced.guards?.limits.first), expected, 1e-12))
  }
}
