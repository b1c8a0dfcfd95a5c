import Storage

/// The records of a table whose fields are separated by commas (RFC 4180): a line each, or several
/// where a field in quotes has line breaks in it.
///
/// Records without a field that holds something are left out, and so is the line `sep=,` that
/// spreadsheets put first. White space around a field does not belong to it.
struct CSVRecords {
  struct Record {
    /// The number of its first line.
    let line: Int
    let fields: [String]
  }

  let reader: LineReader
  /// The most characters of a field in quotes: more is a quote that was never closed.
  private static let longestField = 1 << 20

  /// The next record; nil at the end.
  ///
  /// - Throws: `FileError` if the file cannot be read, or a quote is never closed.
  func next() throws(FileError) -> Record? {
    while let line = try reader.next() {
      let fields = try fields(line)
      let isSign = fields[0].lowercased() == "sep=" && fields.count == 2
      if fields.contains(where: { !$0.isEmpty }), !isSign {
        return Record(line: line.number, fields: fields)
      }
    }
    return nil
  }

  /// The fields of the record that begins with `first`.
  private func fields(_ first: LineReader.Line) throws(FileError) -> [String] {
    var (fields, field, isQuoted, previous) = ([] as [String], "", false, Character(","))
    var line: LineReader.Line? = first
    repeat {
      guard let current = line, field.count <= Self.longestField else {
        throw .content(
          path: reader.name, place: "line \(first.number)", problem: "a quote is never closed")
      }
      var text = try tableText(current.bytes, path: reader.name, line: current.number)
      if text.hasSuffix("\r") { text.removeLast() }
      if isQuoted { field.append("\n") }
      for character in text {
        switch character {
        case "\"":
          // The second of two quotes in a quoted field stands for one.
          if !isQuoted && previous == "\"" { field.append("\"") }
          isQuoted.toggle()
        case "," where !isQuoted:
          fields.append(Self.trimmed(field))
          field = ""
        default: field.append(character)
        }
        previous = character
      }
      if isQuoted { line = try reader.next() }
    } while isQuoted
    return fields + [Self.trimmed(field)]
  }

  private static func trimmed(_ field: String) -> String {
    func isSpace(_ character: Character) -> Bool { character == " " || character == "\t" }
    guard field.first.map(isSpace) == true || field.last.map(isSpace) == true else { return field }
    let rest = field.drop(while: isSpace)
    return String(
      rest[..<(rest.lastIndex { !isSpace($0) }.map(rest.index(after:)) ?? rest.startIndex)])
  }
}
