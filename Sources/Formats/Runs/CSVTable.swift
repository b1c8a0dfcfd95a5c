package import Storage

/// A table of numbers with a key in one column, as other programs publish runs.
///
/// The format is that of RFC 4180, with one header line. The key is the first there is of the
/// columns `run`, `run_id`, `index`, `id` and `name`, in any case, or else the first one without a
/// title (as pandas writes an index, and titles `Unnamed: 0` when it has read it). Others of these
/// names are left aside, and so is what a program keeps for itself: pandas' further indices, W&B's
/// columns that begin with `_` or end in `__MIN` or `__MAX`, its times, and columns of nothing but
/// words. The columns `parameters` and
/// `tokens` are the scale of a row, and rows of one key differ in it. Every other column has to
/// hold numbers, or nothing, `NaN`, `NA`, `N/A`, `null` or `None` where there is no value.
package struct CSVTable: Equatable, Sendable {
  package let path: String
  package let keys: [String]
  package let columns: [String]
  /// The titles of the columns that programs keep for themselves, or that hold words.
  package let setAside: [String]
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
  private static let absent = ["", "nan", "na", "n/a", "null", "none"]

  private static func isBookkeeping(_ title: String) -> Bool {
    title.hasPrefix(index) || title.hasPrefix("_") || title.hasPrefix("level_")
      || ["__MIN", "__MAX"].contains { title.hasSuffix($0) }
      || ["runtime", "created", "updated"].contains(title.lowercased())
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

  /// A number as these tables spell it: decimal, and nothing else.
  private static func number(_ text: String) -> Double? {
    text.utf8.allSatisfy("+-.0123456789eE".utf8.contains) ? Double(text) : nil
  }

  /// Reads the table at `path`, which may be compressed, or standard input for `-`.
  ///
  /// - Parameter scale: the titles of the columns of parameters and tokens.
  /// - Throws: `FileError` if it cannot be read, or is not such a table.
  package init(
    reading path: String, scale: [String] = ["parameters", "tokens"]
  ) throws(FileError) {
    let reader = try LineReader(path)
    guard let first = try reader.next() else {
      throw .content(path: reader.name, problem: "is empty")
    }
    if let problem = wideTextComplaint(first.bytes) {
      throw .content(path: reader.name, problem: problem)
    }
    let titles = try Self.fields(first, path: reader.name)
    guard
      let key = Self.keyNames.lazy.compactMap({ name in
        titles.firstIndex { $0.lowercased() == name }
      }).first
        ?? titles.firstIndex(where: { $0.isEmpty || $0.hasPrefix(Self.index) })
    else {
      throw .content(
        path: reader.name, place: "line 1",
        problem: Self.keylessness(titles))
    }
    let sized = scale.map { name in titles.firstIndex(of: name) }
    let used = titles.indices.filter {
      $0 != key && !titles[$0].isEmpty && !Self.keyNames.contains(titles[$0].lowercased())
        && !Self.isBookkeeping(titles[$0]) && !sized.contains($0)
    }
    let columns = used.map { titles[$0] }
    if let twice = columns.first(where: { name in columns.filter { $0 == name }.count > 1 }) {
      throw .content(path: reader.name, place: "line 1", problem: "column \(twice) is there twice")
    }
    var (keys, rows): ([String], [[Double]]) = ([], [])
    // The first words of each column that were no number, and whether it has numbers.
    var words = used.map { _ in nil as FileError? }
    var hasNumbers = used.map { _ in false }
    var (lineOfKey, scales): ([[String]: Int], [[Double]]) = ([:], [])
    while let line = try reader.next() {
      let fields = try Self.fields(line, path: reader.name)
      if fields == [""] { continue }
      let place = "line \(line.number)"
      guard fields.count == titles.count else {
        throw .content(
          path: reader.name, place: place,
          problem: "has \(fields.count) fields, the first line \(titles.count)")
      }
      let name = [fields[key]] + sized.map { $0.map { fields[$0] } ?? "" }
      if let before = lineOfKey.updateValue(line.number, forKey: name) {
        throw .content(
          path: reader.name, place: place,
          problem: "\(titles[key]) \(fields[key]) was given on line \(before) already"
            + (sized == [nil, nil] ? "" : " at the same \(scale.joined(separator: " and "))"))
      }
      func number(_ column: Int) throws(FileError) -> Double {
        let text = fields[column]
        if Self.absent.contains(text.lowercased()) { return .nan }
        guard let value = Self.number(text), value.isFinite else {
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
    let wordy = Set(used.indices.filter { words[$0] != nil }.map { used[$0] })
    setAside = titles.indices.filter {
      $0 != key && (Self.isBookkeeping(titles[$0]) || wordy.contains($0))
    }.map { titles[$0] }
    (self.path, self.keys, self.columns) = (reader.name, keys, kept.map { columns[$0] })
    self.rows = rows.map { row in kept.map { row[$0] } }
    self.scales = scales
  }

  /// The fields of a line, of which one in quotes may hold commas and doubled quotes.
  private static func fields(_ line: LineReader.Line, path: String) throws(FileError) -> [String] {
    var text = try tableText(line.bytes, path: path, line: line.number)
    if text.hasSuffix("\r") { text.removeLast() }
    if line.number == 1, text.hasPrefix("\u{FEFF}") { text.removeFirst() }
    var (fields, field, isQuoted, previous): ([String], String, Bool, Character) = (
      [], "", false, ","
    )
    for character in text {
      switch character {
      case "\"":
        // The second of two quotes in a quoted field stands for one.
        if !isQuoted && previous == "\"" { field.append("\"") }
        isQuoted.toggle()
      case "," where !isQuoted:
        fields.append(field)
        field = ""
      default: field.append(character)
      }
      previous = character
    }
    guard !isQuoted else {
      throw .content(path: path, place: "line \(line.number)", problem: "a quote is never closed")
    }
    return fields + [field]
  }
}
