import Tasks

/// A table of text for a page and for a terminal.
///
/// The first column holds names, the others mostly numbers.
package struct Table {
  package var title: String
  package var header: [String]
  package var rows: [[String]] = []
  /// The indices of the rows to set apart.
  package var emphasized: Set<Int> = []
  /// The text under the table, on units and on what a number means.
  package var note: String

  package init(
    title: String, header: [String], rows: [[String]] = [], emphasized: Set<Int> = [], note: String
  ) {
    (self.title, self.header, self.rows) = (title, header, rows)
    (self.emphasized, self.note) = (emphasized, note)
  }

  package var html: HTML {
    let head = header.map { "<th>\($0)</th>" as HTML }.joined()
    let body = rows.enumerated().map { index, row in
      let cells = row.enumerated().map { column, cell in
        column == 0 ? "<th scope=row dir=auto>\(cell)</th>" as HTML : "<td>\(cell)</td>"
      }.joined()
      return emphasized.contains(index)
        ? "<tr class=best>\(cells)</tr>" as HTML : "<tr>\(cells)</tr>"
    }.joined()
    return """
      <figure class=table><figcaption>\(title)</figcaption>
      <table><thead><tr>\(head)</tr></thead><tbody>
      \(body)
      </tbody></table><p class=note>\(note)</p></figure>
      """
  }

  /// The table as text in aligned columns, with numbers to the right.
  package var text: String {
    let all = [header] + rows
    let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    let lines = all.map { row in
      zip(row, widths).enumerated().map { column, cell in
        let padding = String(repeating: " ", count: cell.1 - cell.0.count)
        return column == 0 ? cell.0 + padding : padding + cell.0
      }.joined(separator: "  ")
    }
    return ([title] + lines.map { "  " + $0 }).joined(separator: "\n") + "\n"
  }
}

/// Returns `value` with `digits` digits after the point.
package func fixed(_ value: Double, _ digits: Int) -> String {
  var scaled = value.magnitude
  for _ in 0..<digits { scaled *= 10 }
  guard scaled < 1e15 else { return "\(value)" }
  let integer = Int(scaled.rounded())
  let text = String(integer)
  let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
  let sign = value < 0 && integer != 0 ? "−" : ""
  return digits == 0 ? sign + padded : "\(sign)\(padded.dropLast(digits)).\(padded.suffix(digits))"
}
