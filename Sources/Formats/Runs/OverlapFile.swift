package import Storage

/// What evaluation sets share with training text: `.jsonl`, format `mde.overlap`.
///
/// The first line is the header; then comes one line for each set and domain.
package struct OverlapFile: Sendable {
  package static let format = "mde.overlap"
  package static let version = 1

  package struct Header: Codable, Sendable {
    package var provenance: Provenance
    /// The SHA-256 of the tokenizer.json.
    package var tokenizer: String

    package init(provenance: Provenance, tokenizer: String) {
      (self.provenance, self.tokenizer) = (provenance, tokenizer)
    }
  }

  package struct Row: Codable, Equatable, Sendable {
    package var set: String
    package var split: String
    package var domain: String
    /// The runs of 13 words of the set that were looked at, and those among them that the domain's
    /// training text has.
    package var (runs, shared): (Int, Int)
    /// The training documents that have any of them.
    package var documents: Int

    package init(
      set: String, split: String, domain: String, runs: Int, shared: Int, documents: Int
    ) {
      (self.set, self.split, self.domain) = (set, split, domain)
      (self.runs, self.shared, self.documents) = (runs, shared, documents)
    }

    /// The share of the set's runs that the domain has.
    package var share: Double { runs == 0 ? 0 : Double(shared) / Double(runs) }
  }

  package let rows: [Row]

  /// Reads the file at `path`.
  ///
  /// - Throws: `FileError` if it cannot be read, is of another format, or counts impossibly.
  package init(_ path: String) throws(FileError) {
    rows = try readHeadedRows(
      path, header: Header.self, format: Self.format, version: Self.version
    ) { (row: Row, _) in
      0 <= row.shared && row.shared <= row.runs && row.documents >= 0
        ? nil : "its counts are impossible"
    }.rows
  }
}
