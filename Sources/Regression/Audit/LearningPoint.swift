package import Formats

/// Mean scores of fits to random subsets of the runs, on the other runs or on those held out.
package struct LearningPoint: Codable, Equatable, Sendable {
  package var family: String
  package var runs: Int
  package var draws: Int
  package var testRuns: Int
  package var meanSquaredError: MeanEstimate
  package var spearman: MeanEstimate?
  package var meanSetSquaredError: MeanEstimate
  package var meanSetSpearman: MeanEstimate?
  /// The share of unseen runs within 90 % intervals that folds inside the fitted runs gave; absent for rankings, and
  /// where it was not measured.
  package var coverage: MeanEstimate?
  /// On runs that are held out: the same two means of the objective, with the 90 % intervals of resampled draws and
  /// resampled held-out runs.
  package var heldOutSquaredError: Estimate?
  package var heldOutSpearman: Estimate?
  package init(
    family: String, runs: Int, draws: Int, testRuns: Int, meanSquaredError: MeanEstimate,
    spearman: MeanEstimate?, meanSetSquaredError: MeanEstimate, meanSetSpearman: MeanEstimate?,
    coverage: MeanEstimate?, heldOutSquaredError: Estimate? = nil,
    heldOutSpearman: Estimate? = nil
  ) {
    (self.heldOutSquaredError, self.heldOutSpearman) = (heldOutSquaredError, heldOutSpearman)
    (self.family, self.runs, self.draws, self.testRuns) = (family, runs, draws, testRuns)
    (self.meanSquaredError, self.spearman) = (meanSquaredError, spearman)
    (self.meanSetSquaredError, self.meanSetSpearman) = (meanSetSquaredError, meanSetSpearman)
    self.coverage = coverage
  }
}
