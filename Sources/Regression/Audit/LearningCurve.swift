import Formats
package import Parallel

/// Scores of fits to fewer runs, which tell how many are worth training.
///
/// At the largest number of runs, the coverage of the 90 % intervals is measured too. The intervals
/// come from folds inside the fitted runs and are checked on runs that were not fitted: residuals
/// always cover the share of themselves that they were made to cover.
package struct LearningCurve: Sendable {
  package let points: [LearningPoint]

  private static let innerFolds = 5

  /// Fits every family to random subsets of `data`.
  ///
  /// - Parameters:
  ///   - sizes: the numbers of runs to fit; all families see the same random runs.
  ///   - draws: the number of random subsets of each size.
  ///   - test: the runs to score on; nil for the runs that a fit did not see.
  /// - Throws: `FitError` of the first fit that failed.
  package init(
    _ families: [any Family], _ data: RegressionData, sizes: [Int], draws: Int,
    test: RegressionData?, seed: UInt64, pool: WorkerPool
  ) throws(FitError) {
    var points: [LearningPoint] = []
    let intervals = test.map { LearningIntervals($0, seed: seed) }
    let sizes = Set(sizes.map { min($0, data.count) }).sorted()
    for size in sizes {
      let samples = Self.samples(
        data, size: size, draws: draws, isTested: test != nil, seed: seed
      )
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
      var scored: [[Scores]] = possible.map { _ in [] }
      for (index, result) in results.enumerated() {
        if let scores = try result.get() { scored[index / samples.count].append(scores) }
      }
      points += pool.map(possible.count) { [scored] index in
        Self.point(possible[index], runs: size, samples, scored[index], intervals)
      }.compactMap(\.self)
    }
    self.points = points
  }

  /// Averages the scores of one family at one size; returns nil where nothing was scored.
  private static func point(
    _ family: any Family, runs: Int, _ samples: [Sample], _ scored: [Scores],
    _ intervals: LearningIntervals?
  ) -> LearningPoint? {
    let (scores, predicted) = (scored.map(\.scores), scored.map(\.predicted))
    guard let squares = mean(scores.map(\.meanSquaredError)),
      let setSquares = mean(scores.map(\.meanSetSquaredError))
    else { return nil }
    return LearningPoint(
      family: family.name, runs: runs, draws: scores.count,
      testRuns: samples.map(\.unseen.count).min() ?? 0,
      meanSquaredError: squares,
      spearman: mean(scores.map(\.spearman)),
      meanSetSquaredError: setSquares,
      meanSetSpearman: mean(scores.map(\.meanSetSpearman)),
      coverage: mean(scores.map(\.coverage)),
      heldOutSquaredError: intervals?.estimate(predicted) { Regression.meanSquaredError($0, $1) },
      heldOutSpearman: family.isInformative
        ? intervals?.estimate(predicted) { Regression.spearman($0, $1) } : nil)
  }

  /// The scores of one fit.
  private struct Scores: Sendable {
    let scores: TestScores
    /// The predictions of the objective, one for each unseen run in which it was measured.
    let predicted: [Double]
  }

  /// A random subset of the runs to fit, with the runs to score on.
  private struct Sample {
    let fitted: RegressionData
    let unseen: RegressionData
    let folds: Folds
    /// The least, over the sets, of the number of fitted runs that measured the set.
    let fewestFitted: Int

    init(_ rows: [Int], of data: RegressionData, test: RegressionData?, seed: UInt64) {
      // A repeat of a run that was fitted is not new.
      let groups = data.replicateGroups
      let seen = Set(rows.map { groups[$0] })
      fitted = data.restricted(to: rows)
      unseen =
        test ?? data.restricted(to: data.ids.indices.filter { !seen.contains(groups[$0]) })
      folds = .random(fitted, count: LearningCurve.innerFolds, repeats: 1, seed: seed)
      fewestFitted =
        fitted.sets.indices.map { [fitted] in fitted.rows(measuring: $0).count }.min() ?? 0
    }
  }

  /// Random samples of `size` runs, each in ascending order; at most `draws`, since equal ones
  /// count once.
  ///
  /// Where other runs are held out, a sample takes one run of every mixture before any repeat, as
  /// one would train them. Otherwise it takes whole groups of repeats, of which the last may be
  /// cut, so that the other mixtures stay unseen.
  private static func samples(
    _ data: RegressionData, size: Int, draws: Int, isTested: Bool, seed: UInt64
  ) -> [[Int]] {
    if size >= data.count { return [Array(data.ids.indices)] }
    let groups = data.replicateGroups
    var random = RandomStream(seed: seed, purpose: "learning curve of \(size)")
    let samples = (0..<draws).map { _ in
      let order = random.permutation((groups.max() ?? -1) + 1)
      let members = order.map { group in groups.indices.filter { groups[$0] == group } }
      let most = members.map(\.count).max() ?? 0
      let rows =
        isTested
        ? (0..<most).flatMap { round in members.filter { $0.count > round }.map { $0[round] } }
        : members.flatMap(\.self)
      return rows.prefix(size).sorted()
    }
    // Nearly all runs are drawn in few ways.
    var seen: Set<[Int]> = []
    return samples.filter { seen.insert($0).inserted }
  }

  /// Fits and scores one family; the result is nil where the objective was measured in no unseen
  /// run.
  private static func score(
    _ family: any Family, _ sample: Sample, withCoverage: Bool
  ) -> Result<Scores?, FitError> {
    do throws(FitError) {
      let fit = try family.fit(sample.fitted)
      var error: PredictionError?
      if withCoverage, family.isCalibrated,
        family.fewestRuns(sample.fitted) <= sample.folds.fewestFitted(sample.fitted)
      {
        error = try OutOfFold.predictions(of: [family], sample.fitted, sample.folds, pool: nil)[0]
          .error(sample.fitted)
      }
      let unseen = sample.unseen
      let predictions = unseen.ids.indices.map { fit.predict(unseen.point($0)) }
      let scores = TestScores(
        predictions, of: fit, family: family, on: unseen, error: error)
      let predicted = zip(unseen.observedObjectives, predictions)
        .filter { !$0.0.isNaN }.map { unseen.objective(of: $0.1) }
      return .success(scores.map { Scores(scores: $0, predicted: predicted) })
    } catch { return .failure(error) }
  }

  private static func mean(_ values: [Double?]) -> MeanEstimate? {
    let known = values.compactMap { $0 }
    return known.count == values.count ? MeanEstimate(of: known) : nil
  }
}
