import Formats
import Foundation
import Mixtures
import Parallel
@testable import Regression
import Search
import Testing

/// Families across scales: held-out sizes, the best mixture that moves or stays, bad runs.
struct ScaleComparisonTests {
  private let pool = WorkerPool(threads: 2)
  private let families = FamilyRegistry.scaleRows.compactMap { $0.family as? any ScaleFamily }

  @Test func `the largest of three sizes is held out, and laws predict it better than it is`()
    throws
  {
    let data = try ScaleLawTests.data(sizes: [1e8, 3e8, 9e8], noise: 0.002)
    let comparison = try Comparison(families, across: data, seed: 1, pool: pool)
    #expect(comparison.folds.name == "900M parameters held out")
    #expect(comparison.data.count == 24 && comparison.data.scales == nil)
    func error(_ name: String) throws -> Double {
      try #require(comparison.entry(name)?.scores?.meanSquaredError.value)
    }
    #expect(try error("scale-joint") < 0.1 * error("unscaled"))
    #expect(comparison.best?.family.name != "unscaled")
    let audit = try ScaleAudit(families, data, test: nil, seed: 1, pool: pool)
    #expect(audit.scores.first?.family == ScaleAudit.asMeasured)
    #expect(audit.scores.allSatisfy { $0.fittedParameters == 3e8 && $0.parameters > 8e8 })
    let joint = try #require(audit.scores.first { $0.family == "scale-joint" })
    #expect(joint.meanRelativeError < 0.01 && joint.coverage ?? 0 > 0.8)
  }

  @Test func `of two sizes mixtures are held out`() throws {
    let data = try ScaleLawTests.data(sizes: [1e8, 3e8], noise: 0.002)
    let comparison = try Comparison(families, across: data, seed: 1, pool: pool)
    #expect(comparison.folds.name == "10 folds of mixtures, scored at 300M parameters")
    for entry in comparison.entries {
      #expect(entry.outOfFold?.means.joined().contains(where: \.isNaN) == false)
    }
  }

  /// The known law's optimum by brute force.
  private func best(_ scale: ModelScale) -> [Double] {
    var least = (Double.infinity, [Double]())
    for a in 0...100 {
      for b in 0...(100 - a) {
        let w = [Double(a) / 100, Double(b) / 100, Double(100 - a - b) / 100]
        let loss = [0, 1].reduce(0) {
          $0 + ScaleLawTests.loss(w, scale, set: $1, moves: true)
        }
        if loss < least.0 { least = (loss, w) }
      }
    }
    return least.1
  }

  private func fitted(_ data: RegressionData) throws -> [(name: String, fit: any Regressor)] {
    try families.map { ($0.name, try $0.fit(data, pool: pool)) }
  }

  @Test func `the optimum of a known law at the target is found`() throws {
    let data = try ScaleLawTests.data(sizes: [1e8, 3e8, 9e8], mixtures: 60)
    let move = try #require(
      OptimumMove.measure(
        try fitted(data), chosen: "scale-joint", data, seed: 1, pool: pool))
    let truth = best(ModelScale(parameters: 4e9, tokens: 1e11))
    for (name, weight) in zip(["a", "b", "c"], truth) {
      #expect(abs((move.targetWeights[name] ?? 0) - weight) < 0.06, "\(name)")
    }
    #expect(move.distance.low <= move.distance.value && move.cost.value >= 0)
  }

  @Test func `a law whose best mixture stays is told to stay`() throws {
    let data = try ScaleLawTests.data(sizes: [1e8, 3e8, 9e8], noise: 0.002, moves: false)
    let move = try #require(
      OptimumMove.measure(
        try fitted(data), chosen: "scale-joint", data, seed: 1, pool: pool))
    #expect(!move.isMove && move.cost.value < 0.002)
  }

  @Test func `checkpoints of a run stay together`() throws {
    let data = try ScaleLawTests.data(sizes: [1e8, 3e8])
    let scales = try #require(data.scales)
    #expect(scales.sizes.map(\.count) == [96, 96])
    #expect(scales.isFinal.count { $0 } == 48)
    #expect(data.ends(ofSize: scales.sizes[1]).ids.count == 24)
  }

  @Test func `runs that do not do are refused`() throws {
    #expect(throws: FitError.oneSize("100M")) { try ScaleLawTests.data(sizes: [1e8, 1.05e8]) }
    func join(_ runs: [ObservedRun]) throws {
      _ = try RegressionData.joining(
        runs: runs, target: ModelScale(parameters: 1e9, tokens: 1e10),
        objective: MeanObjective(name: "a", meanOf: ["a"]))
    }
    func run(
      _ weight: Double = 0.5, tokens: Double? = 1e9, parameters: Int? = 1_000_000, loss: Double = 3
    ) throws -> ObservedRun {
      ObservedRun(
        id: "m", mixture: try Mixture(["a": weight, "b": 1 - weight]),
        losses: ["a": .init(nats: loss)], totalTokens: tokens, parameters: parameters)
    }
    #expect(throws: FitError.noScale(id: "m")) { try join([run(tokens: nil)]) }
    #expect(throws: FitError.noScale(id: "m")) { try join([run(parameters: nil)]) }
    #expect(throws: FitError.noScale(id: "m")) { try join([run(tokens: 0)]) }
    #expect(throws: FitError.otherWeights(id: "m")) {
      try join([run(), run(0.6, tokens: 2e9)])
    }
    #expect(throws: FitError.duplicate(id: "m at 1000000 parameters, 1000000000 tokens")) {
      try join([run(), run()])
    }
  }

  @Test func `mixtures that no two sizes share are noticed`() throws {
    let data = try ScaleLawTests.data(sizes: [1e8, 3e8])
    #expect(data.sizesShareMixtures)
    let sizes = try #require(data.scales).sizes
    let half = data.restricted(
      to: Array(sizes[0].prefix(48)) + Array(sizes[1].suffix(48)))
    let apart = half.restricted(
      to: half.ids.indices.filter { row in
        let isSmall = half.scales?.points[row].scale.parameters == 1e8
        return isSmall == (half.weights[row][0] < 0.33)
      })
    #expect(!apart.sizesShareMixtures)
  }
}
