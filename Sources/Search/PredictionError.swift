package import Formats
import Mixtures
import Regression

/// How far a family's leave-one-out predictions of the objective were from what was observed.
///
/// Radii hold 90 % of the residuals, with the finite-sample correction of conformal prediction: no
/// shape of the errors is assumed, only that the next run is like those observed.
package struct PredictionError: Sendable {
  package static let coverage = 0.9

  /// Of one prediction, in nats per token.
  package let radius: Double
  /// The root of the mean squared residual.
  package let standardError: Double
  /// Of the difference between two predictions: errors that all runs share cancel.
  package let differenceRadius: Double

  /// - Parameter residuals: observed less predicted, one for each run.
  package init(residuals: [Double]) {
    radius = conformalRadius(residuals, coverage: Self.coverage)
    standardError =
      (residuals.reduce(0) { $0 + $1 * $1 } / Double(max(1, residuals.count))).squareRoot()
    let differences = residuals.indices.flatMap { i in
      (0..<i).map { residuals[i] - residuals[$0] }
    }
    differenceRadius = conformalRadius(differences, coverage: Self.coverage)
  }

  package init(
    _ family: RegressorFile.Family, in file: RegressorFile, objective: ProposalFile.Objective
  ) {
    self.init(
      residuals: file.runs.map { run in
        objective.value(run.losses) - objective.value(family.outOfFold[run.id] ?? [:])
      })
  }

  /// One sentence on whether `proposal` is predicted to be better than `baseline`.
  package func verdict(
    _ proposal: Double, against baseline: Double, named name: String
  ) -> String {
    let gain = baseline - proposal
    let amounts =
      "predicted \(rounded(abs(gain))) nats per token \(gain >= 0 ? "below" : "above") \(name); "
      + "in 90 % of pairs of observed runs, leave-one-out errors of such a difference stay "
      + "within \(rounded(differenceRadius))"
    if gain > differenceRadius { return "better than \(name): \(amounts)" }
    if -gain > differenceRadius { return "worse than \(name): \(amounts)" }
    return "not distinguishable from \(name): \(amounts)"
  }
}

/// To four decimals.
private func rounded(_ value: Double) -> Double { (value * 1e4).rounded() / 1e4 }
