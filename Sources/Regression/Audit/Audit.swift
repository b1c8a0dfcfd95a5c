package import Formats
package import Parallel
import Storage

/// The scores of the families on one set of runs, with the conclusion to draw from them.
package struct Audit: Sendable {
  /// The lines in the order of the file: the header first, the conclusion last.
  package let lines: [AuditLine]

  /// The settings of the learning curve and of the MDE information.
  package struct Settings: Sendable {
    /// The numbers of runs of the learning curve.
    package var sizes: [Int]
    /// The numbers of runs at which coverage is measured.
    package var covered: [Int]
    /// The number of random subsets for each size.
    package var draws: Int
    /// The number added to a weight before its logarithm is a feature.
    package var logFloor: Double
    package var seed: UInt64
    /// Whether the runs held out are of another scale than those that are fitted.
    package var isOtherScale: Bool
    package init(
      sizes: [Int], covered: [Int], draws: Int, logFloor: Double, seed: UInt64,
      isOtherScale: Bool = false
    ) {
      self.isOtherScale = isOtherScale
      (self.sizes, self.covered, self.draws) = (sizes, covered, draws)
      (self.logFloor, self.seed) = (logFloor, seed)
    }
  }

  /// Audits the families of `comparison`.
  ///
  /// - Parameter test: runs that no fit has seen; nil if there are none.
  /// - Throws: `FitError` of the first fit that failed.
  package init(
    _ comparison: Comparison, objective: String, test: RegressionData?, settings: Settings,
    provenance: Provenance, pool: WorkerPool
  ) throws(FitError) {
    let data = comparison.data
    var lines: [AuditLine] = [
      .header(
        .init(
          provenance: provenance, objective: objective, runs: data.count,
          mixtures: Set(data.replicateGroups).count, domains: data.domains.count,
          protocolName: comparison.folds.name,
          noise: SeedNoise(data)))
    ]
    for entry in comparison.entries {
      let scores = test.flatMap {
        TestScores(
          entry.fit, of: entry.family, on: $0, error: entry.error(data))
      }
      lines.append(
        .family(
          .init(
            family: entry.family.name, inputs: entry.family.inputs.names, scores: entry.scores,
            test: scores)))
    }
    lines += Self.pairs(comparison, seed: settings.seed).map { .pair($0) }
    let curve = try LearningCurve(
      comparison.entries.map(\.family), data, sizes: settings.sizes,
      covered: settings.covered, draws: settings.draws, test: test,
      isOtherScale: settings.isOtherScale, seed: settings.seed, pool: pool)
    lines += curve.points.map { .learning($0) }
    if let mde = try MDEInformation(data, logFloor: settings.logFloor) {
      lines.append(.mde(mde))
    }
    lines.append(.conclusion(AuditConclusion(comparison)))
    self.lines = lines
  }

  /// Audits families across scales.
  ///
  /// - Parameters:
  ///   - data: the runs of all scales.
  ///   - scores: the scores on sizes that were held out.
  package init(
    _ comparison: Comparison, across data: RegressionData, objective: String,
    scores: [ScaleScores], provenance: Provenance
  ) {
    lines =
      [
        .header(
          .init(
            provenance: provenance, objective: objective, runs: comparison.data.count,
            mixtures: Set(data.replicateGroups).count, domains: data.domains.count,
            protocolName: comparison.folds.name, noise: SeedNoise(comparison.data)))
      ]
      + comparison.entries.map { entry in
        .family(
          .init(
            family: entry.family.name, inputs: entry.family.inputs.names, scores: entry.scores,
            test: nil))
      } + scores.map { .scale($0) } + [.conclusion(AuditConclusion(comparison))]
  }

  /// Every family with MDE features paired with the one of the same kind on the weights alone.
  private static func pairs(_ comparison: Comparison, seed: UInt64) -> [PairedComparison] {
    comparison.entries.compactMap { with in
      guard let without = FamilyRegistry.counterpart(of: with.family.name).flatMap(comparison.entry)
      else { return nil }
      return PairedTest(without: without, with: with, comparison, seed: seed)?.result
    }
  }
}

extension Comparison.Entry {
  /// The error of the predictions of the objective; nil for fewer than two runs held out, unless
  /// the family states deviations.
  func error(_ data: RegressionData) -> PredictionError? {
    let means = outOfFold?.means ?? []
    return PredictionError(
      residuals: zip(data.observedObjectives, means).map { $0 - data.objective(of: $1) },
      deviations: outOfFold?.meanDeviations,
      stated: fit.variance(at: data.point(0), of: data.objective)?.deviation)
  }
}
