package import Formats
package import Storage

/// Which columns of a table with weights and losses are what.
package struct RunColumns: Equatable, Sendable {
  /// How the titles of columns of weights begin, where no patterns say which they are.
  private static let weightPrefixes = ["weight", "weights"].flatMap { word in
    ["_", ":", "/", ".", "-"].map { word + $0 }
  }

  /// The places of the columns, in the table's order.
  package let weights: [Int]
  package let losses: [Int]
  /// The titles of columns that would be losses but are the same in all runs: settings.
  package let settings: [String]

  /// Tells the columns of `table` apart; nil if it has not both.
  ///
  /// Losses are all columns that are no weights and differ from run to run, or were measured once.
  ///
  /// - Parameters:
  ///   - weights: shell patterns of the titles of weights; none for those that begin with `weight`
  ///     or `weights` and a sign.
  ///   - losses: shell patterns of the titles of losses; none for all that are left.
  /// - Throws: `FileError.content` if a pattern fits no title, patterns leave no column of losses,
  ///   or one of weights holds words.
  package init?(
    _ table: CSVTable, weights: [String] = [], losses: [String] = []
  ) throws(FileError) {
    let columns = table.columns
    for pattern in weights + losses where !columns.contains(where: { Self.fits($0, [pattern]) }) {
      throw .content(
        path: table.path, place: "line 1",
        problem: "\(pattern) fits no column of numbers; \(choices(columns, insteadOf: pattern))")
    }
    func isWeight(_ title: String) -> Bool {
      weights.isEmpty ? Self.prefix(of: title) != nil : Self.fits(title, weights)
    }
    if let spelled = table.setAside.first(where: { isWeight($0) && table.words[$0] != nil }),
      let error = table.words[spelled]
    {
      throw error
    }
    self.weights = columns.indices.filter { isWeight(columns[$0]) }
    let others = columns.indices.filter {
      !isWeight(columns[$0]) && (losses.isEmpty || Self.fits(columns[$0], losses))
    }
    let varying = others.filter { column in Self.varies(table.rows.map { $0[column] }) }
    // One run, or losses that are named, may well be the same.
    let kept = !losses.isEmpty || varying.isEmpty || table.rows.count < 2 ? others : varying
    self.losses = kept
    settings = others.filter { !kept.contains($0) }.map { columns[$0] }
    if kept.isEmpty, !self.weights.isEmpty, !(weights + losses).isEmpty {
      throw .content(
        path: table.path, place: "line 1", problem: "no column is left for losses beside weights")
    }
    guard !self.weights.isEmpty, !kept.isEmpty else { return nil }
  }

  /// How the title of a column of weights begins; nil of another, and of AdamW's weight decay.
  package static func prefix(of title: String) -> String? {
    weightPrefixes.first { title.hasPrefix($0) && title.dropFirst($0.count) != "decay" }
  }

  private static func fits(_ title: String, _ patterns: [String]) -> Bool {
    patterns.contains { $0 == title || shellPattern($0, fits: title) }
  }

  private static func varies(_ values: [Double]) -> Bool {
    let known = values.filter { !$0.isNaN }
    return known.count == 1 || known.contains { $0 != known[0] }
  }

  /// Whether the weights of all rows are per cent: they sum to 100, as far as they were rounded.
  package static func arePerCent(_ rows: [[Double]]) -> Bool {
    rows.allSatisfy { row in abs(row.reduce(0, +) / 100 - 1) <= Mixture.tolerance }
  }
}
