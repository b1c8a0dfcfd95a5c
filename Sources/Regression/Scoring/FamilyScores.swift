/// Scores of predictions of the objective, for runs that the fit had not seen.
package struct FamilyScores: Codable, Equatable, Sendable {
  package var meanSquaredError: Estimate
  /// The coefficient 1 − squared error / squared deviation from the mean of all runs.
  package var r2: Estimate
  /// The rank correlation of predicted and observed; nil for a constant.
  package var spearman: Estimate?
  /// The objective of the run predicted best less that of the best run.
  package var regret: Estimate
  /// Observed less predicted, mean over the fifth of the runs with the lowest predictions; above 0
  /// where they promise too much.
  package var optimism: Estimate
  /// The share of runs within 1.645 of the family's own stated standard deviations; nil if it
  /// states none.
  package var statedCoverage: Double?

  package init(
    meanSquaredError: Estimate, r2: Estimate, spearman: Estimate?, regret: Estimate,
    optimism: Estimate, statedCoverage: Double?
  ) {
    (self.meanSquaredError, self.r2, self.spearman) = (meanSquaredError, r2, spearman)
    (self.regret, self.optimism) = (regret, optimism)
    self.statedCoverage = statedCoverage
  }
}

/// A value with a 90 % interval.
package struct Estimate: Codable, Equatable, Sendable {
  package var value: Double
  package var low: Double
  package var high: Double
  package init(value: Double, low: Double, high: Double) {
    (self.value, self.low, self.high) = (value, low, high)
  }
}
