import Constraints
import Experts
import Formats
import Foundation
import Mixtures
import Parallel
import Regression
import Search
import TestSupport
import Testing

struct MixtureSearchTests {
  let domains = ["a", "b", "c", "d"]
  let pool = WorkerPool(threads: 2)

  /// A regressor with the same coefficients for every set, as if read from a file.
  private func objective(
    _ cache: ProbabilityCache, weights: [Double] = [], logs: [Double] = [], ownMDE: Double = 0,
    otherMDE: Double = 0
  ) throws -> FittedObjective {
    var rows: [String: [String: Double]] = [:]
    for set in domains {
      var coefficients: [String: Double] = [:]
      for (d, value) in zip(domains, weights) { coefficients["weight:\(d)"] = value }
      for (d, value) in zip(domains, logs) { coefficients["logWeight:\(d)"] = value }
      for d in domains { coefficients["mde:\(d)"] = d == set ? ownMDE : otherMDE }
      rows[set] = coefficients
    }
    return try objective(
      RegressorModel(
        LinearModel(
          intercepts: Dictionary(uniqueKeysWithValues: domains.map { ($0, 1) }),
          coefficients: rows, logFloor: 0.01, penalty: 1)), cache)
  }

  private func objective(
    _ model: RegressorModel, _ cache: ProbabilityCache?
  ) throws -> FittedObjective {
    try fittedObjective(model, domains: domains, cache: cache, pool: pool)
  }

  private func search(
    _ objective: FittedObjective, _ feasible: FeasibleSet, draws: Int = 500, seed: UInt64 = 1
  ) -> MixtureSearch {
    MixtureSearch(
      objective, feasible: feasible, given: [uniform(4)], drawCount: draws, randomStarts: 4,
      seed: seed)
  }

  @Test func `derivatives of a fitted objective match central differences`() throws {
    let cache = syntheticCache(domains: domains, tokens: 64)
    let fitted = try objective(
      cache, weights: [1, -2, 0.5, 0], logs: [-0.1, 0.2, 0, 0.3], ownMDE: 0.8, otherMDE: -0.1)
    let point = [0.1, 0.2, 0.3, 0.4]
    let model = fitted.models(point)[0]
    #expect(isClose(model.value, fitted.predict(point).objective, 1e-12))
    for i in point.indices {
      let step = 1e-5
      var (up, down) = (point, point)
      up[i] += step
      down[i] -= step
      let numeric =
        (fitted.predict(up).objective - fitted.predict(down).objective) / (2 * step)
      #expect(isClose(numeric, model.gradient[i], 1e-6), "at \(i)")
      let (high, low) = (fitted.models(up)[0], fitted.models(down)[0])
      for j in point.indices {
        let bend = (high.gradient[j] - low.gradient[j]) / (2 * step)
        #expect(isClose(bend, model.curvature[i * 4 + j], 1e-5), "at \(i), \(j)")
      }
    }
  }

  @Test func `a law in the weights needs no experts, and its derivatives match differences`() throws
  {
    func bySet<Value>(_ value: (Int) -> Value) -> [String: Value] {
      Dictionary(uniqueKeysWithValues: domains.enumerated().map { ($1, value($0)) })
    }
    let exponent = RegressorModel(
      LinearModel(
        intercepts: bySet { _ in 0.5 },
        coefficients: bySet { set in
          Dictionary(
            uniqueKeysWithValues: domains.enumerated().map {
              ("weight:\($1)", $0 == set ? -3 : 0.5)
            })
        }, logFloor: 0.01))
    let law = RegressorModel(
      ExponentialModel(floors: bySet { 2 + Double($0) }, exponent: exponent))
    let fitted = try objective(law, nil)
    let point = [0.1, 0.2, 0.3, 0.4]
    let model = fitted.models(point)[0]
    for i in point.indices {
      let step = 1e-5
      var (up, down) = (point, point)
      up[i] += step
      down[i] -= step
      let numeric = (fitted.value(up) - fitted.value(down)) / (2 * step)
      #expect(isClose(numeric, model.gradient[i], 1e-6))
      let bend =
        (fitted.models(up)[0].gradient[0] - fitted.models(down)[0].gradient[0]) / (2 * step)
      #expect(isClose(bend, model.curvature[i], 1e-5))
    }
    // By symmetry the minimum is in the middle.
    let found = search(fitted, FeasibleSet(simplex: domains))
    for weight in found.weights { #expect(isClose(weight, 0.25, 1e-4)) }
  }

  @Test func `where the prediction is MDE itself, search finds the certified minimum`() throws {
    let cache = syntheticCache(domains: domains, tokens: 400)
    let feasible = FeasibleSet(simplex: domains)
    let certified = try CertifiedMinimum(
      of: MDEObjective(cache, criteria: [uniform(4)], pool: pool), feasible: feasible,
      start: uniform(4))
    let found = search(try objective(cache, ownMDE: 1), feasible)
    #expect(found.value - 1 <= certified.objective + 1e-6)
    #expect(found.value - 1 >= certified.objective - certified.gap - 1e-9)
  }

  @Test func `a law linear in the weights is minimised at its corner, within the caps`() throws {
    let cache = syntheticCache(domains: domains, tokens: 50)
    let fitted = try objective(cache, weights: [3, 1, 2, 4])
    let simplex = search(fitted, FeasibleSet(simplex: domains))
    #expect(isClose(simplex.weights[1], 1, 1e-9) && isClose(simplex.value, 2, 1e-9))
    let capped = try FeasibleSet(
      domains: domains, minimum: ["d": .init(0.05, reason: "asked")],
      maximum: ["b": .init(0.5, reason: "epochs")])
    let found = search(fitted, capped)
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
    let found = search(fitted, feasible, draws: 500, seed: seed)
    #expect(feasible.contains(found.weights, tolerance: 1e-12))
    var random = RandomStream(seed: 100 + seed, purpose: "rivals test")
    for _ in 0..<500 {
      let rival = feasible.adapted(dirichlet([1, 1, 1, 1], using: &random))
      #expect(found.value <= fitted.predict(rival).objective + 1e-12)
    }
    let best = try #require(found.draws.best.first)
    #expect(found.value <= best.value)
    #expect(found.draws.best.allSatisfy { feasible.contains($0.weights, tolerance: 1e-9) })
  }

  @Test func `search is not worse than a hundred thousand draws of RegMix`() throws {
    // As there: Dirichlet(1, …, 1), here on all tokens; Liu et al. 2024, arXiv:2407.01492, section
    // 3.3.
    let cache = syntheticCache(domains: domains, tokens: 64, seed: 8)
    let feasible = FeasibleSet(simplex: domains)
    var random = RandomStream(seed: 9, purpose: "regmix")
    let rivals = (0..<100_000).map { _ in dirichlet([1, 1, 1, 1], using: &random) }
    let losses = cache.sets.map { set in
      var sums = FeatureSums(mixtures: rivals)
      sums.add([set.sample(64).map { $0[...] }], bytes: [0], pool: pool)
      return sums.losses[0].map(\.mean)
    }
    for logs in [[0, 0, 0, 0], [0.1, 0.05, -0.05, 0.1]] {
      let fitted = try objective(cache, logs: logs, ownMDE: 1, otherMDE: logs[0] == 0 ? 0 : -0.1)
      let found = search(fitted, feasible, draws: 2000)
      // A sample gives log-probabilities less each token's largest, so losses have an offset.
      let offset =
        fitted.predict(uniform(4)).objective
        - fitted.predict(uniform(4), mde: sampled(cache, uniform(4))).objective
      var best = (value: Double.infinity, index: 0)
      for m in rivals.indices {
        let value = offset + fitted.predict(rivals[m], mde: losses.map { $0[m] }).objective
        if value < best.value { best = (value, m) }
      }
      #expect(found.value <= best.value + 1e-6)
      #expect(found.value <= fitted.predict(rivals[best.index]).objective)
    }
  }

  private func sampled(_ cache: ProbabilityCache, _ weights: [Double]) -> [Double] {
    cache.sets.map { set in
      var sums = FeatureSums(mixtures: [weights])
      sums.add([set.sample(64).map { $0[...] }], bytes: [0], pool: pool)
      return sums.losses[0][0].mean
    }
  }

  @Test func `a front has no point that another beats, and its ends are the minima`() throws {
    let cache = syntheticCache(domains: domains, tokens: 200)
    let fitted = try objective(cache, ownMDE: 1).replacingCriteria([
      [1, 0, 0, 0], [0, 0.5, 0.5, 0],
    ])
    let feasible = FeasibleSet(simplex: domains)
    let points = ParetoFront(fitted, starts: [uniform(4)], count: 7, feasible: feasible).points
    #expect(points.count == 7)
    for (a, b) in zip(points, points.dropFirst()) {
      #expect(a.values[0] < b.values[0] && a.values[1] > b.values[1])
    }
    var random = RandomStream(seed: 2, purpose: "front")
    for _ in 0..<500 {
      let rival = fitted.values(dirichlet([1, 1, 1, 1], using: &random))
      for point in points {
        #expect(rival[0] > point.values[0] - 1e-6 || rival[1] > point.values[1] - 1e-6)
      }
    }
    for (c, end) in [points.first, points.last].enumerated() {
      let found = search(fitted.replacingCriteria([fitted.criteria[c]]), feasible)
      #expect(isClose(try #require(end).values[c], found.value, 1e-6))
    }
  }

  @Test(arguments: [NextRuns.Criterion.variance, .improvement])
  func `next runs are feasible, new, and worth more than random ones`(
    criterion: NextRuns.Criterion
  ) throws {
    let cache = syntheticCache(domains: domains, tokens: 100)
    let fitted = try objective(cache, weights: [1, 2, 3, 4], ownMDE: 1)
    let feasible = try FeasibleSet(
      domains: domains, maximum: ["b": .init(0.4, reason: "epochs")],
      limits: [LinearLimit(name: "c+d", coefficients: [0, 0, 1, 1], low: 0.2, high: 0.8)])
    let runs = [[0.25, 0.25, 0.25, 0.25], [0.4, 0.1, 0.3, 0.2], [0.1, 0.2, 0.3, 0.4]]
    let best = search(fitted, feasible).weights
    func next(_ count: Int, seed: UInt64 = 1) -> [[Double]] {
      NextRuns(
        count, by: criterion, objective: fitted,
        residual: 0.1, runs: runs, best: best, feasible: feasible, seed: seed
      ).mixtures
    }
    let four = next(4)
    #expect(four.count == 4 && Array(next(6).prefix(4)) == four && next(4, seed: 2) != four)
    // One after the other, each is worth more than nearly all of many mixtures drawn at random; the
    // search draws too, so one of them may be better.
    var worth = RunWorth(criterion, fitted, residual: 0.1, runs: runs)
    var random = RandomStream(seed: 12, purpose: "next runs test")
    let rivals = (0..<500).map { _ in
      feasible.adapted(dirichlet([1, 1, 1, 1], using: &random))
    }
    for (n, mixture) in four.enumerated() {
      let far = rivals.filter { rival in
        (runs + four.prefix(n)).allSatisfy { hellinger(rival, $0) >= NextRuns.leastDistance }
      }
      #expect(far.count > 100)
      let better = far.filter { worth.of($0) > worth.of(mixture) }
      #expect(better.count <= far.count / 100, "run \(n): \(better)")
      worth.add(mixture)
    }
    for (n, mixture) in four.enumerated() {
      #expect(feasible.contains(mixture))
      for other in runs + four.prefix(n) {
        #expect(hellinger(mixture, other) >= NextRuns.leastDistance)
      }
    }
    // Nothing is left where every mixture is near a run.
    let point = try FeasibleSet(
      domains: domains,
      minimum: ["a": .init(0.25, reason: "fixed"), "b": .init(0.25, reason: "fixed")],
      maximum: Dictionary(
        uniqueKeysWithValues: domains.map { ($0, .init(0.26, reason: "asked")) }))
    let none = NextRuns(
      2, by: criterion, objective: fitted,
      residual: 0.1, runs: runs, best: point.center, feasible: point, seed: 1)
    #expect(none.mixtures.isEmpty)
  }

  @Test func `the same seed finds the same, and draws change with the seed`() throws {
    let cache = syntheticCache(domains: domains, tokens: 100)
    let fitted = try objective(cache, ownMDE: 1)
    let feasible = FeasibleSet(simplex: domains)
    let (a, b) = (search(fitted, feasible), search(fitted, feasible))
    #expect(a.weights == b.weights && a.evaluations == b.evaluations)
    let c = search(fitted, feasible, seed: 2)
    #expect(a.draws.best.first?.weights != c.draws.best.first?.weights)
    let none = search(fitted, feasible, draws: 0)
    #expect(none.draws.best.isEmpty && none.starts == 1)
  }
}
