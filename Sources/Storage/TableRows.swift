/// The rows of a table whose columns are separated by tabs, each with the number of its line.
///
/// Lines that are blank or start with `#` are left out, and so are a byte-order mark and the
/// carriage returns of other systems.
package func tableRows(_ bytes: [UInt8]) -> [(line: Int, cells: [String])] {
  var rows: [(line: Int, cells: [String])] = []
  let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
  let text = bytes.starts(with: mark) ? bytes[mark.count...] : bytes[...]
  let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
  for (index, line) in lines.enumerated() {
    let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
    let isBlank = line.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    if isBlank || line.first == UInt8(ascii: "#") { continue }
    let cells = line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
    rows.append((index + 1, cells.map { String(decoding: $0, as: UTF8.self) }))
  }
  return rows
}
