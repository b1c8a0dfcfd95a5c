import Formats

extension TestScores {
  /// Scores `fit` on runs that it has not seen; nil if the objective was measured in none of them.
  ///
  /// - Parameter error: the error that gives the family's intervals; nil leaves their coverage out.
  package init?(
    _ fit: any Regressor, of family: any Family, on test: RegressionData, error: PredictionError?
  ) {
    self.init(
      test.ids.indices.map { fit.predict(test.point($0)) }, of: fit, family: family, on: test,
      error: error)
  }

  /// Scores known predictions of unseen runs; nil if the objective was measured in none of them.
  ///
  /// - Parameters:
  ///   - predictions: the predictions in nats per token, (runs, sets).
  ///   - error: the error that gives the family's intervals; nil leaves their coverage out.
  init?(
    _ predictions: [[Double]], of fit: any Regressor, family: any Family, on test: RegressionData,
    error: PredictionError?
  ) {
    let observed = test.observedObjectives
    let known = observed.indices.filter { !observed[$0].isNaN }
    guard !known.isEmpty else { return nil }
    let predicted = predictions.map { test.objective(of: $0) }
    let sets = test.sets.indices.map { set in
      let rows = test.rows(measuring: set)
      return (
        predicted: rows.map { predictions[$0][set] }, observed: rows.map { test.losses[$0][set] }
      )
    }.filter { !$0.observed.isEmpty }
    let ranks = sets.compactMap {
      family.isInformative ? Regression.spearman($0.predicted, $0.observed) : nil
    }
    let covered = family.isCalibrated ? error : nil
    self.init(
      meanSquaredError: Regression.meanSquaredError(
        known.map { predicted[$0] }, known.map { observed[$0] }),
      spearman: family.isInformative
        ? Regression.spearman(known.map { predicted[$0] }, known.map { observed[$0] }) : nil,
      coverage: covered.map { error in
        let inside = known.count { run in
          let deviation = fit.variance(at: test.point(run), of: test.objective)?.deviation
          return abs(observed[run] - predicted[run]) <= error.radius(deviation: deviation)
        }
        return Double(inside) / Double(known.count)
      },
      meanSetSquaredError: sets.reduce(0) {
        $0 + Regression.meanSquaredError($1.predicted, $1.observed)
      } / Double(sets.count),
      meanSetSpearman: ranks.count == sets.count
        ? ranks.reduce(0, +) / Double(max(1, ranks.count)) : nil,
      leastSetSpearman: ranks.count == sets.count ? ranks.min() : nil)
  }
}
