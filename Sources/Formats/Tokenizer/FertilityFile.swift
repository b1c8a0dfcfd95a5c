package import Storage

/// How much text a token of a trained tokenizer holds, by domain: `.jsonl`, format `mde.fertility`.
///
/// The first line is the header; then comes one line for each domain with text.
package struct FertilityFile: Sendable {
  package static let format = "mde.fertility"
  package static let version = 1

  package struct Header: Codable, Sendable {
    package var provenance: Provenance
    /// The SHA-256 of the tokenizer.json.
    package var tokenizer: String

    package init(provenance: Provenance, tokenizer: String) {
      (self.provenance, self.tokenizer) = (provenance, tokenizer)
    }
  }

  /// What the tokenizer makes of the text that it learned from.
  package struct Row: Codable, Equatable, Sendable {
    package var domain: String
    package var (bytes, characters): (Int, Int)
    /// The pieces in which merges happen that begin with a letter, but for a space before it.
    package var words: Int
    /// The number of those that differ.
    package var distinctWords: Int
    package var tokens: Int
    /// The tokens of a tokenizer in which the say of each domain is its bytes; nil if this is one.
    package var tokensBySize: Int?

    package init(
      domain: String, bytes: Int, characters: Int, words: Int, distinctWords: Int, tokens: Int,
      tokensBySize: Int?
    ) {
      (self.domain, self.bytes, self.characters) = (domain, bytes, characters)
      (self.words, self.distinctWords) = (words, distinctWords)
      (self.tokens, self.tokensBySize) = (tokens, tokensBySize)
    }

    package var bytesPerToken: Double { Double(bytes) / Double(tokens) }
    package var tokensPerCharacter: Double { Double(tokens) / Double(characters) }
    /// Tokens for each word; those of spaces and signs count too.
    package var tokensPerWord: Double? { words == 0 ? nil : Double(tokens) / Double(words) }
    package var bytesPerTokenBySize: Double? { tokensBySize.map { Double(bytes) / Double($0) } }

    fileprivate var isPossible: Bool {
      let counts = [characters, tokens, tokensBySize ?? 1]
      return counts.allSatisfy { 1...max(1, bytes) ~= $0 } && 0...bytes ~= words
        && 0...words ~= distinctWords
    }
  }

  package let header: Header
  package let rows: [Row]

  /// Reads the file at `path`.
  ///
  /// - Throws: `FileError` if it cannot be read, is of another format, or counts impossibly.
  package init(_ path: String) throws(FileError) {
    (header, rows) = try readHeadedRows(
      path, header: Header.self, format: Self.format, version: Self.version
    ) { (row: Row, _) in row.isPossible ? nil : "its counts are impossible" }
  }
}
