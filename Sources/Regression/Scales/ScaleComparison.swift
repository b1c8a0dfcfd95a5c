import Mixtures
package import Parallel

extension Comparison {
  /// Fits families across scales to all of `data`, and scores them on runs of its largest size that
  /// fits had not seen.
  ///
  /// The data of the comparison are the ends of the runs of the largest size.
  ///
  /// - Throws: `constantObjective`; `FitError` of the first fit that failed; `tooFewRuns` if no
  ///   family has enough runs.
  package init(
    _ families: [any ScaleFamily], across data: RegressionData, seed: UInt64, pool: WorkerPool
  ) throws(FitError) {
    guard let scales = data.scales else { throw .noFit(what: "scales", code: 1) }
    let possible = families.filter(data.suffices(forHoldOutBy:))
    guard !possible.isEmpty else {
      throw .tooFewRuns(
        scales.isFinal.count { $0 }, needed: families.map { $0.fewestRuns(data) }.min() ?? 1)
    }
    let held = try ScaleHoldOut(possible, data, seed: seed, pool: pool)
    let bootstrap = Bootstrap(groups: held.data.replicateGroups, seed: seed)
    var entries: [Entry] = []
    for (index, family) in possible.enumerated() {
      let outOfFold = held.outOfFold[index]
      let scores = FamilyScores(family, outOfFold, held.data, bootstrap)
      if scores == nil, held.data.count > 1 { throw .constantObjective }
      entries.append(
        Entry(
          family: family, outOfFold: outOfFold, scores: scores,
          fit: try family.fit(data, pool: pool).calibrated(by: held.errors[index])))
    }
    self.init(
      entries, held.data, folds: Folds(repeats: [], name: held.name), bootstrap: bootstrap,
      leftOut: families.filter { family in !possible.contains { $0.name == family.name } }
        .map { ($0.name, max($0.fewestRuns(data), 2 * $0.fewestLargest)) })
  }
}
