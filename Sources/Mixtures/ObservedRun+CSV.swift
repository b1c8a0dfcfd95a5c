package import Formats
package import Storage

extension ObservedRun {
  /// Joins a table of weights with a table of losses, as RegMix and Olmix publish theirs.
  ///
  /// An empty field of `losses` is a loss that was not measured. A key may have several rows of
  /// losses that differ in scale.
  ///
  /// - Throws: `FileError` if a key is in one of the tables only, or weights are no mixture.
  package static func joining(
    weights: CSVTable, losses: CSVTable
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
    var runs: [ObservedRun] = []
    for (row, key) in weights.keys.enumerated() {
      guard let places = rowsOf[key] else {
        throw .content(path: weights.path, problem: "run \(key) has no losses in \(losses.path)")
      }
      for place in places {
        runs.append(
          try ObservedRun(
            key, weights.rows[row], of: domains, losses.rows[place], of: sets,
            scale: zip(losses.scales[place], weights.scales[row]).map { $0.isNaN ? $1 : $0 },
            path: weights.path))
      }
    }
    return runs
  }

  /// How the columns of weights begin in a table that holds losses too.
  private static let weightPrefixes = ["weight_", "weight:", "weight/"]

  private static func isWeight(_ column: String) -> Bool {
    weightPrefixes.contains { column.hasPrefix($0) }
  }

  /// Reads the runs of one table with weights and losses; nil if it has not both.
  ///
  /// Weights are in the columns that begin with `weight_`, losses in all others.
  ///
  /// - Throws: `FileError` if weights are no mixture.
  package static func reading(_ table: CSVTable) throws(FileError) -> [ObservedRun]? {
    let (weights, losses) = (
      table.columns.indices.filter { isWeight(table.columns[$0]) },
      table.columns.indices.filter { !isWeight(table.columns[$0]) }
    )
    guard !weights.isEmpty, !losses.isEmpty else { return nil }
    func names(_ columns: [Int]) -> NameIndex {
      NameIndex(CSVTable.shortened(columns.map { table.columns[$0] }))
    }
    let domains = NameIndex(
      weights.map { column in
        let name = table.columns[column]
        let prefix = weightPrefixes.first { name.hasPrefix($0) } ?? ""
        return String(name.dropFirst(prefix.count))
      })
    let sets = names(losses)
    var runs: [ObservedRun] = []
    for (row, key) in table.keys.enumerated() {
      runs.append(
        try ObservedRun(
          key, weights.map { table.rows[row][$0] }, of: domains,
          losses.map { table.rows[row][$0] }, of: sets, scale: table.scales[row],
          path: table.path))
    }
    return runs
  }

  private init(
    _ key: String, _ weights: [Double], of domains: NameIndex, _ losses: [Double],
    of sets: NameIndex, scale: [Double], path: String
  ) throws(FileError) {
    do {
      self.init(
        id: key, mixture: try Mixture(weights, of: domains),
        losses: sets.dictionary(losses).filter { !$0.value.isNaN }
          .mapValues { MeasuredLoss(nats: $0) },
        totalTokens: scale[1].isNaN ? nil : scale[1],
        parameters: scale[0].isNaN ? nil : Int(scale[0]))
    } catch { throw error.at(path, "run \(key)") }
  }
}
