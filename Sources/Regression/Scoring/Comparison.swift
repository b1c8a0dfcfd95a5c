import Formats
package import Parallel
import Storage

/// The fits and scores of all families on the same data and the same folds.
package struct Comparison: Sendable {
  package struct Entry: Sendable {
    package let family: any Family
    /// The predictions of runs held out; nil where the runs are too few to hold any out.
    package let outOfFold: OutOfFold?
    package let scores: FamilyScores?
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
  /// Of one mixture nothing can be held out; families that can be fitted to it have no scores then.
  ///
  /// - Parameter folds: the folds of the runs of `data`.
  /// - Throws: `tooFewRuns` for no run; `constantObjective`; `FitError` of the first fit that
  ///   failed.
  package init(
    _ families: [any Family], _ data: RegressionData, folds: Folds, seed: UInt64, pool: WorkerPool
  ) throws(FitError) {
    guard data.count >= 1 else { throw .tooFewRuns(data.count, needed: 1) }
    let isHeldOut = folds.fewestFitted(data) > 0
    let fewest = isHeldOut ? folds.fewestFitted(data) : data.fewestMeasured
    let missing = data.count - fewest
    let possible = families.filter { $0.fewestRuns(data) <= fewest }
    let leftOut = families.filter { $0.fewestRuns(data) > fewest }
      .map { ($0.name, $0.fewestRuns(data) + missing) }
    let bootstrap = Bootstrap(groups: data.replicateGroups, seed: seed)
    let predictions =
      isHeldOut ? try OutOfFold.predictions(of: possible, data, folds, pool: pool) : nil
    var entries: [Entry] = []
    for (index, family) in possible.enumerated() {
      var scores: FamilyScores?
      if let predictions {
        scores = FamilyScores(family, predictions[index], data, bootstrap)
        if scores == nil { throw .constantObjective }
      }
      entries.append(
        Entry(
          family: family, outOfFold: predictions?[index], scores: scores,
          fit: try family.fit(data, pool: pool)))
    }
    self.init(entries, data, folds: folds, bootstrap: bootstrap, leftOut: leftOut)
  }

  /// Compares families that were fitted already.
  init(
    _ entries: [Entry], _ data: RegressionData, folds: Folds, bootstrap: Bootstrap,
    leftOut: [(name: String, needed: Int)] = []
  ) {
    (self.entries, self.data, self.folds) = (entries, data, folds)
    (self.bootstrap, self.leftOut) = (bootstrap, leftOut)
    best = Self.best(self)
  }

  /// Chooses among the calibrated families that depend on the mixture.
  ///
  /// The family of first choice is taken unless another is better beyond noise: of few runs, the
  /// least of several errors is mostly luck. Else it is the one of the least error, or a smooth one
  /// whose error cannot be told from that: a search follows slopes, and a model in pieces has none
  /// between the runs.
  private static func best(_ comparison: Comparison) -> Entry? {
    let candidates = comparison.candidates
    func isSmooth(_ entry: Entry) -> Bool {
      let data = comparison.data
      return entry.fit.expansion(at: data.point(0), of: data.objective) != nil
    }
    let first = comparison.entries.first { $0.family.isFirstChoice }
    guard let least = candidates.first else { return first }
    if let first {
      let rivals = candidates.filter { $0.family.name != first.family.name }
      guard rivals.contains(where: { comparison.isBetter($0, than: first, of: rivals.count) })
      else { return first }
    }
    guard !isSmooth(least) else { return least }
    return candidates.first { isSmooth($0) && comparison.isWithinNoise($0, of: least) }
      ?? least
  }

  /// The calibrated families that depend on the mixture and have an error, the least first.
  private var candidates: [Entry] {
    entries.filter { $0.family.isCalibrated && $0.family.isInformative }
      .compactMap { entry in squaredError(entry).map { (entry, $0) } }
      .sorted { $0.1 < $1.1 }.map(\.0)
  }

  /// Whether the 90 % interval of the entry's squared error less that of `best` holds 0 or lies
  /// below.
  func isWithinNoise(_ entry: Entry, of best: Entry) -> Bool {
    meanGain(squaredErrorGains(from: entry, to: best)).map { $0.low <= 0 } ?? true
  }

  /// Whether the squared error of one of `count` entries is less than that of `other` by a paired t
  /// test between mixtures, at a level of 0.05 that the entries share.
  ///
  /// Percentiles of a bootstrap would tell too much apart: of three mixtures, they hold what all
  /// three happen to say.
  private func isBetter(_ entry: Entry, than other: Entry, of count: Int) -> Bool {
    let gains = squaredErrorGains(from: other, to: entry)
    let groups = data.replicateGroups
    let means = (0...(groups.max() ?? 0)).compactMap { group -> Double? in
      let known = groups.indices.filter { groups[$0] == group }.map { gains[$0] }
        .filter { !$0.isNaN }
      return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
    }
    guard means.count > 1, let mean = MeanEstimate(of: means), let error = mean.standardError
    else { return false }
    let radius = studentRadius(coverage: 1 - 0.1 / Double(count), freedom: means.count - 1)
    return mean.mean > radius * error
  }

  package func entry(_ name: String) -> Entry? { entries.first { $0.family.name == name } }

  /// The families as they were fitted, for a file.
  package var families: [FittedFamily] {
    entries.map { entry in
      FittedFamily(
        name: entry.family.name, summary: entry.family.summary, inputs: entry.family.inputs,
        isCalibrated: entry.family.isCalibrated, scores: entry.scores,
        outOfFold: entry.outOfFold?.means ?? data.losses.map { $0.map { _ in .nan } },
        deviations: entry.outOfFold?.meanDeviations,
        model: RegressorModel(entry.fit.model))
    }
  }
}
