import Formats
import Foundation
import Kernels
import Mixtures
import Regression
import Testing

/// Runs whose losses are a law of weights and features, plus noise of the given size.
func syntheticRuns(_ count: Int, noise: Double = 0, seed: UInt64 = 1) -> RegressionData {
  var random = RandomStream(seed: seed, purpose: "runs test")
  let weights = (0..<count).map { _ in dirichlet([1, 1, 1], using: &random) }
  // MDE-like: convex in the weights, lower where the set's own domain weighs more.
  let features = weights.map { w in
    (0..<3).map { (j: Int) -> Double in 5 - log(0.05 + w[j]) - 0.3 * w[(j + 1) % 3] }
  }
  let losses = zip(weights, features).map { w, f in
    (0..<3).map { (j: Int) -> Double in
      let law: Double = 0.7 * f[j] + 0.1 * f[(j + 1) % 3] + 0.4 * w[0]
      return law + 0.2 + noise * (2 * random.unit() - 1)
    }
  }
  return RegressionData(
    ids: (0..<count).map { "run-\(100 + $0)" }, domains: ["a", "b", "c"], sets: ["a", "b", "c"],
    weights: weights, features: features, losses: losses, objective: [1 / 3.0, 1 / 3.0, 1 / 3.0])
}

struct ComparisonTests {
  let families = allFamilies(logFloor: 0.01)

  @Test func `Spearman's rho shares ranks between ties`() throws {
    #expect(spearman([1, 2, 3], [10, 20, 30]) == 1)
    #expect(spearman([1, 2, 3], [3, 2, 1]) == -1)
    #expect(spearman([1, 1, 1], [1, 2, 3]) == nil)
    // Ranks 0 1.5 1.5 3 against 0 1 2 3: 4.5 / √(4.5 · 5).
    let tied = try #require(spearman([1, 2, 2, 3], [1, 2, 3, 4]))
    #expect(abs(tied - 4.5 / (4.5 * 5).squareRoot()) < 1e-12)
  }

  @Test func `the conformal radius covers what it says`() {
    let residuals = (1...19).map { Double($0) * ($0 % 2 == 0 ? 1 : -1) }
    #expect(conformalRadius(residuals, coverage: 0.9) == 18)
    #expect(conformalRadius([1, -3, 2], coverage: 0.9) == 3)
  }

  @Test func `a law of weights and features is recovered from runs without noise`() throws {
    let data = syntheticRuns(30)
    let comparison = try Comparison(families, data)
    let ridge = try #require(comparison.entry("ridge-lambda-mde"))
    let mean = try #require(comparison.entry("mean"))
    #expect(ridge.scores.meanSquaredError < 1e-3 * mean.scores.meanSquaredError)
    #expect(ridge.scores.spearman ?? 0 > 0.99)
    #expect(comparison.best?.family.name.hasSuffix("-mde") == true)
    #expect(mean.scores.spearman == nil)
  }

  @Test func `MDE alone is not chosen, however well it ranks`() throws {
    var data = syntheticRuns(12)
    data.losses = data.features  // then MDE alone predicts exactly
    let comparison = try Comparison(families, data)
    #expect(comparison.entry("mde")?.scores.meanSquaredError ?? 1 < 1e-20)
    #expect(comparison.best?.family.name == "mde-affine")
  }

  @Test func `adding a constant to all losses shifts all calibrated predictions by it`() throws {
    let data = syntheticRuns(12, noise: 0.1)
    var shifted = data
    shifted.losses = data.losses.map { $0.map { $0 + 3 } }
    for family in families where family.isCalibrated {
      let (a, b) = (try LeaveOneOut(family, data), try LeaveOneOut(family, shifted))
      for (x, y) in zip(a.predictions.joined(), b.predictions.joined()) {
        #expect(abs(x + 3 - y) < 1e-7, "\(family.name)")
      }
    }
  }

  @Test func `permuting domains changes no prediction`() throws {
    let data = syntheticRuns(12, noise: 0.1)
    var permuted = data
    permuted.domains = ["c", "a", "b"]
    permuted.weights = data.weights.map { [$0[2], $0[0], $0[1]] }
    for family in families {
      let (a, b) = (try LeaveOneOut(family, data), try LeaveOneOut(family, permuted))
      for (x, y) in zip(a.predictions.joined(), b.predictions.joined()) {
        #expect(abs(x - y) < 1e-9, "\(family.name)")
      }
    }
  }

  @Test func `a held-out run does not touch its own prediction`() throws {
    let data = syntheticRuns(10, noise: 0.1)
    var changed = data
    changed.losses[4] = [100, 100, 100]
    for family in families {
      let (a, b) = (try LeaveOneOut(family, data), try LeaveOneOut(family, changed))
      #expect(a.predictions[4] == b.predictions[4], "\(family.name)")
    }
  }

  @Test func `a regressor reads back from its file as it was`() throws {
    let data = syntheticRuns(10, noise: 0.1)
    let comparison = try Comparison(families, data)
    for (entry, file) in zip(comparison.entries, comparison.families) {
      let read = try #require(
        LinearRegressor(file, domains: data.domains, sets: data.sets, logFloor: 0.01))
      let (w, f) = (data.weights[0], data.features[0])
      let (a, b) = (
        read.predict(weights: w, mde: f), entry.fit.regressor.predict(weights: w, mde: f)
      )
      for (x, y) in zip(a, b) { #expect(abs(x - y) < 1e-12, "\(file.name)") }
    }
  }

  @Test func `fewer than four runs are refused`() {
    #expect(throws: FitError.tooFewRuns(3, needed: 4)) {
      try Comparison(families, syntheticRuns(3))
    }
  }
}
