import Formats
package import Storage

/// A table that says what became of domains: lines of old, new, share of old, share of new.
///
/// Columns are separated by tabs; `-` is no domain, and an old domain without a line keeps its name
/// and its text.
package struct LineageTable: Equatable, Sendable {
  struct Row: Equatable, Sendable {
    let place: String
    let old: String?
    let new: String?
    /// The share of the old domain's text; 1 if it is not given.
    let ofOld: Double
    /// The share of the new domain's text; nil if it is not given.
    let ofNew: Double?
  }

  let path: String
  let rows: [Row]

  /// Reads the table at `path`, or standard input for `-`.
  ///
  /// - Throws: `FileError` if it cannot be read, or a line is none of such a table.
  package init(_ path: String) throws(FileError) {
    try self.init(bytes: try readFile(path), path: path)
  }

  /// Parses the bytes of a table, whose `path` is for error messages.
  ///
  /// - Throws: `FileError.content` if a line is none of such a table.
  package init(bytes: [UInt8], path: String) throws(FileError) {
    self.path = path
    var rows: [Row] = []
    for (line, cells) in try tableRows(bytes, path: path) {
      let place = "line \(line)"
      func refused(_ problem: String) -> FileError {
        .content(path: path, place: place, problem: problem)
      }
      guard 2...4 ~= cells.count else {
        throw refused(
          "has \(cells.count) columns; write old domain, new domain, share of old, share of new, "
            + "separated by tabs, or the first two of them")
      }
      for name in cells.prefix(2) where name != "-" && !isPlainName(name) {
        throw refused("\(name) is no domain name; use letters, digits, '-', '_' and '.'")
      }
      func share(_ column: Int) throws(FileError) -> Double? {
        guard column < cells.count, cells[column] != "-" else { return nil }
        guard let value = Double(cells[column]), value > 0, value <= 1 else {
          throw refused("the share \(cells[column]) is not a number above 0 and at most 1")
        }
        return value
      }
      let names = cells.prefix(2).map { $0 == "-" ? nil : $0 }
      guard names[0] != nil || names[1] != nil else { throw refused("names no domain") }
      guard !rows.contains(where: { $0.old == names[0] && $0.new == names[1] }) else {
        throw refused("\(cells[0]) and \(cells[1]) have a line already")
      }
      rows.append(
        Row(
          place: place, old: names[0], new: names[1], ofOld: try share(2) ?? 1,
          ofNew: try share(3)))
    }
    self.rows = rows
  }

  /// Returns the lineage of the domains `olds`.
  ///
  /// - Parameter known: The new domains, if they are known; of these, one that comes from no old
  ///   one is added.
  /// - Throws: `FileError.content`, which names the line or the domain, if the table contradicts
  ///   itself or the domains.
  package func lineage(olds: [String], news known: [String]? = nil) throws(FileError) -> Lineage {
    try requireNames(olds: olds, news: known)
    let kept = olds.filter { old in !rows.contains { $0.old == old } }
    if let known, let lost = kept.first(where: { !known.contains($0) }) {
      throw .content(
        path: path,
        problem: "says nothing of \(lost), which is no new domain; write what it became, or '-'")
    }
    let news = known ?? Set(rows.compactMap(\.new) + kept).sorted()
    let (oldIndex, newIndex) = (NameIndex(olds), NameIndex(news))
    var ofOld = olds.map { _ in news.map { _ in 0.0 } }
    var ofNew = ofOld
    for name in kept {
      guard let a = oldIndex[name], let b = newIndex[name] else { continue }
      (ofOld[a][b], ofNew[a][b]) = (1, 1)
    }
    for row in rows {
      guard let old = row.old, let new = row.new, let a = oldIndex[old], let b = newIndex[new]
      else { continue }
      let isAlone =
        !kept.contains(new) && rows.count(where: { $0.new == new && $0.old != nil }) == 1
      guard let share = row.ofNew ?? (isAlone ? 1 : nil) else {
        throw refused(
          row, "\(new) is of several domains; say in the fourth column which share of it is \(old)")
      }
      (ofOld[a][b], ofNew[a][b]) = (row.ofOld, share)
    }
    let lineage = Lineage(olds: olds, news: news, ofOld: ofOld, ofNew: ofNew)
    try requireShares(lineage)
    return lineage
  }

  private func requireNames(olds: [String], news: [String]?) throws(FileError) {
    for row in rows {
      if let old = row.old, !olds.contains(old) {
        throw refused(row, "\(old) is none of the old domains; \(choices(olds, insteadOf: old))")
      }
      if let new = row.new, let news, !news.contains(new) {
        throw refused(row, "\(new) is none of the new domains; \(choices(news, insteadOf: new))")
      }
    }
  }

  /// Requires that no domain's shares are more than all of it.
  private func requireShares(_ lineage: Lineage) throws(FileError) {
    for (old, shares) in zip(lineage.olds, lineage.ofOld) {
      let sum = shares.reduce(0, +)
      guard sum > 1 + Lineage.tolerance else { continue }
      throw .content(path: path, problem: "the shares of \(old) sum to \(sum), more than 1")
    }
    for (b, new) in lineage.news.enumerated()
    where lineage.originShare(of: b) > 1 + Lineage.tolerance {
      let sources = lineage.sources(of: b).map { lineage.olds[$0.old] }
      throw .content(
        path: path,
        problem: "\(new) has more than all of its text from \(sources.joined(separator: ", ")); "
          + "give each a line with its share")
    }
  }

  private func refused(_ row: Row, _ problem: String) -> FileError {
    .content(path: path, place: row.place, problem: problem)
  }
}

extension Lineage {
  /// The lineage as a table, with a line for each old and new domain that have text in common.
  package var table: String {
    var lines = ["# old\tnew\tshare of old\tshare of new"]
    for (a, old) in olds.enumerated() {
      for (b, new) in news.enumerated() where ofOld[a][b] > 0 && ofNew[a][b] > 0 {
        lines.append("\(old)\t\(new)\t\(rounded(ofOld[a][b]))\t\(rounded(ofNew[a][b]))")
      }
      if removed.contains(old) { lines.append("\(old)\t-") }
    }
    for (b, new) in news.enumerated() where originShare(of: b) == 0 { lines.append("-\t\(new)") }
    return lines.joined(separator: "\n") + "\n"
  }

  private func rounded(_ share: Double) -> Double {
    max(1e-6, (share * 1e6).rounded() / 1e6)
  }
}
