import Formats
import Foundation
import Kernels
import Mixtures
import Regression
import Search
import Testing

struct MixtureSearchTests {
  let domains = ["a", "b", "c", "d"]
  let pool = WorkerPool(threads: 2)

  /// A regressor with the same coefficients for every set, as if read from a file.
  private func objective(
    _ cache: ProbabilityCache, weights: [Double] = [], logs: [Double] = [], ownMDE: Double = 0,
    otherMDE: Double = 0
  ) throws -> FittedObjective {
    var models: [String: RegressorFile.LinearModel] = [:]
    for set in domains {
      var coefficients: [String: Double] = [:]
      for (d, value) in zip(domains, weights) { coefficients["weight:\(d)"] = value }
      for (d, value) in zip(domains, logs) { coefficients["logWeight:\(d)"] = value }
      for d in domains { coefficients["mde:\(d)"] = d == set ? ownMDE : otherMDE }
      models[set] = .init(intercept: 1, coefficients: coefficients)
    }
    let family = RegressorFile.Family(
      name: "test", isCalibrated: true, meanSquaredError: 0, spearman: nil, penalty: nil,
      outOfFold: [:], models: models)
    let file = RegressorFile(
      provenance: Provenance(format: "", version: 1, tool: ""), domains: domains,
      objective: try #require(.named("avg-sp", sets: domains, domains: domains)), logFloor: 0.01,
      beta: 0, family: "test", families: [family], runs: [])
    return try #require(FittedObjective(file, family: family, cache: cache, pool: pool))
  }

  private func search(
    _ objective: FittedObjective, _ feasible: FeasibleSet, draws: Int = 500, seed: UInt64 = 1
  ) throws -> MixtureSearch {
    try MixtureSearch(
      objective, feasible: feasible, given: [uniform(4)], drawCount: draws, randomStarts: 4,
      seed: seed)
  }

  @Test func `the gradient of a fitted objective matches central differences`() throws {
    let cache = syntheticCache(domains: domains, tokens: 64)
    let fitted = try objective(
      cache, weights: [1, -2, 0.5, 0], logs: [-0.1, 0.2, 0, 0.3], ownMDE: 0.8, otherMDE: -0.1)
    let point = [0.1, 0.2, 0.3, 0.4]
    let (value, gradient) = fitted.valueAndGradient(point)
    #expect(value == fitted.predict(point).objective)
    for i in point.indices {
      let step = 1e-5
      var (up, down) = (point, point)
      up[i] += step
      down[i] -= step
      let numeric =
        (fitted.predict(up).objective - fitted.predict(down).objective) / (2 * step)
      #expect(isClose(numeric, gradient[i], 1e-6), "at \(i)")
    }
  }

  @Test func `where the prediction is MDE itself, search finds the certified minimum`() throws {
    let cache = syntheticCache(domains: domains, tokens: 400)
    let feasible = FeasibleSet(simplex: domains)
    let certified = try CertifiedMinimum(
      of: cache, setWeights: uniform(4), feasible: feasible, start: uniform(4), pool: pool)
    let found = try search(try objective(cache, ownMDE: 1), feasible)
    #expect(found.value - 1 <= certified.objective + 1e-6)
    #expect(found.value - 1 >= certified.objective - certified.gap - 1e-9)
  }

  @Test func `a law linear in the weights is minimised at its corner, within the caps`() throws {
    let cache = syntheticCache(domains: domains, tokens: 50)
    let fitted = try objective(cache, weights: [3, 1, 2, 4])
    let simplex = try search(fitted, FeasibleSet(simplex: domains))
    #expect(isClose(simplex.weights[1], 1, 1e-9) && isClose(simplex.value, 2, 1e-9))
    let capped = try FeasibleSet(
      domains: domains, minimum: ["d": .init(0.05, reason: "asked")],
      maximum: ["b": .init(0.5, reason: "epochs")])
    let found = try search(fitted, capped)
    for (a, b) in zip(found.weights, [0, 0.5, 0.45, 0.05]) { #expect(isClose(a, b, 1e-9)) }
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `search is never infeasible and never worse than its random draws`(seed: UInt64) throws {
    let cache = syntheticCache(domains: domains, tokens: 200, seed: seed)
    // Not convex: log λ pulls down towards 0, MDE of other sets counts negatively.
    let fitted = try objective(cache, logs: [0.2, 0.1, -0.05, 0.15], ownMDE: 1, otherMDE: -0.15)
    let feasible = try FeasibleSet(
      domains: domains, minimum: ["a": .init(0.02, reason: "asked")],
      maximum: ["b": .init(0.3, reason: "epochs"), "c": .init(0.4, reason: "epochs")])
    let found = try search(fitted, feasible, draws: 500, seed: seed)
    #expect(feasible.contains(found.weights, tolerance: 1e-12))
    var random = RandomStream(seed: 100 + seed, purpose: "rivals test")
    for _ in 0..<500 {
      let rival = feasible.scaled(dirichlet([1, 1, 1, 1], using: &random))
      #expect(found.value <= fitted.predict(rival).objective + 1e-12)
    }
    let best = try #require(found.draws.best.first)
    #expect(found.value <= best.value)
    #expect(found.draws.best.allSatisfy { feasible.contains($0.weights, tolerance: 1e-9) })
  }

  @Test func `the same seed finds the same, and draws change with the seed`() throws {
    let cache = syntheticCache(domains: domains, tokens: 100)
    let fitted = try objective(cache, ownMDE: 1)
    let feasible = FeasibleSet(simplex: domains)
    let (a, b) = (try search(fitted, feasible), try search(fitted, feasible))
    #expect(a.weights == b.weights && a.evaluations == b.evaluations)
    let c = try search(fitted, feasible, seed: 2)
    #expect(a.draws.best.first?.weights != c.draws.best.first?.weights)
    let none = try search(fitted, feasible, draws: 0)
    #expect(none.draws.best.isEmpty && none.starts == 1)
  }

  @Test func `bounds come from the tightest source, and observed weights limit the search`() throws
  {
    var bounds = MixtureBounds()
    bounds.atMost(0.5, "a", reason: "epochs")
    bounds.stayWithin(
      [
        .init(id: "x", weights: ["a": 0.1, "b": 0.9], losses: [:]),
        .init(id: "y", weights: ["a": 0.7, "b": 0.3], losses: [:]),
      ], domains: ["a", "b"])
    let feasible = try bounds.feasibleSet(domains: ["a", "b"])
    #expect(feasible.minimum == [0.1, 0.3] && feasible.maximum == [0.5, 0.9])
    #expect(feasible.reasons == ["epochs", "observed"])
  }

  @Test func `verdicts need a gain beyond the errors of differences`() {
    // Differences of these residuals: the shared 10 cancels.
    let error = PredictionError(residuals: (0..<20).map { 10 + 0.001 * Double($0) })
    #expect(isClose(error.radius, 10.018, 1e-9) && error.differenceRadius < 0.02)
    #expect(error.verdict(3.0, against: 3.1, named: "natural").hasPrefix("better than natural"))
    #expect(error.verdict(3.0, against: 3.005, named: "natural").hasPrefix("not distinguishable"))
    #expect(error.verdict(3.1, against: 3.0, named: "natural").hasPrefix("worse than natural"))
  }
}
