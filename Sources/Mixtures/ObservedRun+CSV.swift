package import Formats
package import Storage

extension ObservedRun {
  /// Joins a table of weights with a table of losses, as RegMix and Olmix publish theirs.
  ///
  /// An empty field of `losses` is a loss that was not measured. A key may have several rows of
  /// losses that differ in scale.
  ///
  /// - Parameter tolerance: the most by which a sum of weights may differ from 1.
  /// - Throws: `FileError` if a key is in one of the tables only, or weights are no mixture.
  package static func joining(
    weights: CSVTable, losses: CSVTable, tolerance: Double = Mixture.tolerance
  ) throws(FileError) -> [ObservedRun] {
    var rowsOf: [String: [Int]] = [:]
    for (row, key) in losses.keys.enumerated() { rowsOf[key, default: []].append(row) }
    let known = Set(weights.keys)
    guard known.count == weights.keys.count else {
      throw .content(
        path: weights.path, problem: "a run has two rows of weights; give its weights once")
    }
    if let key = losses.keys.first(where: { !known.contains($0) }) {
      throw .content(path: losses.path, problem: "run \(key) has no weights in \(weights.path)")
    }
    let (domains, sets) = (NameIndex(weights.shortColumns), NameIndex(losses.shortColumns))
    let rows = shares(weights.rows)
    var runs: [ObservedRun] = []
    for (row, key) in weights.keys.enumerated() {
      guard let places = rowsOf[key] else {
        throw .content(path: weights.path, problem: "run \(key) has no losses in \(losses.path)")
      }
      for place in places {
        runs.append(
          try ObservedRun(
            key, rows[row], of: domains, losses.rows[place], of: sets,
            scale: zip(losses.scales[place], weights.scales[row]).map { $0.isNaN ? $1 : $0 },
            path: weights.path, tolerance: tolerance))
      }
    }
    return runs
  }

  /// Reads the runs of one table with weights and losses; nil if it has not both.
  ///
  /// - Parameters:
  ///   - columns: which columns are what; by default as their titles tell.
  ///   - tolerance: the most by which a sum of weights may differ from 1.
  /// - Throws: `FileError` if weights are no mixture.
  package static func reading(
    _ table: CSVTable, _ columns: RunColumns? = nil, tolerance: Double = Mixture.tolerance
  ) throws(FileError) -> [ObservedRun]? {
    let named = if let columns { columns } else { try RunColumns(table) }
    guard let columns = named else { return nil }
    let titles = columns.weights.map { table.columns[$0] }
    let prefixes = titles.compactMap { RunColumns.prefix(of: $0) }
    // Titles that patterns chose have other words in common.
    let domains = NameIndex(
      prefixes.count == titles.count
        ? zip(titles, prefixes).map { String($0.dropFirst($1.count)) }
        : CSVTable.shortened(titles))
    let sets = NameIndex(CSVTable.shortened(columns.losses.map { table.columns[$0] }))
    let rows = shares(table.rows.map { row in columns.weights.map { row[$0] } })
    var runs: [ObservedRun] = []
    for (row, key) in table.keys.enumerated() {
      runs.append(
        try ObservedRun(
          key, rows[row], of: domains, columns.losses.map { table.rows[row][$0] }, of: sets,
          scale: table.scales[row], path: table.path, tolerance: tolerance))
    }
    return runs
  }

  /// The rows of weights, of which all or none are per cent, as shares of 1.
  private static func shares(_ rows: [[Double]]) -> [[Double]] {
    RunColumns.arePerCent(rows) ? rows.map { $0.map { $0 / 100 } } : rows
  }

  private init(
    _ key: String, _ weights: [Double], of domains: NameIndex, _ losses: [Double],
    of sets: NameIndex, scale: [Double], path: String, tolerance: Double
  ) throws(FileError) {
    do {
      self.init(
        id: key, mixture: try Mixture(weights, of: domains, tolerance: tolerance),
        losses: sets.dictionary(losses).filter { !$0.value.isNaN }
          .mapValues { MeasuredLoss(nats: $0) },
        totalTokens: scale[1].isNaN ? nil : scale[1],
        parameters: scale[0].isNaN ? nil : Int(scale[0]))
    } catch { throw error.ofRun(path, "run \(key)") }
  }
}
