package import Formats

/// Mean scores of fits of one family to random subsets of the runs, on the other runs or on
/// held-out ones.
package struct LearningPoint: Codable, Equatable, Sendable {
  /// The name of the family, or `LearningCurve.recommended`.
  package var family: String
  package var runs: Int
  package var draws: Int
  package var testRuns: Int
  package var meanSquaredError: MeanEstimate
  package var spearman: MeanEstimate?
  package var meanSetSquaredError: MeanEstimate
  package var meanSetSpearman: MeanEstimate?
  /// The share of unseen runs within the 90 % intervals that folds inside the fitted runs gave; nil
  /// for rankings, and where it was not measured.
  package var coverage: MeanEstimate?
  /// The observed objective of the run predicted best, of those fitted and unseen, less that of the
  /// best; nil for a constant.
  package var regret: MeanEstimate?
  /// The mean squared error of the objective on held-out runs, with the 90 % interval of resampled
  /// draws and resampled held-out runs; nil where none are held out.
  package var heldOutSquaredError: Estimate?
  /// The mean rank correlation on held-out runs, with an interval made in the same way.
  package var heldOutSpearman: Estimate?
  package init(
    family: String, runs: Int, draws: Int, testRuns: Int, meanSquaredError: MeanEstimate,
    spearman: MeanEstimate?, meanSetSquaredError: MeanEstimate, meanSetSpearman: MeanEstimate?,
    coverage: MeanEstimate?, regret: MeanEstimate?, heldOutSquaredError: Estimate? = nil,
    heldOutSpearman: Estimate? = nil
  ) {
    (self.heldOutSquaredError, self.heldOutSpearman) = (heldOutSquaredError, heldOutSpearman)
    (self.family, self.runs, self.draws, self.testRuns) = (family, runs, draws, testRuns)
    (self.meanSquaredError, self.spearman) = (meanSquaredError, spearman)
    (self.meanSetSquaredError, self.meanSetSpearman) = (meanSetSquaredError, meanSetSpearman)
    (self.coverage, self.regret) = (coverage, regret)
  }
}
