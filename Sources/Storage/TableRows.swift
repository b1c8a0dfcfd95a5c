/// The rows of a table whose columns are separated by tabs, each with the number of its line.
///
/// Lines that are blank or start with `#` are left out, and so are a byte-order mark and the
/// carriage returns of other systems.
///
/// - Parameter path: For the error message.
/// - Throws: `FileError.content` if the table is not in UTF-8.
package func tableRows(
  _ bytes: [UInt8], path: String
) throws(FileError) -> [(line: Int, cells: [String])] {
  if let problem = wideTextComplaint(bytes) { throw .content(path: path, problem: problem) }
  var rows: [(line: Int, cells: [String])] = []
  let lines = withoutMark(bytes).split(
    separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
  for (index, line) in lines.enumerated() {
    let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
    let isBlank = line.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    if isBlank || line.first == UInt8(ascii: "#") { continue }
    let text = try tableText(line, path: path, line: index + 1)
    let cells = text.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    rows.append((index + 1, cells))
  }
  return rows
}

/// The text of a table's line.
///
/// - Throws: `FileError.content` if it is not UTF-8, or lines end in carriage returns alone.
package func tableText(
  _ bytes: ArraySlice<UInt8>, path: String, line: Int
) throws(FileError) -> String {
  func refused(_ problem: String) -> FileError {
    .content(path: path, place: "line \(line)", problem: problem)
  }
  guard let text = String(validating: bytes, as: UTF8.self) else {
    throw refused("is not UTF-8, perhaps Latin-1; make UTF-8 of it with iconv")
  }
  if bytes.contains(0) { throw refused("has zero bytes in it; they are no text") }
  if bytes.dropLast().contains(UInt8(ascii: "\r")) {
    throw refused("has carriage returns; end lines with a line feed")
  }
  return text
}

/// A number as people write it, decimal and finite; nil for anything else that `Double` takes.
package func decimal(_ text: String) -> Double? {
  guard text.utf8.allSatisfy("+-.0123456789eE".utf8.contains), let value = Double(text),
    value.isFinite
  else { return nil }
  return value
}

/// The same of a part of a text.
package func decimal(_ text: Substring) -> Double? { decimal(String(text)) }

/// The bytes without a byte-order mark of UTF-8, which some editors put in front.
package func withoutMark<Bytes: Collection<UInt8>>(_ bytes: Bytes) -> Bytes.SubSequence {
  bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
}

/// What the first bytes of a text say if it is UTF-16 or UTF-32, as some spreadsheets write tables.
package func wideTextComplaint(_ bytes: some Collection<UInt8>) -> String? {
  wideTextRemedy(bytes).map { "is \($0)" }
}

/// What a text is that begins as UTF-16 or UTF-32 does, and what to do with it; nil for any other.
func wideTextRemedy(_ bytes: some Collection<UInt8>) -> String? {
  let marks: [([UInt8], Int)] = [
    ([0xFF, 0xFE, 0, 0], 32), ([0, 0, 0xFE, 0xFF], 32), ([0xFF, 0xFE], 16), ([0xFE, 0xFF], 16),
  ]
  return marks.first { bytes.starts(with: $0.0) }
    .map { "UTF-\($0.1); make UTF-8 of it with iconv -f UTF-\($0.1) -t UTF-8" }
}
