package import Formats
package import Kernels

/// Scores of fits to fewer runs: how many are worth training.
///
/// At the largest number of runs, the coverage of the 90 % intervals too: they come from folds inside the runs
/// that were fitted, and are looked at on runs that were not. (Residuals held against each other cover what they
/// were made to.)
package struct LearningCurve: Sendable {
  package let lines: [AuditLine.LearningLine]

  private static let innerFolds = 5

  /// - Parameters:
  ///   - sizes: how many runs to fit; all families see the same random ones.
  ///   - test: what to score on; nil for the runs that a fit did not see.
  package init(
    _ families: [any Family], _ data: RegressionData, sizes: [Int], draws: Int,
    test: RegressionData?, seed: UInt64, pool: WorkerPool
  ) throws(FitError) {
    var lines: [AuditLine.LearningLine] = []
    let sizes = Set(sizes.map { min($0, data.count) }).sorted()
    for size in sizes {
      let samples = Self.samples(data, size: size, draws: draws, seed: seed)
        .map { Sample($0, of: data, test: test, seed: seed) }
        .filter { $0.unseen.count > 0 }
      let possible = families.filter { family in
        samples.allSatisfy { family.fewestRuns($0.fitted) <= $0.fewestFitted }
      }
      let results = pool.map(possible.count * samples.count) { task in
        Self.score(
          possible[task / samples.count], samples[task % samples.count],
          withCoverage: size == sizes.last)
      }
      for (index, family) in possible.enumerated() {
        var scores: [AuditLine.TestScores] = []
        for result in results[index * samples.count..<(index + 1) * samples.count] {
          if let score = try result.get() { scores.append(score) }
        }
        guard !scores.isEmpty else { continue }
        lines.append(
          AuditLine.LearningLine(
            family: family.name, runs: size, draws: scores.count,
            testRuns: samples.map(\.unseen.count).min() ?? 0,
            meanSquaredError: Self.moments(scores.map(\.meanSquaredError)),
            spearman: Self.moments(of: scores.map(\.spearman)),
            meanSetSquaredError: Self.moments(scores.map(\.meanSetSquaredError)),
            meanSetSpearman: Self.moments(of: scores.map(\.meanSetSpearman)),
            coverage: Self.moments(of: scores.map(\.coverage))))
      }
    }
    self.lines = lines
  }

  /// Some of the runs, and those to score on.
  private struct Sample {
    let fitted: RegressionData
    let unseen: RegressionData
    let folds: Folds
    /// In a fold of the fitted ones, of any set.
    let fewestFitted: Int

    init(_ rows: [Int], of data: RegressionData, test: RegressionData?, seed: UInt64) {
      // A repeat of a run that was fitted is not new.
      let groups = data.repeatGroups
      let seen = Set(rows.map { groups[$0] })
      fitted = data.restricted(to: rows)
      unseen =
        test ?? data.restricted(to: data.ids.indices.filter { !seen.contains(groups[$0]) })
      folds = .random(fitted, count: LearningCurve.innerFolds, repeats: 1, seed: seed)
      fewestFitted =
        fitted.sets.indices.map { [fitted] in fitted.rows(measuring: $0).count }.min() ?? 0
    }
  }

  /// Random runs, `size` of them, in their order; whole groups of repeats, so the last may be cut.
  private static func samples(
    _ data: RegressionData, size: Int, draws: Int, seed: UInt64
  ) -> [[Int]] {
    if size >= data.count { return [Array(data.ids.indices)] }
    let groups = data.repeatGroups
    var random = RandomStream(seed: seed, purpose: "learning curve of \(size)")
    return (0..<draws).map { _ in
      let order = random.permutation((groups.max() ?? -1) + 1)
      let rows = order.flatMap { group in groups.indices.filter { groups[$0] == group } }
      return rows.prefix(size).sorted()
    }
  }

  /// nil where the objective was measured in no unseen run.
  private static func score(
    _ family: any Family, _ sample: Sample, withCoverage: Bool
  ) -> Result<AuditLine.TestScores?, FitError> {
    do throws(FitError) {
      let fit = try family.fit(sample.fitted)
      var error: PredictionError?
      if withCoverage, family.isCalibrated,
        family.fewestRuns(sample.fitted) <= sample.folds.fewestFitted(sample.fitted)
      {
        error = try OutOfFold.predictions(of: [family], sample.fitted, sample.folds, pool: nil)[0]
          .error(sample.fitted)
      }
      return .success(
        AuditLine.TestScores(fit, of: family, on: sample.unseen, error: error))
    } catch { return .failure(error) }
  }

  private static func moments(_ values: [Double]) -> AuditLine.Moments {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / max(1, count - 1)
    return AuditLine.Moments(
      mean: mean, standardError: values.count > 1 ? (variance / count).squareRoot() : nil)
  }

  private static func moments(of values: [Double?]) -> AuditLine.Moments? {
    let known = values.compactMap { $0 }
    return known.count == values.count ? moments(known) : nil
  }
}
