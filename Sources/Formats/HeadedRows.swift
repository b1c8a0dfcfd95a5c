package import Storage

/// Reads a file of JSON lines whose first line is a header with provenance, and the others rows.
///
/// - Parameter problem: Why a row is impossible under its header, or nil.
/// - Throws: `FileError` if it cannot be read, is of another format, or a row is impossible.
package func readHeadedRows<Header: Decodable, Row: Decodable>(
  _ path: String, header: Header.Type, format: String, version: Int,
  problem: (Row, Header) -> String? = { _, _ in nil }
) throws(FileError) -> (header: Header, rows: [Row]) {
  let reader = try LineReader(path)
  guard let first = try reader.next() else {
    throw .content(path: reader.name, problem: "is empty; make it again")
  }
  let header = try decodeArtifact(
    Header.self, from: first.bytes, as: format, version: version, path: reader.name,
    place: "line 1")
  var rows: [Row] = []
  while let line = try reader.next() {
    let place = "line \(line.number)"
    let row = try JSON.decode(Row.self, from: line.bytes, path: reader.name, place: place)
    if let problem = problem(row, header) {
      throw .content(path: reader.name, place: place, problem: problem)
    }
    rows.append(row)
  }
  return (header, rows)
}
