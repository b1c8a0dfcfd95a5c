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
        TestScores(
          entry.fit, of: entry.family, on: $0, error: entry.outOfFold.error(data))
      }
      lines.append(
        .family(
          .init(
            family: entry.family.name, inputs: entry.family.inputs.names, scores: entry.scores,
            test: scores)))
    }
    lines += Self.pairs(comparison, seed: settings.seed).map { .pair($0) }
    let curve = try LearningCurve(
      comparison.entries.map(\.family), data, sizes: settings.sizes, draws: settings.draws,
      test: test, seed: settings.seed, pool: pool)
    lines += curve.points.map { .learning($0) }
    if let mde = try MDEInformation(data, logFloor: settings.logFloor) {
      lines.append(.mde(mde))
    }
    lines.append(.conclusion(AuditConclusion(comparison)))
    self.lines = lines
  }

  /// Every family with MDE features beside the one of the same kind on the weights alone.
  private static func pairs(_ comparison: Comparison, seed: UInt64) -> [PairedComparison] {
    comparison.entries.compactMap { with in
      guard let without = FamilyRegistry.counterpart(of: with.family.name).flatMap(comparison.entry)
      else { return nil }
      return PairedTest(without: without, with: with, comparison, seed: seed)?.result
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
