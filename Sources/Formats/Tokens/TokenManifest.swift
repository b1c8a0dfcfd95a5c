package import Storage

/// What the token files of one domain hold: `1-tokens/DOMAIN/manifest.json`, format `mde.token-manifest`.
///
/// It is written after all of them: where it is, they are whole.
package struct TokenManifest: Codable, Equatable, Sendable {
  package static let format = "mde.token-manifest"
  package static let version = 1

  package struct Amount: Codable, Equatable, Sendable {
    package var documents = 0
    package var tokens = 0
    /// UTF-8 bytes of the documents' texts.
    package var bytes = 0

    package init() {}
  }

  package struct Shard: Codable, Equatable, Sendable {
    /// In the folder of the manifest.
    package var name: String
    package var sha256: String
    package var amount: Amount

    package init(name: String, sha256: String, amount: Amount) {
      (self.name, self.sha256, self.amount) = (name, sha256, amount)
    }
  }

  package struct Split: Codable, Equatable, Sendable {
    package var amount: Amount
    package var shards: [Shard]

    package init(amount: Amount, shards: [Shard]) { (self.amount, self.shards) = (amount, shards) }
  }

  package var provenance: Provenance
  package var domain: String
  /// SHA-256 of the tokenizer.json.
  package var tokenizer: String
  package var vocabulary: Int
  package var endOfText: Int32
  /// By name: `train`, `validation`, `test`.
  package var splits: [String: Split]
  /// Documents left out because the domain had the same text before; nil if nobody looked.
  package var duplicates: Int?

  package init(
    provenance: Provenance, domain: String, tokenizer: String, vocabulary: Int, endOfText: Int32,
    splits: [String: Split], duplicates: Int?
  ) {
    (self.provenance, self.domain, self.tokenizer) = (provenance, domain, tokenizer)
    (self.vocabulary, self.endOfText) = (vocabulary, endOfText)
    (self.splits, self.duplicates) = (splits, duplicates)
  }

  /// Reads the manifest of a domain's folder, or the file itself.
  package init(_ path: String) throws(FileError) {
    let file = isFolder(path) ? "\(path)/manifest.json" : path
    let bytes = try readFile(file)
    self = try decodeArtifact(
      Self.self, from: bytes, as: Self.format, version: Self.version, path: file)
  }
}
