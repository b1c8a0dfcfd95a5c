import Formats
import Foundation
import Mixtures
import Parallel
@testable import Regression
import Storage
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
    mdeSets: ["a", "b", "c"], weights: weights, mde: features, losses: losses,
    objective: [1 / 3.0, 1 / 3.0, 1 / 3.0])
}

/// One for each call: tests run side by side, and a pool does one thing at a time.
var testPool: WorkerPool { WorkerPool(threads: 2) }

func allFamilies(_ data: RegressionData) -> [any Family] {
  FamilyRegistry.rows(for: data, .init(logFloor: 0.01, seed: 1)).map(\.family)
}

func compare(_ data: RegressionData, _ families: [any Family]? = nil) throws -> Comparison {
  try Comparison(
    families ?? allFamilies(data), data, folds: .leaveOneOut(data), seed: 1, pool: testPool)
}

/// Leave-one-out predictions, (runs, sets).
func outOfFold(_ family: any Family, _ data: RegressionData) throws -> [[Double]] {
  try OutOfFold.predictions(of: [family], data, .leaveOneOut(data), pool: testPool)[0].means
}

struct ComparisonTests {
  @Test func `Spearman's rho shares ranks between ties`() throws {
    #expect(spearman([1, 2, 3], [10, 20, 30]) == 1)
    #expect(spearman([1, 2, 3], [3, 2, 1]) == -1)
    #expect(spearman([1, 1, 1], [1, 2, 3]) == nil)
    // Ranks 0 1.5 1.5 3 against 0 1 2 3: 4.5 / √(4.5 · 5).
    let tied = try #require(spearman([1, 2, 2, 3], [1, 2, 3, 4]))
    #expect(abs(tied - 4.5 / (4.5 * 5).squareRoot()) < 1e-12)
  }

  @Test func `regret and optimism are those of the runs predicted best`() {
    let predicted = [3.0, 1.0, 2.0, 5.0, 4.0]
    let observed = [3.0, 2.5, 2.0, 5.0, 4.0]
    #expect(regret(predicted, observed) == 0.5)
    // A fifth of five runs is the one predicted 1, observed 2.5.
    #expect(optimism(predicted, observed) == 1.5)
    // A constant chooses nothing, so the worst counts.
    #expect(regret([1, 1, 1], [2, 4, 3]) == 2)
    #expect(r2([1, 2, 3], [1, 2, 3]) == 1 && r2([2, 2, 2], [1, 2, 3]) == 0)
  }

  /// Also those without logarithms, whose files have a floor of 0: log(0 + 0) has no slope.
  @Test func `every model with slopes has finite ones at weight 0, also when it was read`() throws {
    let data = syntheticRuns(14)
    var seen: Set<String> = []
    for family in allFamilies(data) {
      let fit = try family.fit(data)
      let read = try #require(
        fit.model.regressor(domains: data.domains, sets: data.sets, mdeSets: data.mdeSets))
      let point = MixturePoint(weights: [0, 1, 0], mde: data.mde[0])
      for regressor in [fit, read] {
        guard let expansion = regressor.expansion(at: point, of: data.objective) else { continue }
        seen.insert(family.name)
        #expect(expansion.gradient.allSatisfy { $0.isFinite }, "\(family.name)")
        #expect(expansion.curvature.allSatisfy { $0.isFinite }, "\(family.name)")
      }
    }
    #expect(seen.isSuperset(of: ["mean", "mde-affine", "ridge-lambda", "ridge-log", "law", "gp"]))
  }

  @Test func `expansions of every smooth family match differences`() throws {
    let data = syntheticRuns(14, noise: 0.05)
    var checked = 0
    for family in allFamilies(data) {
      let fit = try family.fit(data)
      let point = data.point(2)
      guard let expansion = fit.expansion(at: point, of: data.objective) else {
        #expect(fit is TreesRegressor, "\(family.name)")
        continue
      }
      checked += 1
      let size = data.domains.count + data.mdeSets.count
      func value(_ variable: Int, _ step: Double) -> Double {
        var moved = point
        if variable < data.domains.count {
          moved.weights[variable] += step
        } else {
          moved.mde[variable - data.domains.count] += step
        }
        return data.objective(of: fit.predict(moved))
      }
      for variable in 0..<size {
        let h = 1e-4
        let slope = (value(variable, h) - value(variable, -h)) / (2 * h)
        let bend = (value(variable, h) - 2 * value(variable, 0) + value(variable, -h)) / (h * h)
        let (a, b) = (expansion.gradient[variable], expansion.curvature[variable * (size + 1)])
        #expect(abs(slope - a) <= 1e-3 * (1 + abs(a)), "\(family.name), \(variable)")
        #expect(abs(bend - b) <= 2e-2 * (1 + abs(b)), "\(family.name), \(variable)")
      }
    }
    #expect(checked > 5)
  }

  @Test func `the radius of residuals covers what it says`() {
    let residuals = (1...19).map { Double($0) * ($0 % 2 == 0 ? 1 : -1) }
    #expect(residualRadius(residuals, coverage: 0.9) == 18)
    // Three residuals have no such rank: Student's radius times the root of 14/3.
    #expect(
      abs(residualRadius([1, -3, 2], coverage: 0.9) - 2.353363435 * (14.0 / 3).squareRoot()) < 1e-7)
  }

  @Test func `a law of weights and features is recovered from runs without noise`() throws {
    let comparison = try compare(syntheticRuns(30))
    let ridge = try #require(comparison.entry("ridge-lambda-mde")?.scores)
    let mean = try #require(comparison.entry("mean")?.scores)
    #expect(ridge.meanSquaredError.value < 1e-3 * mean.meanSquaredError.value)
    #expect(ridge.spearman?.value ?? 0 > 0.99)
    #expect(comparison.best?.family.inputs.contains(.mde) == true)
    #expect(mean.spearman == nil)
  }

  @Test func `MDE alone is not chosen, however well it ranks`() throws {
    var data = syntheticRuns(12)
    data.losses = data.mde  // then MDE alone predicts exactly
    let simple: [any Family] = [EmpiricalMean(), MDEAlone(), CalibratedMDE()]
    let comparison = try compare(data, simple)
    #expect(comparison.entry("mde")?.scores?.meanSquaredError.value ?? 1 < 1e-20)
    #expect(comparison.best?.family.name == "mde-affine")
  }

  @Test func `adding a constant to all losses shifts all calibrated predictions by it`() throws {
    let data = syntheticRuns(12, noise: 0.1)
    var shifted = data
    shifted.losses = data.losses.map { $0.map { $0 + 3 } }
    for family in allFamilies(data) where family.isCalibrated {
      let (a, b) = (try outOfFold(family, data), try outOfFold(family, shifted))
      for (x, y) in zip(a.joined(), b.joined()) {
        #expect(abs(x + 3 - y) < 1e-6, "\(family.name)")
      }
    }
  }

  @Test func `permuting domains changes no prediction`() throws {
    let data = syntheticRuns(12, noise: 0.1)
    var permuted = data
    permuted.domains = ["c", "a", "b"]
    permuted.weights = data.weights.map { [$0[2], $0[0], $0[1]] }
    for family in allFamilies(data) {
      let (a, b) = (try outOfFold(family, data), try outOfFold(family, permuted))
      for (x, y) in zip(a.joined(), b.joined()) {
        #expect(abs(x - y) < 1e-5, "\(family.name)")
      }
    }
  }

  @Test func `a held-out run does not touch its own prediction`() throws {
    let data = syntheticRuns(10, noise: 0.1)
    var changed = data
    changed.losses[4] = [100, 100, 100]
    for family in allFamilies(data) {
      let (a, b) = (try outOfFold(family, data), try outOfFold(family, changed))
      #expect(a[4] == b[4], "\(family.name)")
    }
  }

  @Test func `a regressor reads back from its file as it was`() throws {
    let data = syntheticRuns(10, noise: 0.1)
    let comparison = try compare(data)
    for (entry, file) in zip(comparison.entries, comparison.families) {
      let again = try JSON.decode(
        RegressorModel.self, from: JSON.encode(file.model), path: "memory")
      #expect(again == file.model, "\(file.name)")
      let read = try #require(
        again.regressor(domains: data.domains, sets: data.sets, mdeSets: data.mdeSets))
      let point = data.point(0)
      for (x, y) in zip(read.predict(point), entry.fit.predict(point)) {
        #expect(abs(x - y) < 1e-12, "\(file.name)")
      }
      #expect(
        file.model.regressor(domains: ["a", "b"], sets: data.sets + ["d"], mdeSets: []) == nil)
    }
  }

  @Test func `the same scores at any number of threads`() throws {
    let data = syntheticRuns(14, noise: 0.1)
    let folds = Folds.random(data, count: 4, repeats: 2, seed: 3)
    let files = try [1, 3].map { threads in
      try Comparison(
        allFamilies(data), data, folds: folds, seed: 1, pool: WorkerPool(threads: threads)
      ).families
    }
    #expect(files[0] == files[1])
  }

  @Test func `a loss that was not measured is missing there alone`() throws {
    let data = syntheticRuns(14)
    var part = data
    part.losses[2][1] = .nan
    part.losses[5][1] = .nan
    for family in allFamilies(data) where !family.inputs.isEmpty && family.isCalibrated {
      let (all, some) = (try family.fit(data), try family.fit(part))
      let point = data.point(3)
      let (a, b) = (all.predict(point), some.predict(point))
      #expect(b.allSatisfy { $0.isFinite }, "\(family.name)")
      for set in [0, 2] { #expect(abs(a[set] - b[set]) < 0.15, "\(family.name)") }
    }
    let comparison = try compare(part, [EmpiricalMean(), CalibratedMDE()])
    #expect(comparison.entries[1].scores?.meanSquaredError.value.isFinite == true)
    #expect(comparison.data.losses[2][1].isNaN)
  }

  @Test func `families that need more runs are left out`() throws {
    let comparison = try compare(syntheticRuns(5))
    #expect(comparison.leftOut.map(\.name).contains("law"))
    #expect(comparison.entry("ridge-lambda") != nil && comparison.entry("law") == nil)
  }

  @Test func `from two runs on families have scores, and the first choice is taken`() throws {
    for count in [2, 3] {
      let comparison = try compare(syntheticRuns(count))
      #expect(comparison.best?.family.name == "mde-trend")
      #expect(comparison.entry("mde-trend")?.scores?.meanSquaredError.value.isFinite == true)
      #expect(comparison.entry("mde-trend")?.outOfFold?.meanDeviations?.count == count)
      #expect(comparison.leftOut.contains { $0.name == "ridge-lambda" && $0.needed == 4 })
    }
  }

  @Test func `one run is fitted and cannot be scored; repeats of it neither`() throws {
    for count in [1, 3] {
      var data = syntheticRuns(count)
      data.weights = data.weights.map { _ in data.weights[0] }
      data.mde = data.mde.map { _ in data.mde[0] }
      let comparison = try compare(data)
      #expect(comparison.best?.family.name == "mde-trend" && comparison.best?.scores == nil)
      let file = try #require(comparison.families.first { $0.name == "mde-trend" })
      #expect(file.outOfFold.joined().allSatisfy(\.isNaN) && file.deviations == nil)
      let error = try #require(comparison.best?.error(data))
      #expect(error.radius.isFinite && error.standardError > 0)
    }
    #expect(throws: FitError.tooFewRuns(0, needed: 1)) { try compare(syntheticRuns(0)) }
  }

  @Test func `a family that is better beyond noise goes before the first choice`() throws {
    // Losses that weights alone explain, and MDE features that mislead.
    var data = syntheticRuns(36)
    var random = RandomStream(seed: 6, purpose: "misleading features")
    data.mde = data.mde.map { $0.map { _ in 5 + random.unit() } }
    data.losses = data.weights.map { w in [3 - 2 * w[0], 3 - w[1] + w[0], 4 + w[2]] }
    let comparison = try compare(data)
    #expect(comparison.best?.family.name != "mde-trend")
    #expect(comparison.best?.scores?.r2.value ?? 0 > 0.99)
  }
}
