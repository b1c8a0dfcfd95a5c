import Storage
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
  /// What the rows are, such as `domains`, of which only the first `most` are shown; nil for all.
  package var long: String?
  /// What the columns from an index on are, of which only `most` are shown; nil for all.
  package var wide: (what: String, from: Int)?
  /// The text under the table, on units and on what a number means.
  package var note: String

  /// The number of domains, sets and the like that are shown before the rest is folded away.
  package static let most = 20
  /// The number of cells up to which a page has the whole table, folded.
  private static let foldedCells = 20_000

  package init(
    title: String, header: [String], rows: [[String]] = [], emphasized: Set<Int> = [], note: String
  ) {
    (self.title, self.header, self.rows) = (title, header, rows)
    (self.emphasized, self.note) = (emphasized, note)
  }

  package var html: HTML {
    let shown = cut
    guard let more else { return figure(of: shown) }
    let rest: HTML =
      rows.count * header.count > Self.foldedCells
      ? "<p class=note>\(more): in the files that the page was made from.</p>"
      : "<details><summary>\(more)</summary>\(grid)</details>"
    return figure(of: shown, rest: rest)
  }

  private func figure(of shown: Table, rest: HTML = "") -> HTML {
    """
    <figure class=table tabindex=0><figcaption>\(title)</figcaption>
    \(shown.grid)\(rest)<p class=note>\(note)</p></figure>
    """
  }

  private var grid: HTML {
    let head = header.map { "<th scope=col>\($0)</th>" as HTML }.joined()
    let body = rows.enumerated().map { index, row in
      let cells = row.enumerated().map { column, cell in
        column == 0 ? "<th scope=row dir=auto>\(cell)</th>" as HTML : "<td>\(cell)</td>"
      }.joined()
      return emphasized.contains(index)
        ? "<tr class=best>\(cells)</tr>" as HTML : "<tr>\(cells)</tr>"
    }.joined()
    return """
      <table><thead><tr>\(head)</tr></thead><tbody>
      \(body)
      </tbody></table>
      """
  }

  /// The table as text in aligned columns, with numbers to the right.
  package var text: String {
    let shown = cut
    let all = ([shown.header] + shown.rows).map { $0.map(\.spelled) }
    let widths = shown.header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    let lines = all.map { row in
      zip(row, widths).enumerated().map { column, cell in
        let padding = String(repeating: " ", count: cell.1 - cell.0.count)
        return column == 0 ? cell.0 + padding : padding + cell.0
      }.joined(separator: "  ")
    }
    return ([title] + (lines + (more.map { [$0] } ?? [])).map { "  " + $0 })
      .joined(separator: "\n") + "\n"
  }

  /// The table without the rows and columns that are folded away.
  private var cut: Table {
    var table = self
    let columns = header.count - hiddenColumns
    table.header = Array(header.prefix(columns))
    table.rows = rows.prefix(rows.count - hiddenRows).map { Array($0.prefix(columns)) }
    return table
  }

  private var hiddenRows: Int { long == nil ? 0 : max(0, rows.count - Self.most) }
  private var hiddenColumns: Int { wide.map { max(0, header.count - $0.from - Self.most) } ?? 0 }

  /// What is folded away, such as `176 more domains`; nil if nothing is.
  private var more: String? {
    let parts =
      (hiddenRows > 0 ? ["\(hiddenRows) more \(long ?? "")"] : [])
      + (hiddenColumns > 0 ? ["\(hiddenColumns) more \(wide?.what ?? "")"] : [])
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }
}

/// Returns the first of many words or sentences, and how many more there are.
///
/// - Parameter rest: The words for a number of those left out.
package func shortened(
  _ items: [String], most: Int = Table.most, rest: (_ count: Int) -> String = { "\($0) more" }
) -> [String] {
  items.count <= most ? items : items.prefix(most) + [rest(items.count - most)]
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
