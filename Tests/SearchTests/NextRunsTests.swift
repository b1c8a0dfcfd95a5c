import Constraints
import Formats
import Foundation
import LinearAlgebra
import Mixtures
import Parallel
import Regression
import TestSupport
import Testing

@testable import Search

struct NextRunsTests {
  private let domains = ["a", "b", "c"]

  /// A model that states what it is told to, of one set.
  private struct Stated: Regressor {
    var mean: @Sendable (MixturePoint) -> Double
    var covariance: @Sendable (MixturePoint, MixturePoint) -> Double
    var noise: Double

    func predict(_ point: MixturePoint) -> [Double] { [mean(point)] }
    func expansion(at point: MixturePoint, of criterion: [Double]) -> SecondOrderExpansion? { nil }
    func posterior(at points: [MixturePoint], of criterion: [Double]) -> JointPosterior? {
      JointPosterior(
        means: points.map(mean),
        covariance: DenseMatrix(
          points.map { a in points.map { covariance(a, $0) } }, columns: points.count),
        noise: noise)
    }
    var model: any StoredModel { LinearModel(intercepts: [:], coefficients: [:], logFloor: 1) }
  }

  private func model(_ regressor: any Regressor) -> DesignModel {
    DesignModel(
      domains: domains, mdeSets: [], regressor: regressor, criteria: [[1]], residual: 0.1)
  }

  private func mixtures(_ count: Int, seed: UInt64 = 1) -> [MixturePoint] {
    var random = RandomStream(seed: seed, purpose: "next runs test")
    return (0..<count).map { _ in
      MixturePoint(weights: dirichlet(domains.map { _ in 1 }, using: &random))
    }
  }

  /// A random covariance of rank 4 and noise of 0.2.
  private func belief(_ count: Int, seed: UInt64) -> DesignBelief {
    var random = RandomStream(seed: seed, purpose: "belief test")
    let loadings = DenseMatrix(
      (0..<count).map { _ in (0..<4).map { _ in normal(using: &random) } }, columns: 4)
    return DesignBelief(
      means: (0..<count).map { _ in normal(using: &random) },
      covariance: loadings.timesTransposed(loadings), noise: 0.2)
  }

  @Test(arguments: [1, 2, 3, 7, 40])
  func `the expected fall of the least mean is that of many draws`(count: Int) {
    var random = RandomStream(seed: 5, purpose: "gradient test")
    let means = (0..<count).map { _ in normal(using: &random) }
    let slopes = (0..<count).map { $0 % 3 == 0 ? 0.5 : normal(using: &random) }
    let exact = expectedReduction(means: means, slopes: slopes)
    let least = means.min() ?? 0
    let draws = (0..<100_000).map { _ in
      let z = normal(using: &random)
      return least - (zip(means, slopes).map { $0 + $1 * z }.min() ?? 0)
    }
    let mean = draws.reduce(0, +) / 1e5
    let deviation = (draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 1e5).squareRoot()
    #expect(exact >= 0 && abs(exact - mean) <= 4 * deviation / 1e5.squareRoot() + 1e-12)
    #expect(expectedReduction(means: means, slopes: means.map { _ in 2 }) == 0)
  }

  @Test func `runs observed one after the other leave what all at once do`() {
    let before = belief(12, seed: 1)
    let batch = [3, 7, 3, 0]
    var after = before
    for i in batch { after.observe(i) }
    // Σ − Σ_B (Σ_BB + σ²)⁻¹ Σ_Bᵀ, by the inverse.
    let rows = DenseMatrix(batch.map { before.covariance.row($0) }, columns: 12)
    var inner = DenseMatrix(
      batch.map { i in batch.map { before.covariance[i, $0] } }, columns: batch.count)
    for b in batch.indices { inner[b, b] += before.noise }
    let inverse = Cholesky(inner)!.inverse()
    let explained = rows.transposed.timesTransposed(
      rows.transposed.timesTransposed(inverse))
    for i in 0..<12 {
      for j in 0..<12 {
        #expect(
          isClose(after.covariance[i, j], before.covariance[i, j] - explained[i, j], 1e-9))
      }
    }
  }

  @Test func `the sampled gain of one run is the exact one, and of more runs is more`() throws {
    let points = mixtures(60)
    let stated = Stated(
      mean: { $0.weights[0] * 0.3 - $0.weights[1] * 0.1 },
      covariance: { a, b in exp(-9 * hellinger(a.weights, b.weights)) * 0.04 }, noise: 0.01)
    let selection = RunSelection(
      among: Array(points[3...]), runs: Array(points[..<3]), model: model(stated), by: .gain,
      limit: 1000)
    let chosen = selection.chosen(4, leastDistance: 0, allowsRepeats: true)
    #expect(Set(chosen).count == 4)
    let exact = points.indices.map { selection.belief.knowledgeGradient($0) }
    #expect(exact[chosen[0]] == exact.max())
    let one = try #require(selection.expectedGain(of: [chosen[0]], seed: 1))
    #expect(abs(one.mean - exact[chosen[0]]) <= 4 * (one.standardError ?? 0))
    let four = try #require(selection.expectedGain(of: chosen, seed: 1))
    let regret = try #require(selection.expectedRegret(seed: 1))
    #expect(one.mean < four.mean && four.mean < regret.mean)
    #expect(selection.expectedGain(of: chosen, seed: 1) == four)
    #expect(selection.expectedGain(of: chosen, seed: 2) != four)
  }

  @Test func `nothing is gained where nothing is uncertain`() throws {
    let points = mixtures(30)
    let stated = Stated(mean: { $0.weights[0] }, covariance: { _, _ in 0 }, noise: 0.01)
    let selection = RunSelection(
      among: Array(points[2...]), runs: Array(points[..<2]), model: model(stated), by: .gain,
      limit: 20)
    let chosen = selection.chosen(3, leastDistance: 0, allowsRepeats: true)
    #expect(chosen.count == 3)
    #expect(selection.expectedGain(of: chosen, seed: 1)?.mean == 0)
    #expect(selection.expectedRegret(seed: 1)?.mean == 0)
  }

  @Test func `a batch for gain is chosen by conditioning on its own runs`() {
    let points = mixtures(40)
    let stated = Stated(
      mean: { $0.weights[0] * 0.1 },
      covariance: { a, b in exp(-5 * hellinger(a.weights, b.weights)) * 0.04 }, noise: 1e-4)
    let selection = RunSelection(
      among: Array(points[1...]), runs: [points[0]], model: model(stated), by: .gain, limit: 100)
    var belief = selection.belief
    for choice in selection.chosen(5, leastDistance: 0, allowsRepeats: true) {
      let best = belief.means.indices.map { belief.knowledgeGradient($0) }.max()
      #expect(belief.knowledgeGradient(choice) == best)
      belief.observe(choice)
    }
  }

  @Test func `an uncertain run is proposed again, as a repeat`() throws {
    let runs = [[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]]
    let stated = Stated(
      mean: { $0.weights == runs[1] ? 0.1 : $0.weights[1] },
      covariance: { a, b in a.weights == runs[1] && b.weights == runs[1] ? 0.04 : 0 }, noise: 0.04)
    let pool = WorkerPool(threads: 1)
    let objective = try fittedObjective(
      RegressorModel(
        LinearModel(
          intercepts: ["a": 1, "b": 1, "c": 1], coefficients: ["a": [:], "b": [:], "c": [:]],
          logFloor: 1)), domains: domains, cache: nil, pool: pool
    ).replacingRegressor(stated, pool: pool).replacingCriteria([[1]])
    let next = NextRuns(
      1, by: .gain, objective: objective, residual: 0.1, runs: runs, best: [0.5, 0, 0.5],
      feasible: FeasibleSet(simplex: domains), seed: 1)
    #expect(next.mixtures == [runs[1]] && next.repeats == [1])
    #expect(try #require(next.expectedGain).mean > 0)
  }

  @Test(arguments: [1, 3])
  func `a process states what its next runs are worth, at any number of threads`(
    threads: Int
  ) throws {
    let runs = mixtures(12, seed: 3).map(\.weights)
    var random = RandomStream(seed: 4, purpose: "losses")
    let data = RegressionData(
      ids: runs.indices.map { "\($0)" }, domains: domains, sets: domains, weights: runs,
      losses: runs.map { run in
        run.map { 4 - 0.5 * ($0 + 0.05).squareRoot() + 0.01 * normal(using: &random) }
      }, objective: [1, 1, 1].map { $0 / 3 })
    let family = GaussianProcessFamily("gp", summary: "", inputs: .weights)
    let fit = RegressorModel(try family.fit(data).model)
    func next(_ criterion: NextRuns.Criterion, seed: UInt64 = 1, threads: Int) throws -> NextRuns {
      NextRuns(
        4, by: criterion,
        objective: try fittedObjective(
          fit, domains: domains, cache: nil, pool: WorkerPool(threads: threads)),
        residual: 0.1, runs: runs, best: [0.33, 0.33, 0.34],
        feasible: FeasibleSet(simplex: domains), seed: seed)
    }
    for criterion in NextRuns.Criterion.allCases {
      let found = try next(criterion, threads: threads)
      let alone = try next(criterion, threads: 1)
      #expect(found.mixtures == alone.mixtures && found.expectedGain == alone.expectedGain)
      #expect(found.mixtures.count == 4 && found.repeats.count == 4)
      #expect(try #require(found.expectedGain).mean >= 0)
      #expect(try #require(found.expectedRegret).mean >= 0)
      #expect(try next(criterion, seed: 2, threads: 1).mixtures != alone.mixtures)
      if criterion != .gain { #expect(found.repeats == [nil, nil, nil, nil]) }
    }
    let gain = try #require(try next(.gain, threads: 1).expectedGain)
    let space = try #require(try next(.space, threads: 1).expectedGain)
    #expect(gain.mean > space.mean)
  }

  @Test func `a family without a posterior gets mixtures for gain, and no statement`() throws {
    let runs = mixtures(8).map(\.weights)
    let data = RegressionData(
      ids: runs.indices.map { "\($0)" }, domains: domains, sets: domains, weights: runs,
      losses: runs.map { run in run.map { 4 - 0.5 * $0 } }, objective: [1, 1, 1].map { $0 / 3 })
    let family = RidgeFamily("ridge", summary: "", blocks: [.weights], logFloor: 0.01)
    let next = NextRuns(
      3, by: .gain,
      objective: try fittedObjective(
        RegressorModel(try family.fit(data).model), domains: domains, cache: nil,
        pool: WorkerPool(threads: 1)),
      residual: 0.1, runs: runs, best: [1, 0, 0], feasible: FeasibleSet(simplex: domains), seed: 1)
    #expect(Set(next.mixtures).count == 3)
    #expect(next.expectedGain == nil && next.expectedRegret == nil)
  }

  @Test func `space-filling mixtures stand for where mixtures are`() {
    let cluster = (0..<9).map { n -> [Double] in
      let step = 0.01 * Double(n)
      return [0.3 + step, 0.4, 0.3 - step]
    }
    let all = [[1.0, 0, 0]] + cluster
    #expect(spaceFilling(1, of: all) == [5])
    #expect(spaceFilling(2, of: all) == [5, 0])
    #expect(spaceFilling(1, of: all, taken: [all[5]]) { $0 > 0 } != [0])
    #expect(spaceFilling(20, of: all).count == 10)
  }
}
