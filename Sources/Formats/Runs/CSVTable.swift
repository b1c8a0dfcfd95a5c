package import Storage

/// A table of numbers with a key in one column, as other programs publish runs.
///
/// The format is that of RFC 4180, with one header line. The key is the first there is of the
/// columns `run`, `run_id`, `index`, `id` and `name`, in any case, or else the first one without a
/// title (as pandas writes an index, and titles `Unnamed: 0` when it has read it). Others of these
/// names are left aside, and so is what a program keeps for itself: pandas' further indices, W&B's
/// columns that begin with `_` or end in `__MIN` or `__MAX`, times, seeds and steps, and columns of
/// nothing but words. The columns `parameters` and `tokens` are the scale of a row, and rows of one
/// key differ in it. Every other column has to hold numbers, or nothing, `NaN`, `NA`, `N/A`, `null`
/// or `None` where there is no value.
package struct CSVTable: Equatable, Sendable {
  package let path: String
  package let keys: [String]
  package let columns: [String]
  /// The titles of the columns that programs keep for themselves, or that hold words.
  package let setAside: [String]
  /// Of each column that holds words, by its title, where and what the first of them are.
  package let words: [String: FileError]
  /// The numbers, (keys, columns); NaN where a field is empty.
  package let rows: [[Double]]
  /// The parameters of each row's model and the tokens it had learned from; NaN where the table has
  /// no such column, or nothing in it.
  package let scales: [[Double]]

  private static let keyNames = ["run", "run_id", "index", "id", "name"]
  /// The largest count that is read: a Double above it is no whole number any more.
  private static let largestCount = 9e15
  /// How pandas titles a column that had no title.
  private static let index = "Unnamed: "

  /// What programs write where there is no value.
  private static let absent = ["", "nan", "na", "n/a", "#n/a", "<na>", "null", "none"]
  /// The titles, in small letters, of what W&B and others note of a run beside its losses.
  private static let notes = [
    "runtime", "created", "updated", "timestamp", "seed", "step", "steps", "global_step", "epoch",
  ]

  private static func isBookkeeping(_ title: String) -> Bool {
    title.hasPrefix(index) || title.hasPrefix("_") || title.hasPrefix("level_")
      || ["__MIN", "__MAX"].contains { title.hasSuffix($0) }
      || notes.contains(title.lowercased())
  }

  /// What is wrong with a first line that has no key.
  private static func keylessness(_ titles: [String]) -> String {
    if titles.count == 1, let sign = titles[0].first(where: { $0 == ";" || $0 == "\t" }) {
      return "columns are separated by \(sign == ";" ? ";" : "tabs"); separate them by commas, "
        + "and write decimal points"
    }
    if titles[0].hasPrefix("#") { return "is a remark, which these tables have none of" }
    return "no column is named \(keyNames.joined(separator: ", ")); runs need a key"
  }

  /// Reads the table at `path`, which may be compressed, or standard input for `-`.
  ///
  /// - Parameter scale: the titles of the columns of parameters and tokens.
  /// - Throws: `FileError` if it cannot be read, or is not such a table.
  package init(
    reading path: String, scale: [String] = ["parameters", "tokens"]
  ) throws(FileError) {
    try self.init(LineReader(path), scale: scale)
  }

  /// Reads the table whose lines are those of `reader`.
  ///
  /// - Throws: `FileError` if they cannot be read, or are no such table.
  package init(
    _ reader: LineReader, scale: [String] = ["parameters", "tokens"]
  ) throws(FileError) {
    if let first = try reader.peek(), let problem = wideTextComplaint(first.bytes) {
      throw .content(path: reader.name, problem: problem)
    }
    let records = CSVRecords(reader: reader)
    guard let first = try records.next() else {
      throw .content(path: reader.name, problem: "is empty")
    }
    let titles = first.fields
    guard
      let key = Self.keyNames.lazy.compactMap({ name in
        titles.firstIndex { $0.lowercased() == name }
      }).first
        ?? titles.firstIndex(where: { $0.isEmpty || $0.hasPrefix(Self.index) })
    else {
      throw .content(
        path: reader.name, place: "line \(first.line)", problem: Self.keylessness(titles))
    }
    let sized = scale.map { name in titles.firstIndex(of: name) }
    let used = titles.indices.filter {
      $0 != key && !titles[$0].isEmpty && !Self.keyNames.contains(titles[$0].lowercased())
        && !Self.isBookkeeping(titles[$0]) && !sized.contains($0)
    }
    let columns = used.map { titles[$0] }
    if let twice = columns.first(where: { name in columns.filter { $0 == name }.count > 1 }) {
      throw .content(
        path: reader.name, place: "line \(first.line)", problem: "column \(twice) is there twice")
    }
    var (keys, rows): ([String], [[Double]]) = ([], [])
    // The first words of each column that were no number, and whether it has numbers.
    var words = used.map { _ in nil as FileError? }
    var hasNumbers = used.map { _ in false }
    var (lineOfKey, scales): ([[String]: Int], [[Double]]) = ([:], [])
    while let record = try records.next() {
      let (fields, place) = (record.fields, "line \(record.line)")
      guard fields.count == titles.count else {
        throw .content(
          path: reader.name, place: place,
          problem: "has \(fields.count) fields, the first line \(titles.count)")
      }
      let name = [fields[key]] + sized.map { $0.map { fields[$0] } ?? "" }
      if let before = lineOfKey.updateValue(record.line, forKey: name) {
        throw .content(
          path: reader.name, place: place,
          problem: "\(titles[key]) \(fields[key]) was given on line \(before) already"
            + (sized == [nil, nil] ? "" : " at the same \(scale.joined(separator: " and "))"))
      }
      func number(_ column: Int) throws(FileError) -> Double {
        let text = fields[column]
        if Self.absent.contains(text.lowercased()) { return .nan }
        guard let value = decimal(text) else {
          throw .content(
            path: reader.name, place: place,
            problem:
              "\(titles[column]) is \(text), no finite number; leave it empty if there is none")
        }
        return value
      }
      var (row, counts): ([Double], [Double]) = ([], [])
      for (place, column) in used.enumerated() {
        do throws(FileError) {
          row.append(try number(column))
          if !row[place].isNaN { hasNumbers[place] = true }
        } catch {
          row.append(.nan)
          if words[place] == nil { words[place] = error }
        }
      }
      for column in sized {
        let count = try column.map(number) ?? .nan
        guard count.isNaN || count >= 1 && count <= Self.largestCount else {
          throw .content(
            path: reader.name, place: place,
            problem: "\(titles[column ?? key]) is \(count); give a count above 0, or leave it empty"
          )
        }
        counts.append(count)
      }
      scales.append(counts)
      keys.append(fields[key])
      rows.append(row)
    }
    for (place, error) in words.enumerated() where hasNumbers[place] {
      if let error { throw error }
    }
    let kept = used.indices.filter { words[$0] == nil }
    guard !rows.isEmpty, !kept.isEmpty else {
      throw words.compactMap { $0 }.first
        ?? .content(path: reader.name, problem: "holds no runs")
    }
    let spelled = Dictionary(
      uniqueKeysWithValues: zip(columns, words).compactMap { title, error in
        error.map { (title, $0) }
      })
    setAside = titles.indices.filter {
      $0 != key && (Self.isBookkeeping(titles[$0]) || spelled[titles[$0]] != nil)
    }.map { titles[$0] }
    self.words = spelled
    (self.path, self.keys, self.columns) = (reader.name, keys, kept.map { columns[$0] })
    self.rows = rows.map { row in kept.map { row[$0] } }
    self.scales = scales
  }
}
