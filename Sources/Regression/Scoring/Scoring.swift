extension FamilyScores {
  /// Scores `outOfFold` against what was observed, on the runs whose objective was measured; nil
  /// for fewer than two such runs, or where all objectives are equal.
  ///
  /// Scores are means over the repeats. Their intervals, those of regret and optimism too, are of
  /// what another draw of runs would give.
  package init?(
    _ family: any Family, _ outOfFold: OutOfFold, _ data: RegressionData, _ bootstrap: Bootstrap
  ) {
    let observed = data.observedObjectives
    let predicted = outOfFold.predictions.map { $0.map { data.objective(of: $0) } }
    let measured = observed.map { !$0.isNaN }
    func estimate(_ score: (_ predicted: [Double], _ observed: [Double]) -> Double?) -> Estimate? {
      bootstrap.estimate(runs: data.count) { rows in
        let rows = rows.filter { measured[$0] }
        guard rows.count > 1 else { return nil }
        let truth = rows.map { observed[$0] }
        var sum = 0.0
        for repetition in predicted {
          guard let value = score(rows.map { repetition[$0] }, truth) else { return nil }
          sum += value
        }
        return sum / Double(predicted.count)
      }
    }
    guard let error = estimate(Regression.meanSquaredError), let r2 = estimate(Regression.r2),
      let regret = estimate(Regression.regret), let optimism = estimate(Regression.optimism)
    else { return nil }
    let mean = outOfFold.means.map { data.objective(of: $0) }
    let residuals = zip(observed, mean).map { $0 - $1 }
    self.init(
      meanSquaredError: error, r2: r2,
      spearman: family.isInformative ? estimate(Regression.spearman) : nil, regret: regret,
      optimism: optimism,
      statedCoverage: outOfFold.meanDeviations.map { deviations in
        let known = residuals.indices.filter { measured[$0] }
        return Double(known.count { abs(residuals[$0]) <= 1.645 * deviations[$0] })
          / Double(known.count)
      })
  }
}
