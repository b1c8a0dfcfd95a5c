/// A family's predictions of every run by the fit to all the others, and how good they are.
package struct LeaveOneOut: Sendable {
  /// (runs, sets).
  package let predictions: [[Double]]
  /// Of the objective.
  package let meanSquaredError: Double
  /// Of the objective; nil if predictions do not depend on the mixture.
  package let spearman: Double?

  /// Everything is chosen again in every fold: scales, penalties, intercepts.
  package init(_ family: any Family, _ data: RegressionData) throws(FitError) {
    guard data.count >= 4 else { throw .tooFewRuns(data.count, needed: 4) }
    var predictions: [[Double]] = []
    for run in 0..<data.count {
      let others = data.restricted(to: (0..<data.count).filter { $0 != run })
      let fit = try family.fit(others)
      predictions.append(
        fit.regressor.predict(weights: data.weights[run], mde: data.features[run]))
    }
    self.predictions = predictions
    let predicted = predictions.map { data.objective(of: $0) }
    let observed = data.losses.map { data.objective(of: $0) }
    meanSquaredError = Regression.meanSquaredError(predicted, observed)
    spearman = family.isInformative ? Regression.spearman(predicted, observed) : nil
  }
}
