package import Storage

/// A Hugging Face `tokenizer.json`, as far as byte-level BPE goes; anything else is refused by name.
///
/// Source: github.com/huggingface/tokenizers, the `serialization` modules of each part.
package struct TokenizerFile: Sendable {
  package let path: String
  /// SHA-256 of the file: what token files and log-probabilities say they were made with.
  package let sha256: String
  /// Ids by spelling, in the byte alphabet.
  package let vocabulary: [String: Int32]
  /// In order of rank.
  package let merges: [(left: String, right: String)]
  /// A word that is a token as it stands is not merged from bytes.
  package let ignoresMerges: Bool
  package let normalization: Normalization?
  package let preTokenizer: [PreTokenization]
  package let addedTokens: [AddedToken]

  package enum Normalization: Equatable, Sendable { case nfc, nfkc }

  /// One step of cutting text into words; the last is always `byteLevel`.
  package enum PreTokenization: Equatable, Sendable {
    /// Each match of the regular expression is a word, and so is what lies between two of them.
    case split(pattern: String)
    case byteLevel(addsPrefixSpace: Bool, usesPattern: Bool)
  }

  /// A token that is found in the text before anything else is done to it.
  package struct AddedToken: Equatable, Sendable {
    package let content: String
    package let id: Int32
    /// It is looked for after normalization.
    package let isNormalized: Bool
    package let isSpecial: Bool
  }

  package init(_ path: String) throws(FileError) {
    try self.init(bytes: try readFile(path), path: path)
  }

  package init(bytes: [UInt8], path: String) throws(FileError) {
    let root = try JSON.decode(TokenizerJSON.self, from: bytes, path: path)
    self.path = path
    sha256 = Storage.sha256(bytes)
    vocabulary = root.model.vocab
    merges = root.model.merges.map { ($0.left, $0.right) }
    ignoresMerges = root.model.ignore_merges ?? false
    do throws(Unsupported) {
      try root.model.check()
      normalization = try root.normalizer?.normalization()
      preTokenizer = try Self.checkedOrder(root.pre_tokenizer?.preTokenization() ?? [])
      addedTokens = try (root.added_tokens ?? []).map { (token) throws(Unsupported) in
        try token.checked()
      }
      try root.decoder?.checkDecoder()
    } catch {
      throw .content(
        path: path, place: error.part,
        problem: "\(error.name) is not supported; only byte-level BPE tokenizers are")
    }
  }

  /// The id of the added token `content`, or nil.
  package func id(ofAddedToken content: String) -> Int32? {
    addedTokens.first { $0.content == content }?.id
  }

  private static func checkedOrder(
    _ steps: [PreTokenization]
  ) throws(Unsupported) -> [PreTokenization] {
    for (index, step) in steps.enumerated() {
      guard case .byteLevel(let addsPrefixSpace, _) = step else { continue }
      guard index == steps.count - 1 else {
        throw Unsupported("pre_tokenizer", "ByteLevel before another step")
      }
      guard index == 0 || !addsPrefixSpace else {
        throw Unsupported("pre_tokenizer", "ByteLevel with add_prefix_space after another step")
      }
    }
    guard case .byteLevel = steps.last else {
      throw Unsupported("pre_tokenizer", "no ByteLevel at the end")
    }
    return steps
  }
}

/// A part of the file that this project does not do.
struct Unsupported: Error {
  let part: String
  let name: String
  init(_ part: String, _ name: String) { (self.part, self.name) = (part, name) }
}
