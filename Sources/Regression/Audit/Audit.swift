package import Formats
package import Parallel
import Storage

/// What the families are worth on one set of runs, and what to make of it.
package struct Audit: Sendable {
  package let lines: [AuditLine]

  package struct Settings: Sendable {
    /// Of the learning curve.
    package var sizes: [Int]
    package var draws: Int
    package var logFloor: Double
    package var seed: UInt64
    package init(sizes: [Int], draws: Int, logFloor: Double, seed: UInt64) {
      (self.sizes, self.draws, self.logFloor, self.seed) = (sizes, draws, logFloor, seed)
    }
  }

  /// - Parameter test: runs that no fit has seen.
  package init(
    _ comparison: Comparison, objective: String, test: RegressionData?, settings: Settings,
    provenance: Provenance, pool: WorkerPool
  ) throws(FitError) {
    let data = comparison.data
    var lines: [AuditLine] = [
      .header(
        .init(
          provenance: provenance, objective: objective, runs: data.count,
          mixtures: Set(data.replicateGroups).count, protocolName: comparison.folds.name,
          noise: SeedNoise(data)))
    ]
    for entry in comparison.entries {
      let scores = test.flatMap {
        AuditLine.TestScores(
          entry.fit, of: entry.family, on: $0, error: entry.outOfFold.error(data))
      }
      lines.append(
        .family(
          .init(
            family: entry.family.name, inputs: entry.family.inputs.names, scores: entry.scores,
            test: scores)))
    }
    let pairs = Self.pairs(comparison, seed: settings.seed)
    lines += pairs.map { .pair($0) }
    let curve = try LearningCurve(
      comparison.entries.map(\.family), data, sizes: settings.sizes, draws: settings.draws,
      test: test, seed: settings.seed, pool: pool)
    lines += curve.lines.map { .learning($0) }
    if let mde = try AuditLine.MDELine(data, logFloor: settings.logFloor) {
      lines.append(.mde(mde))
    }
    lines.append(.conclusion(Conclusion(comparison, pairs).line))
    self.lines = lines
  }

  /// Every family with MDE features beside the one of the same kind on the weights alone.
  private static func pairs(_ comparison: Comparison, seed: UInt64) -> [AuditLine.PairLine] {
    comparison.entries.compactMap { with in
      guard let without = FamilyRegistry.counterpart(of: with.family.name).flatMap(comparison.entry)
      else { return nil }
      return PairedTest(without: without, with: with, comparison, seed: seed)?.line
    }
  }
}

extension OutOfFold {
  /// How far the predictions of the objective were from what was observed; nil for fewer than two.
  func error(_ data: RegressionData) -> PredictionError? {
    PredictionError(
      residuals: zip(data.observedObjectives, means).map { $0 - data.objective(of: $1) },
      deviations: meanDeviations)
  }
}

/// Which family to take, and what the audit cannot tell.
struct Conclusion {
  let line: AuditLine.Conclusion

  init(_ comparison: Comparison, _ pairs: [AuditLine.PairLine]) {
    guard let best = comparison.best else {
      line = .init(
        recommended: "mean", withinNoise: [],
        sentences: ["No family that depends on the mixture could be fitted."])
      return
    }
    let rivals = comparison.entries.filter {
      $0.family.isCalibrated && $0.family.name != best.family.name
    }
    let near = rivals.filter { comparison.isWithinNoise($0, of: best) }
    let names = near.map(\.family.name)
    var sentences = [
      "Recommended: \(best.family.name), the least squared error"
        + (rivals.contains {
          $0.family.isInformative
            && $0.scores.meanSquaredError.value < best.scores.meanSquaredError.value
        } ? " of a smooth family; that of trees is lower by no more than noise." : ".")
        + (names.isEmpty
          ? " Every other family is worse beyond the noise."
          : " Not told apart from it by these \(comparison.data.count) runs: "
            + names.joined(separator: ", ") + ".")
    ]
    if names.contains("mean") {
      sentences.append(
        "Not even the mean of the runs is worse beyond noise: do not trust a mixture found with any family."
      )
    }
    if !pairs.isEmpty { sentences.append(Self.verdict(pairs)) }
    line = .init(recommended: best.family.name, withinNoise: names, sentences: sentences)
  }

  private static func verdict(_ pairs: [AuditLine.PairLine]) -> String {
    func names(_ pairs: [AuditLine.PairLine]) -> String {
      pairs.map(\.without).joined(separator: ", ")
    }
    let (helped, hurt) = (pairs.filter { $0.gain.low > 0 }, pairs.filter { $0.gain.high < 0 })
    let open = pairs.filter { $0.gain.low <= 0 && $0.gain.high >= 0 }
    let parts = [
      helped.isEmpty ? "" : "help \(names(helped))", hurt.isEmpty ? "" : "hurt \(names(hurt))",
      open.isEmpty ? "" : "make no difference beyond noise to \(names(open))",
    ].filter { !$0.isEmpty }
    return "MDE features " + parts.joined(separator: "; ") + "."
  }
}
