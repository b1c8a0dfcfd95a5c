package import Storage

/// A table of domains, which says how their documents are recognised: `data/domains/*.tsv`.
///
/// Columns are separated by tabs: domain, selector, available-tokens, max-epochs, min-weight,
/// max-weight, group. All from the third on may be left away, or be `-`. A line that starts with
/// `#` is a remark.
package struct DomainTable: Equatable, Sendable {
  package struct Domain: Equatable, Sendable {
    package let name: String
    package let selector: Selector
    /// The number of tokens of the domain in the corpus; nil for as many as its files hold.
    package let availableTokens: Double?
    /// The number of times that a mixture may repeat the domain's tokens, or nil.
    package let maximumEpochs: Double?
    /// The smallest weight that the domain may have in a mixture, or nil.
    package let minimumWeight: Double?
    /// The largest weight that the domain may have in a mixture, or nil.
    package let maximumWeight: Double?
    /// The group of domains that one expert is trained on; nil for an expert of its own.
    package let group: String?
  }

  /// The property by which a document of a domain is recognised.
  package enum Selector: Hashable, Sendable {
    /// The document has a string at a path of keys: `meta.set=Books`.
    case field(String, value: String)
    /// The document's file fits a shell pattern, with or without its folders: `path=books/*`.
    case path(glob: String)
    /// A model of clusters assigns the document to this one: `cluster=theorem-lemma-proof`.
    case cluster(String)

    /// The selector as it is written in the table.
    package var description: String {
      switch self {
      case .field(let field, let value): "\(field)=\(value)"
      case .path(let glob): "path=\(glob)"
      case .cluster(let name): "cluster=\(name)"
      }
    }

    /// Parses a selector; nil if `text` is none.
    package init?(_ text: String) {
      guard let sign = text.firstIndex(of: "="), sign != text.startIndex else { return nil }
      let (field, value) = (String(text[..<sign]), String(text[text.index(after: sign)...]))
      self =
        switch field {
        case "path": .path(glob: value)
        case "cluster": .cluster(value)
        default: .field(field, value: value)
        }
    }
  }

  package let path: String
  package let domains: [Domain]

  /// Reads the table at `path`.
  ///
  /// - Throws: `FileError` if it cannot be read, or is not such a table.
  package init(_ path: String) throws(FileError) {
    try self.init(bytes: readFile(path), path: path)
  }

  /// Parses the text of a table, whose `path` is for error messages.
  ///
  /// - Throws: `FileError.content` if it is not such a table.
  package init(text: String, path: String) throws(FileError) {
    try self.init(bytes: Array(text.utf8), path: path)
  }

  private init(bytes: [UInt8], path: String) throws(FileError) {
    var domains: [Domain] = []
    for (line, cells) in try tableRows(bytes, path: path) {
      let row = Row(
        cells: cells, refused: { .content(path: path, place: "line \(line)", problem: $0) })
      let domain = try row.domain()
      guard !domains.contains(where: { $0.name == domain.name }) else {
        throw row.refused("the domain \(domain.name) is there already")
      }
      if let other = domains.first(where: { $0.selector == domain.selector }) {
        throw row.refused(
          "\(domain.name) has the selector of \(other.name), \(domain.selector.description); "
            + "a document is of one domain")
      }
      domains.append(domain)
    }
    guard !domains.isEmpty else { throw .content(path: path, problem: "has no domains") }
    let names = Set(domains.map(\.name))
    if let group = domains.compactMap(\.group).first(where: names.contains) {
      throw .content(path: path, problem: "the group \(group) has the name of a domain; rename it")
    }
    (self.path, self.domains) = (path, domains)
  }
}

/// A line of a table of domains.
private struct Row {
  static let columns = [
    "domain", "selector", "available-tokens", "max-epochs", "min-weight", "max-weight",
    "group",
  ]
  let cells: [String]
  let refused: (String) -> FileError

  func domain() throws(FileError) -> DomainTable.Domain {
    guard 2...Self.columns.count ~= cells.count else {
      throw refused(
        "has \(cells.count) columns; write \(Self.columns.joined(separator: ", ")), "
          + "separated by tabs, or the first of them")
    }
    let name = cells[0]
    guard isPlainName(name) else {
      throw refused("\(name) is no domain name; use letters, digits, '-', '_' and '.'")
    }
    return .init(
      name: name, selector: try selector(), availableTokens: try number(2),
      maximumEpochs: try number(3), minimumWeight: try number(4), maximumWeight: try number(5),
      group: try group())
  }

  private func group() throws(FileError) -> String? {
    guard cells.count > 6, cells[6] != "-" else { return nil }
    guard isPlainName(cells[6]) else {
      throw refused("\(cells[6]) is no name of a group; use letters, digits, '-', '_' and '.'")
    }
    return cells[6]
  }

  private func selector() throws(FileError) -> DomainTable.Selector {
    guard let selector = DomainTable.Selector(cells[1]) else {
      throw refused("\(cells[1]) is no selector; write field=value, path=GLOB or cluster=NAME")
    }
    return selector
  }

  private func number(_ column: Int) throws(FileError) -> Double? {
    guard column < cells.count, cells[column] != "-" else { return nil }
    guard let value = decimal(cells[column]), value >= 0 else {
      throw refused(
        "\(Self.columns[column]) \(cells[column]) is not a number of at least 0; "
          + "write '-' where there is none")
    }
    return value
  }
}
