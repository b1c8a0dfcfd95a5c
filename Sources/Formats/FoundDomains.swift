package import Storage

/// What discover-domains says of the domains it found: `report.jsonl`, format `mde.found-domains`.
///
/// The first line is the header; then comes one line for each domain of the table.
package struct FoundDomains: Sendable {
  package static let format = "mde.found-domains"
  package static let version = 1

  package struct Header: Codable, Sendable {
    package var provenance: Provenance

    package init(provenance: Provenance) { self.provenance = provenance }
  }

  package struct Row: Codable, Equatable, Sendable {
    package var domain: String
    /// The documents of the whole corpus, and the bytes of their texts.
    package var (documents, bytes): (Int, Int)
    /// The words that tell the domain from the rest, the best first; nil of one that was given.
    package var words: [String]?
    /// The beginnings of documents near its centre.
    package var samples: [String]?
    /// The domains whose centres are nearest, with the cosine of both.
    package var neighbours: [Neighbour]?

    package init(domain: String, documents: Int, bytes: Int) {
      (self.domain, self.documents, self.bytes) = (domain, documents, bytes)
    }
  }

  package struct Neighbour: Codable, Equatable, Sendable {
    package var domain: String
    package var cosine: Double

    package init(domain: String, cosine: Double) {
      (self.domain, self.cosine) = (domain, cosine)
    }
  }

  package let rows: [Row]

  /// Reads the file at `path`.
  ///
  /// - Throws: `FileError` if it cannot be read, is of another format, or counts impossibly.
  package init(_ path: String) throws(FileError) {
    rows = try readHeadedRows(
      path, header: Header.self, format: Self.format, version: Self.version
    ) { (row: Row, _) in
      row.documents >= 0 && row.bytes >= row.documents && isPlainName(row.domain)
        ? nil : "its domain or counts are none"
    }.rows
  }
}
