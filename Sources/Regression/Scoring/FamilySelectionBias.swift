import Formats
package import Mixtures

/// The bias of the error of a family that was chosen by its error.
///
/// The least of several noisy errors is less than what that family's next error will be. Each
/// mixture's runs are therefore predicted by the family that all other mixtures would have chosen.
package struct FamilySelectionBias: Sendable {
  /// The factor by which the least error is too small, at least 1.
  ///
  /// It is the root mean square residual of the families that the other mixtures would have chosen,
  /// over that of the family with the least. The preference of a search for a smooth family within
  /// noise of the least is left aside.
  package let inflation: Double

  /// Measures the bias.
  ///
  /// - Parameters:
  ///   - residuals: observed less out-of-fold predictions of the objective, (families, runs); NaN
  ///     where it was not measured.
  ///   - groups: the mixture of each run; equal for runs of one mixture.
  package init(residuals: [[Double]], groups: [Int]) {
    guard let runs = residuals.first?.indices.filter({ !residuals[0][$0].isNaN }), !runs.isEmpty
    else {
      inflation = 1
      return
    }
    let squares = residuals.map { $0.map { $0 * $0 } }
    func sum(_ family: Int, _ isCounted: (Int) -> Bool) -> Double {
      runs.reduce(0) { isCounted($1) ? $0 + squares[family][$1] : $0 }
    }
    func least(_ isCounted: (Int) -> Bool) -> Int {
      residuals.indices.min { sum($0, isCounted) < sum($1, isCounted) } ?? 0
    }
    var chosenBy: [Int: Int] = [:]
    for group in Set(runs.map { groups[$0] }) { chosenBy[group] = least { groups[$0] != group } }
    let honest = runs.reduce(0) { $0 + squares[chosenBy[groups[$1]] ?? 0][$1] }
    let own = sum(least { _ in true }) { _ in true }
    inflation = own > 0 ? max(1, (honest / own).squareRoot()) : 1
  }

  /// Measures the bias among the calibrated families of `fitted` that depend on the mixture.
  package init(in fitted: FittedRuns, objective: Objective) {
    let families = fitted.families.filter { $0.isCalibrated && !$0.inputs.isEmpty }
    self.init(
      residuals: families.map { fitted.residuals(of: $0, objective: objective) },
      groups: fitted.data.replicateGroups)
  }
}
