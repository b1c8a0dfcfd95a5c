import Formats
import Foundation
import Mixtures
import Parallel
import Regression
import Testing

struct AuditTests {
  private func audit(_ data: RegressionData, test: RegressionData? = nil) throws -> Audit {
    let wanted = ["mean", "ridge-lambda", "ridge-lambda-mde", "mde-affine"]
    return try Audit(
      compare(data, allFamilies(data).filter { wanted.contains($0.name) }), objective: "avg-sp",
      test: test,
      settings: .init(sizes: [6, 12], covered: [12], draws: 5, logFloor: 0.01, seed: 1),
      provenance: Provenance(format: AuditLine.format, version: 1, tool: .fitRegressor),
      pool: testPool)
  }

  private func pair(_ audit: Audit) throws -> PairedComparison {
    try #require(
      audit.lines.lazy.compactMap { if case .pair(let pair) = $0 { pair } else { nil } }.first)
  }

  @Test func `MDE features that carry the losses are found to help`() throws {
    let pair = try pair(audit(syntheticRuns(24)))
    #expect(pair.without == "ridge-lambda" && pair.with == "ridge-lambda-mde")
    #expect(pair.gain.low > 0 && pair.pValue < 0.05)
    #expect(pair.gain.low <= pair.gain.value && pair.gain.value <= pair.gain.high)
  }

  @Test func `MDE features that are noise are not`() throws {
    var data = syntheticRuns(24)
    var random = RandomStream(seed: 3, purpose: "noise features")
    data.losses = data.weights.map { w in
      [2 + w[0], 2 + w[1], 2 + w[2]].map { $0 + 0.02 * random.unit() }
    }
    data.mde = data.mde.map { $0.map { _ in random.unit() } }
    let pair = try pair(audit(data))
    #expect(pair.gain.low <= 0 && pair.pValue > 0.01)
  }

  @Test func `repeats are held out together and tell the noise`() throws {
    var data = syntheticRuns(12)
    var random = RandomStream(seed: 4, purpose: "repeats")
    for copy in 0..<6 {
      data.ids.append("again-\(copy)")
      data.weights.append(data.weights[0])
      data.mde.append(data.mde[0])
      data.losses.append(data.losses[0].map { $0 + 0.1 * (2 * random.unit() - 1) })
    }
    let folds = Folds.leaveOneOut(data)
    #expect(folds.name == "leave-one-mixture-out" && folds.repeats[0].count == 12)
    #expect(folds.repeats[0][0] == [0] + Array(12..<18))
    let noise = try #require(SeedNoise(data))
    #expect(noise.degreesOfFreedom == 6)
    #expect(noise.low < noise.standardDeviation && noise.standardDeviation < noise.high)
    // Of the mean of three uniform errors of ± 0.1: 0.0333.
    #expect(noise.standardDeviation > 0.01 && noise.standardDeviation < 0.08)
    #expect(SeedNoise(syntheticRuns(8)) == nil)
    // scipy.stats.chi2.ppf
    for (probability, freedom, expected) in [
      (0.05, 1, 0.003932140), (0.95, 1, 3.841458821), (0.05, 5, 1.145476226),
      (0.95, 40, 55.75847928),
    ] {
      let found = chiSquareQuantile(probability, freedom: freedom)
      #expect(abs(found - expected) < 1e-7 * max(1, expected))
    }
    let kFold = Folds.random(data, count: 5, repeats: 3, seed: 1)
    for turn in kFold.repeats {
      #expect(turn.joined().sorted() == Array(0..<18))
      #expect(turn.contains { Set($0).isSuperset(of: [0, 12, 17]) })
    }
  }

  @Test func `held-out runs, the curve and the conclusion are there`() throws {
    let audit = try audit(syntheticRuns(24), test: syntheticRuns(40, seed: 9))
    var (sizes, tested, concluded, informed) = (Set<Int>(), 0, false, false)
    var coverages: Set<Double> = []
    var recommended: [Int] = []
    for line in audit.lines {
      switch line {
      case .learning(let line):
        sizes.insert(line.runs)
        #expect(line.testRuns == 40 && line.draws == 5)
        // Only of calibrated families at the most runs, and it is a measurement: not the same for
        // all.
        #expect((line.coverage == nil) == (line.runs == 6))
        if let coverage = line.coverage { coverages.insert(coverage.mean) }
        #expect((line.regret == nil) == (line.family == "mean"))
        if line.family == LearningCurve.recommended { recommended.append(line.runs) }
      case .family(let line):
        let test = try #require(line.test)
        tested += 1
        if line.family == "ridge-lambda-mde" {
          #expect(test.spearman ?? 0 > 0.98 && test.coverage ?? 0 > 0.7)
          #expect(test.leastSetSpearman ?? 0 <= test.meanSetSpearman ?? 0)
        }
      case .conclusion(let line):
        concluded = true
        #expect(line.recommended == "ridge-lambda-mde" && !line.withinNoise.contains("mean"))
      case .mde(let line):
        informed = true
        #expect(line.effectiveRank > 1 && line.effectiveRank <= 3)
        #expect(line.r2FromWeights["a"] ?? 0 > 0.9)
      case .header(let header): #expect(header.noise == nil && header.mixtures == 24)
      case .pair, .scale: break
      }
    }
    #expect(recommended == [12])
    #expect(sizes == [6, 12] && tested == 4 && concluded && informed)
    #expect(coverages.count > 1 && coverages.allSatisfy { 0.4 < $0 && $0 <= 1 })
  }
}
