/// The rows of a table whose columns are separated by tabs, each with the number of its line.
///
/// Lines that are blank or start with `#` are left out, and so are a byte-order mark and the
/// carriage returns of other systems.
///
/// - Parameter path: For the error message.
/// - Throws: `FileError.content` if the table is not in UTF-8 but in UTF-16.
package func tableRows(
  _ bytes: [UInt8], path: String
) throws(FileError) -> [(line: Int, cells: [String])] {
  if let problem = utf16Complaint(bytes) { throw .content(path: path, problem: problem) }
  var rows: [(line: Int, cells: [String])] = []
  let lines = withoutMark(bytes).split(
    separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
  for (index, line) in lines.enumerated() {
    let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
    let isBlank = line.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    if isBlank || line.first == UInt8(ascii: "#") { continue }
    let cells = line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
    rows.append((index + 1, cells.map { String(decoding: $0, as: UTF8.self) }))
  }
  return rows
}

/// The bytes without a byte-order mark of UTF-8, which some editors put in front.
package func withoutMark<Bytes: Collection<UInt8>>(_ bytes: Bytes) -> Bytes.SubSequence {
  bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
}

/// What the first bytes of a text say if it is UTF-16, as some spreadsheets write tables.
package func utf16Complaint(_ bytes: some Collection<UInt8>) -> String? {
  utf16Remedy(bytes).map { "is \($0)" }
}

/// What a text is that begins as UTF-16 does, and what to do with it; nil for any other.
func utf16Remedy(_ bytes: some Collection<UInt8>) -> String? {
  bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
    ? "UTF-16; make UTF-8 of it with iconv -f UTF-16 -t UTF-8" : nil
}
