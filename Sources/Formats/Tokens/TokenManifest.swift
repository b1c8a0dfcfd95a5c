package import Storage

/// The manifest of the token files of one domain: `1-tokens/DOMAIN/manifest.json`.
///
/// The format is `mde.token-manifest`. It is written after all files: where it is, they are whole.
package struct TokenManifest: Codable, Equatable, Sendable {
  package static let format = "mde.token-manifest"
  package static let version = 1

  package struct Amount: Codable, Equatable, Sendable {
    package var documents = 0
    package var tokens = 0
    /// The number of UTF-8 bytes of the documents' texts.
    package var bytes = 0

    package init() {}
  }

  package struct Shard: Codable, Equatable, Sendable {
    /// The name of the file in the folder of the manifest.
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

  /// What of a domain is neither learned from nor held out, so that nothing held out is learned.
  package struct HeldOut: Codable, Equatable, Sendable {
    /// Further copies of held-out texts.
    package var copies = 0
    /// Texts whose runs of 13 words are for at least one half in held-out text.
    package var nearDuplicates = 0
    /// Texts that are learned from and share any such run with held-out text.
    package var sharing = 0
    /// The bytes of documents that are held out in part which are in no split.
    package var bytesLeftOut = 0

    package init() {}
  }

  package var provenance: Provenance
  package var domain: String
  /// The SHA-256 of the tokenizer.json.
  package var tokenizer: String
  /// The number that all ids are below.
  package var vocabulary: Int
  /// The id of the token that separates documents.
  package var endOfText: Int32
  /// The splits by name: `train`, `validation`, `test`.
  package var splits: [String: Split]
  /// The number of documents left out because their domain had the text before; nil if not looked
  /// for.
  package var duplicates: Int?
  /// The number of documents left out because their domain had a near-duplicate before; nil if not
  /// looked for.
  package var nearDuplicates: Int?
  /// What was left out for what is held out; nil where a fraction of the documents is.
  package var heldOut: HeldOut?
  /// What the documents are for, as in their files.
  package var kind: EvaluationKind?

  package init(
    provenance: Provenance, domain: String, tokenizer: String, vocabulary: Int, endOfText: Int32,
    splits: [String: Split], duplicates: Int?, nearDuplicates: Int? = nil,
    heldOut: HeldOut? = nil, kind: EvaluationKind? = nil
  ) {
    (self.provenance, self.domain, self.tokenizer) = (provenance, domain, tokenizer)
    (self.vocabulary, self.endOfText) = (vocabulary, endOfText)
    (self.splits, self.duplicates) = (splits, duplicates)
    (self.nearDuplicates, self.heldOut, self.kind) = (nearDuplicates, heldOut, kind)
  }

  /// Reads the manifest of a domain's folder, or the file itself.
  ///
  /// - Throws: `FileError` if it cannot be read, or is of another format.
  package init(_ path: String) throws(FileError) {
    let file = isFolder(path) ? "\(path)/manifest.json" : path
    let bytes = try readFile(file)
    self = try decodeArtifact(
      Self.self, from: bytes, as: Self.format, version: Self.version, path: file)
  }
}
