import Formats
package import Parallel
import Storage

/// The fits and scores of all families on the same data and the same folds.
package struct Comparison: Sendable {
  package struct Entry: Sendable {
    package let family: any Family
    package let outOfFold: OutOfFold
    package let scores: FamilyScores
    /// The fit to all runs.
    package let fit: any Regressor
  }

  package let data: RegressionData
  package let folds: Folds
  package let bootstrap: Bootstrap
  package let entries: [Entry]
  /// The families for which there are too few runs, with the number that each needs.
  package let leftOut: [(name: String, needed: Int)]
  /// The family to take; nil if none depends on the mixture.
  package private(set) var best: Entry?

  /// Fits and scores `families`, but for those that need more runs.
  ///
  /// - Parameter folds: the folds of the runs of `data`.
  /// - Throws: `tooFewRuns` for fewer than four runs; `constantObjective`; `FitError` of the first
  ///   fit that failed.
  package init(
    _ families: [any Family], _ data: RegressionData, folds: Folds, seed: UInt64, pool: WorkerPool
  ) throws(FitError) {
    guard data.count >= 4 else { throw .tooFewRuns(data.count, needed: 4) }
    let groups = data.replicateGroups
    let fewest = folds.fewestFitted(data)
    let missing = data.count - fewest
    let possible = families.filter { $0.fewestRuns(data) <= fewest }
    leftOut = families.filter { $0.fewestRuns(data) > fewest }
      .map { ($0.name, $0.fewestRuns(data) + missing) }
    (self.data, self.folds) = (data, folds)
    bootstrap = Bootstrap(groups: groups, seed: seed)
    let predictions = try OutOfFold.predictions(of: possible, data, folds, pool: pool)
    var entries: [Entry] = []
    for (index, family) in possible.enumerated() {
      guard let scores = FamilyScores(family, predictions[index], data, bootstrap) else {
        throw .constantObjective
      }
      entries.append(
        Entry(
          family: family, outOfFold: predictions[index], scores: scores,
          fit: try family.fit(data, pool: pool)))
    }
    self.entries = entries
    best = Self.best(self)
  }

  /// Chooses the calibrated family that depends on the mixture and has the least out-of-fold error,
  /// or a smooth one whose error cannot be told from that: a search follows slopes, and a model in
  /// pieces has none between the runs.
  private static func best(_ comparison: Comparison) -> Entry? {
    let candidates = comparison.entries
      .filter { $0.family.isCalibrated && $0.family.isInformative }
      .sorted { $0.scores.meanSquaredError.value < $1.scores.meanSquaredError.value }
    func isSmooth(_ entry: Entry) -> Bool {
      let data = comparison.data
      return entry.fit.expansion(at: data.point(0), of: data.objective) != nil
    }
    guard let least = candidates.first, !isSmooth(least) else { return candidates.first }
    return candidates.first { isSmooth($0) && comparison.isWithinNoise($0, of: least) }
      ?? least
  }

  /// Whether the 90 % interval of the entry's squared error less that of `best` holds 0 or lies
  /// below.
  func isWithinNoise(_ entry: Entry, of best: Entry) -> Bool {
    meanGain(squaredErrorGains(from: entry, to: best)).map { $0.low <= 0 } ?? true
  }

  package func entry(_ name: String) -> Entry? { entries.first { $0.family.name == name } }

  /// The families as they were fitted, for a file.
  package var families: [FittedFamily] {
    entries.map { entry in
      FittedFamily(
        name: entry.family.name, summary: entry.family.summary, inputs: entry.family.inputs,
        isCalibrated: entry.family.isCalibrated, scores: entry.scores,
        outOfFold: entry.outOfFold.means, deviations: entry.outOfFold.meanDeviations,
        model: RegressorModel(entry.fit.model))
    }
  }
}
