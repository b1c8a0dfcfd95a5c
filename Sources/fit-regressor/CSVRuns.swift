import Formats
import Mixtures
import ToolKit

/// Runs in tables of columns, and what is said of them.
extension FitRegressor {
  /// The most by which a sum of weights may differ from 1.
  var tolerance: Double { normalizeWeights ? .infinity : Mixture.tolerance }

  /// Returns the runs of a table of weights and losses, or of one of losses after `weights`; nil if
  /// it is a table of weights.
  ///
  /// - Throws: `FileError` if weights are no mixture, or the two tables are not of the same runs.
  func runs(of table: CSVTable, after weights: CSVTable?) throws -> [ObservedRun]? {
    let columns =
      weights == nil ? try RunColumns(table, weights: weightColumns, losses: lossColumns) : nil
    let aside = table.setAside + (columns?.settings ?? [])
    if !aside.isEmpty {
      common.note(
        "fit-regressor: \(table.path): not taken for losses or weights: "
          + aside.joined(separator: ", "))
    }
    if let weights {
      return try ObservedRun.joining(weights: weights, losses: table, tolerance: tolerance)
    }
    let shares = columns?.weights ?? Array(table.columns.indices)
    if RunColumns.arePerCent(table.rows.map { row in shares.map { row[$0] } }) {
      common.note("fit-regressor: \(table.path): weights sum to 100; they were read as per cent")
    }
    guard let columns else { return nil }
    let titles = columns.losses.map { table.columns[$0] }
    common.note(
      "fit-regressor: \(table.path): losses: "
        + zip(titles, CSVTable.shortened(titles)).map { $0 == $1 ? $0 : "\($0) as \($1)" }
        .joined(separator: ", "))
    return try ObservedRun.reading(table, columns, tolerance: tolerance)
  }
}
