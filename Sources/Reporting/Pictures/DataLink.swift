/// The numbers of a picture as comma-separated values, in a link that downloads them from the page
/// itself.
struct DataLink {
  /// The name of the file, without `.csv`.
  var name: String
  var header: [String]
  var rows: [[String]]

  /// The table as RFC 4180 has it: cells with commas, quotes or line breaks stand in quotes.
  var csv: String {
    ([header] + rows).map { row in
      row.map { cell in
        cell.contains { ",\"\n\r".contains($0) }
          ? "\"\(cell.replacing("\"", with: "\"\""))\"" : cell
      }.joined(separator: ",") + "\n"
    }.joined()
  }

  var html: HTML {
    let bytes = csv.utf8.map { byte in
      Self.plain.contains(byte) ? String(UnicodeScalar(byte)) : Self.escaped(byte)
    }.joined()
    return """
      <a class=data download="\(name).csv" aria-label="Data (CSV) of \(name)" \
      href="data:text/csv;charset=utf-8,\(bytes)">Data (CSV)</a>
      """
  }

  /// The bytes that stand for themselves in a URI.
  private static let plain = Set(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~,".utf8)

  private static func escaped(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return "%" + (digits.count == 1 ? "0" : "") + digits
  }
}
