/// A family's scores, out of fold and, if there are any, on held-out runs.
package struct ScoredFamily: Codable, Equatable, Sendable {
  package var family: String
  package var inputs: [String]
  /// The scores out of fold; nil where no run could be held out.
  package var scores: FamilyScores?
  package var test: TestScores?
  package init(family: String, inputs: [String], scores: FamilyScores?, test: TestScores?) {
    (self.family, self.inputs, self.scores, self.test) = (family, inputs, scores, test)
  }
}

/// Scores of one fit on runs that it has not seen.
package struct TestScores: Codable, Equatable, Sendable {
  /// The mean squared error of the objective.
  package var meanSquaredError: Double
  package var spearman: Double?
  /// The share of runs within the family's 90 % interval; nil for rankings.
  package var coverage: Double?
  /// The mean squared error of the losses, averaged over the evaluation sets.
  package var meanSetSquaredError: Double
  package var meanSetSpearman: Double?
  package var leastSetSpearman: Double?
  package init(
    meanSquaredError: Double, spearman: Double?, coverage: Double?, meanSetSquaredError: Double,
    meanSetSpearman: Double?, leastSetSpearman: Double?
  ) {
    (self.meanSquaredError, self.spearman) = (meanSquaredError, spearman)
    (self.coverage, self.meanSetSquaredError) = (coverage, meanSetSquaredError)
    (self.meanSetSpearman, self.leastSetSpearman) = (meanSetSpearman, leastSetSpearman)
  }
}
