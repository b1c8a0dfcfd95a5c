import Glibc
import Mixtures

/// Scores of predictions of runs of another scale than those that were fitted.
package struct ScaleScores: Codable, Equatable, Sendable {
  package var family: String
  /// The largest number of parameters that was fitted.
  package var fittedParameters: Double
  /// The scale of the runs that were predicted.
  package var parameters: Double
  package var tokens: Double
  package var runs: Int
  /// The rank correlation of the objective; nil for a constant.
  package var spearman: Double?
  /// The root of the mean squared error of the objective, and the mean of predicted less observed.
  package var rootMeanSquaredError: Double
  package var meanError: Double
  /// The mean of |predicted − observed| / observed over all sets and runs.
  package var meanRelativeError: Double
  /// The objective of the run predicted best less that of the best run.
  package var regret: Double
  /// The share of runs within 90 % intervals of the objective; nil where there are none.
  package var coverage: Double?

  /// Scores predictions of the runs of one scale; nil for fewer than two that measured the
  /// objective.
  ///
  /// - Parameters:
  ///   - predictions: the losses in nats per token, (runs, sets).
  ///   - radii: half the widths of the intervals, by run, in nats per token.
  init?(
    _ family: String, fittedParameters: Double, scale: ModelScale, _ predictions: [[Double]],
    radii: [Double]?, of data: RegressionData
  ) {
    let observed = data.observedObjectives
    let known = observed.indices.filter { !observed[$0].isNaN }
    guard known.count > 1 else { return nil }
    let truth = known.map { observed[$0] }
    let predicted = known.map { data.objective(of: predictions[$0]) }
    let errors = zip(predicted, truth).map { $0 - $1 }
    var (relative, count) = (0.0, 0)
    for (run, row) in predictions.enumerated() {
      for (set, loss) in row.enumerated() where !data.losses[run][set].isNaN {
        relative += abs(loss - data.losses[run][set]) / abs(data.losses[run][set])
        count += 1
      }
    }
    (self.family, self.fittedParameters) = (family, fittedParameters)
    (parameters, tokens, runs) = (scale.parameters, scale.tokens, known.count)
    spearman = Regression.spearman(predicted, truth)
    rootMeanSquaredError = meanSquaredError(predicted, truth).squareRoot()
    meanError = errors.reduce(0, +) / Double(errors.count)
    meanRelativeError = relative / Double(max(1, count))
    regret = Regression.regret(predicted, truth)
    coverage = radii.map { radii in
      Double(zip(known, errors).count { abs($1) <= radii[$0] }) / Double(known.count)
    }
  }
}
