import Formats
package import Parallel

/// Scores of fits to fewer runs, which tell how many are worth training.
///
/// At some numbers of runs, the coverage of the 90 % intervals is measured too. The intervals come
/// from folds inside the fitted runs and are checked on runs that were not fitted: residuals always
/// cover the share of themselves that they were made to cover. There the family that the folds
/// would have recommended is scored as well, under the name `recommended`.
package struct LearningCurve: Sendable {
  package let points: [LearningPoint]

  /// The name of the family that each sample of runs recommends by itself.
  package static let recommended = "recommended"
  private static let innerFolds = 5
  /// The most runs of which each is held out alone.
  private static let mostLeftOut = 12

  /// Fits every family to random subsets of `data`.
  ///
  /// - Parameters:
  ///   - sizes: the numbers of runs to fit; all families see the same random runs.
  ///   - covered: those of them at which runs are held out of the fitted ones, for coverage and for
  ///     the family recommended.
  ///   - draws: the number of random subsets of each size.
  ///   - test: the runs to score on; nil for the runs that a fit did not see.
  ///   - isOtherScale: whether `test` is of another scale, where losses of fitted runs are no
  ///     choice beside its own.
  /// - Throws: `FitError` of the first fit that failed.
  package init(
    _ families: [any Family], _ data: RegressionData, sizes: [Int], covered: [Int], draws: Int,
    test: RegressionData?, isOtherScale: Bool = false, seed: UInt64, pool: WorkerPool
  ) throws(FitError) {
    var points: [LearningPoint] = []
    let intervals = test.map { LearningIntervals($0, seed: seed) }
    let sizes = Set(sizes.map { min($0, data.count) }).sorted()
    for size in sizes {
      let samples = Self.samples(
        data, size: size, draws: draws, isTested: test != nil, seed: seed
      )
      .map { Sample($0, of: data, test: test, isOtherScale: isOtherScale, seed: seed) }
      .filter { $0.unseen.count > 0 }
      let possible = families.filter { family in
        samples.allSatisfy { family.fewestRuns($0.fitted) <= $0.fewestFitted }
      }
      let isCovered = covered.contains { min($0, data.count) == size }
      let results = pool.map(possible.count * samples.count) { task in
        Self.entry(
          possible[task / samples.count], samples[task % samples.count], isHeldOut: isCovered)
      }
      var entries: [[Comparison.Entry]] = possible.map { _ in [] }
      for (index, result) in results.enumerated() {
        entries[index / samples.count].append(try result.get())
      }
      let chosen = isCovered ? Self.recommended(samples, entries, seed: seed, pool) : nil
      let rows =
        entries.map { (name: $0[0].family.name, entries: $0) }
        + (chosen.map { [(name: Self.recommended, entries: $0)] } ?? [])
      points += pool.map(rows.count) { index in
        Self.point(
          rows[index].name, rows[index].entries, samples, runs: size, isCovered: isCovered,
          intervals)
      }.compactMap(\.self)
    }
    self.points = points
  }

  /// Fits one family to a sample, with its predictions of runs held out if `isHeldOut` and the
  /// sample has enough.
  private static func entry(
    _ family: any Family, _ sample: Sample, isHeldOut: Bool
  ) -> Result<Comparison.Entry, FitError> {
    do throws(FitError) {
      var outOfFold: OutOfFold?
      if isHeldOut,
        max(1, family.fewestRuns(sample.fitted)) <= sample.folds.fewestFitted(sample.fitted)
      {
        outOfFold = try OutOfFold.predictions(
          of: [family], sample.fitted, sample.folds, pool: nil)[0]
      }
      return .success(
        Comparison.Entry(
          family: family, outOfFold: outOfFold, scores: nil, fit: try family.fit(sample.fitted)))
    } catch { return .failure(error) }
  }

  /// Returns the entries that the samples recommend; nil where one recommends none.
  private static func recommended(
    _ samples: [Sample], _ entries: [[Comparison.Entry]], seed: UInt64, _ pool: WorkerPool
  ) -> [Comparison.Entry]? {
    let chosen = pool.map(samples.count) { index in
      let sample = samples[index]
      return Comparison(
        entries.map { $0[index] }, sample.fitted, folds: sample.folds,
        bootstrap: Bootstrap(groups: sample.fitted.replicateGroups, seed: seed)
      ).best
    }.compactMap(\.self)
    return chosen.count == samples.count ? chosen : nil
  }

  /// Averages the scores of the fits to all samples of one size; returns nil where nothing was
  /// scored.
  private static func point(
    _ name: String, _ entries: [Comparison.Entry], _ samples: [Sample], runs: Int, isCovered: Bool,
    _ intervals: LearningIntervals?
  ) -> LearningPoint? {
    let scored = zip(entries, samples).compactMap {
      Scores($0, $1, isCovered: isCovered)
    }
    let (scores, predicted) = (scored.map(\.scores), scored.map(\.predicted))
    guard let squares = mean(scores.map(\.meanSquaredError)),
      let setSquares = mean(scores.map(\.meanSetSquaredError))
    else { return nil }
    return LearningPoint(
      family: name, runs: runs, draws: scores.count,
      testRuns: samples.map(\.unseen.count).min() ?? 0,
      meanSquaredError: squares,
      spearman: mean(scores.map(\.spearman)),
      meanSetSquaredError: setSquares,
      meanSetSpearman: mean(scores.map(\.meanSetSpearman)),
      coverage: mean(scores.map(\.coverage)),
      regret: mean(scored.map(\.regret)),
      heldOutSquaredError: intervals?.estimate(predicted) { Regression.meanSquaredError($0, $1) },
      heldOutSpearman: entries.allSatisfy(\.family.isInformative)
        ? intervals?.estimate(predicted) { Regression.spearman($0, $1) } : nil)
  }

  /// The scores of one fit.
  private struct Scores: Sendable {
    let scores: TestScores
    /// The predictions of the objective, one for each unseen run in which it was measured.
    let predicted: [Double]
    /// The objective of the run predicted best, fitted or not, less that of the best.
    let regret: Double?

    /// Scores a fit; nil where the objective was measured in no unseen run.
    init?(_ entry: Comparison.Entry, _ sample: Sample, isCovered: Bool) {
      let (fit, unseen) = (entry.fit, sample.unseen)
      let predictions = unseen.ids.indices.map { fit.predict(unseen.point($0)) }
      guard
        let scores = TestScores(
          predictions, of: fit, family: entry.family, on: unseen,
          error: isCovered ? entry.error(sample.fitted) : nil)
      else { return nil }
      self.scores = scores
      func known(_ data: RegressionData, _ losses: [[Double]]) -> [(Double, Double)] {
        zip(losses.map { data.objective(of: $0) }, data.observedObjectives)
          .filter { !$0.1.isNaN }
      }
      let pairs = known(unseen, predictions)
      predicted = pairs.map(\.0)
      let fitted = sample.fitted
      let all =
        sample.isOtherScale
        ? pairs
        : pairs + known(fitted, fitted.ids.indices.map { fit.predict(fitted.point($0)) })
      regret =
        entry.family.isInformative ? Regression.regret(all.map(\.0), all.map(\.1)) : nil
    }
  }

  /// A random subset of the runs to fit, with the runs to score on.
  private struct Sample {
    let fitted: RegressionData
    let unseen: RegressionData
    let folds: Folds
    let isOtherScale: Bool
    /// The least, over the sets, of the number of fitted runs that measured the set.
    let fewestFitted: Int

    init(
      _ rows: [Int], of data: RegressionData, test: RegressionData?, isOtherScale: Bool,
      seed: UInt64
    ) {
      self.isOtherScale = isOtherScale
      // A repeat of a run that was fitted is not new.
      let groups = data.replicateGroups
      let seen = Set(rows.map { groups[$0] })
      fitted = data.restricted(to: rows)
      unseen =
        test ?? data.restricted(to: data.ids.indices.filter { !seen.contains(groups[$0]) })
      folds =
        rows.count <= LearningCurve.mostLeftOut
        ? .leaveOneOut(fitted)
        : .random(fitted, count: LearningCurve.innerFolds, repeats: 1, seed: seed)
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

  private static func mean(_ values: [Double?]) -> MeanEstimate? {
    let known = values.compactMap { $0 }
    return known.count == values.count ? MeanEstimate(of: known) : nil
  }
}
