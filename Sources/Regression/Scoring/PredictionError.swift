import Formats
package import Mixtures

/// The error of a family's predictions of the objective, from its out-of-fold residuals.
///
/// Radii hold 90 % of the residuals, with the finite-sample correction of conformal prediction: no
/// shape of the errors is assumed, only that the next run is like those observed. Where the family
/// states deviations, residuals are taken in units of them, so that a prediction far from the runs
/// is less certain.
package struct PredictionError: Sendable {
  package static let coverage = 0.9

  /// The radius of one prediction, in nats per token, or in units of the stated deviation.
  package let radius: Double
  /// The root of the mean squared residual, in nats per token.
  package let standardError: Double
  /// The radius of the difference between two predictions, in nats per token; errors that all runs
  /// share cancel in it.
  package let differenceRadius: Double

  /// Measures residuals; nil for fewer than two.
  ///
  /// - Parameters:
  ///   - residuals: observed less predicted, one for each run; NaN where it was not measured.
  ///   - deviations: the deviations that the family stated, by run, or nil.
  ///   - inflation: the factor that all residuals are multiplied by, to undo a bias such as that of
  ///     `FamilySelectionBias`.
  package init?(
    residuals all: [Double], deviations allDeviations: [Double]? = nil, inflation: Double = 1
  ) {
    let known = all.indices.filter { !all[$0].isNaN }
    guard known.count > 1 else { return nil }
    let residuals = known.map { inflation * all[$0] }
    let deviations = allDeviations.map { deviations in known.map { deviations[$0] } }
    radius = conformalRadius(
      residuals.indices.map { residuals[$0] / (deviations?[$0] ?? 1) }, coverage: Self.coverage)
    standardError =
      (residuals.reduce(0) { $0 + $1 * $1 } / Double(max(1, residuals.count))).squareRoot()
    let differences = residuals.indices.flatMap { i in
      (0..<i).map { residuals[i] - residuals[$0] }
    }
    differenceRadius = conformalRadius(differences, coverage: Self.coverage)
  }

  /// Measures `family` on the runs whose objective was measured; nil for fewer than two.
  ///
  /// - Parameter wasChosen: whether the family was chosen, among the others, by these errors.
  package init?(
    _ family: FittedFamily, in fitted: FittedRuns, objective: Objective, wasChosen: Bool
  ) {
    self.init(
      residuals: fitted.residuals(of: family, objective: objective),
      deviations: family.deviations,
      inflation: wasChosen ? FamilySelectionBias(in: fitted, objective: objective).inflation : 1)
  }

  /// Returns the radius of a prediction, in nats per token, from the deviation that the family
  /// states there.
  package func radius(deviation: Double?) -> Double { radius * (deviation ?? 1) }

  /// Returns whether `proposal` is predicted to be better than `baseline`, both in nats per token.
  ///
  /// - Parameter curse: the nats per token by which the loss of a mixture that was searched for is
  ///   expected to exceed its prediction (the winner's curse).
  package func verdict(
    _ proposal: Double, against baseline: Double, named name: String, curse: Double = 0
  ) -> Verdict {
    Verdict(against: name, gain: baseline - (proposal + curse), radius: differenceRadius)
  }
}
