package import Storage

/// A byte-level BPE: a Hugging Face `tokenizer.json`, or a rank file of tiktoken.
///
/// Anything else in a `tokenizer.json` is refused by name.
/// Source: github.com/huggingface/tokenizers, the `serialization` modules of each part.
package struct TokenizerFile: Sendable {
  package let path: String
  /// The SHA-256 of the file, by which token files and log-probabilities name it.
  package let sha256: String
  /// The ids by spelling, in the byte alphabet.
  package let vocabulary: [String: Int32]
  package let merges: [Merge]
  /// Whether a word that is a token as it stands is not merged from bytes.
  package let ignoresMerges: Bool
  /// The token of a byte that has none of its own, or nil if such bytes are left out.
  package let unknown: Int32?
  /// Whether one such token stands for all of a word's bytes in a row that have none.
  package let fusesUnknown: Bool
  /// The normalization forms, applied one after another.
  package let normalization: [Normalization]
  package let preTokenizer: [PreTokenization]
  package let addedTokens: [AddedToken]

  /// A merge of two tokens next to each other into one; the lowest rank goes first.
  package struct Merge: Equatable, Sendable {
    package let left: String
    package let right: String
    package let rank: Int32
  }

  /// One of Unicode's normalization forms (UAX #15).
  package enum Normalization: String, Equatable, Sendable {
    case nfc = "NFC"
    case nfd = "NFD"
    case nfkc = "NFKC"
    case nfkd = "NFKD"
  }

  /// One step of cutting text into words; one of them is always `byteLevel`.
  package enum PreTokenization: Equatable, Sendable {
    /// The step cuts at the matches of a regular expression; inverted, at what lies between them.
    case split(pattern: String, behavior: SplitBehavior, isInverted: Bool)
    /// The step cuts at the characters of a set, or, `inRuns`, at the runs of them; inverted, at
    /// what lies between.
    case characters(CharacterSet, inRuns: Bool, behavior: SplitBehavior, isInverted: Bool)
    /// The step turns bytes into characters, which steps behind it see, and may cut by GPT-2's
    /// pattern before that.
    case byteLevel(addsPrefixSpace: Bool, usesPattern: Bool)
  }

  /// The sets of characters at which a step cuts without a pattern.
  package enum CharacterSet: Equatable, Sendable {
    case digits
    case punctuation
    /// Letters, marks, digits and joiners; what is neither that nor white space is cut in runs too.
    case words
    case whiteSpace
  }

  /// What becomes of the places at which a text is cut.
  package enum SplitBehavior: String, Sendable {
    case isolated = "Isolated"
    case removed = "Removed"
    case mergedWithPrevious = "MergedWithPrevious"
    case mergedWithNext = "MergedWithNext"
    case contiguous = "Contiguous"
  }

  /// A token that is found in the text before anything else is done to it.
  package struct AddedToken: Equatable, Sendable {
    package let content: String
    package let id: Int32
    /// Whether the token is looked for after normalization.
    package let isNormalized: Bool
    package let isSpecial: Bool
    /// Whether the token is passed over where a letter or digit stands next to it.
    package var isSingleWord = false
    /// Whether white space in front of the token belongs to it.
    package var takesSpaceBefore = false
    /// Whether white space behind the token belongs to it.
    package var takesSpaceAfter = false
  }

  /// Reads a `tokenizer.json`, or a rank file of tiktoken, which is not a JSON object.
  ///
  /// - Throws: `FileError` if it cannot be read, or has a part that is not supported.
  package init(_ path: String) throws(FileError) {
    let bytes = try readFile(path)
    if let format = JSON.foreignFormat(of: bytes) {
      throw .content(path: path, problem: "is \(format)")
    }
    if withoutMark(bytes).first(where: { $0 > UInt8(ascii: " ") }) == UInt8(ascii: "{") {
      try self.init(bytes: bytes, path: path)
    } else {
      try self.init(ranks: bytes, path: path)
    }
  }

  /// Parses the bytes of a `tokenizer.json`, whose `path` is for error messages.
  ///
  /// - Throws: `FileError.content` if it has a part that is not supported.
  package init(bytes: [UInt8], path: String) throws(FileError) {
    let root = try JSON.decode(Strict<TokenizerJSON>.self, from: bytes, path: path).part
    let model = root.model.part
    self.path = path
    sha256 = Storage.sha256(bytes)
    vocabulary = model.vocab
    merges = model.merges.enumerated().map {
      Merge(left: $1.left, right: $1.right, rank: Int32($0))
    }
    ignoresMerges = model.ignore_merges ?? false
    unknown = model.unk_token.flatMap { model.vocab[$0] }
    fusesUnknown = model.fuse_unk ?? false
    do throws(Unsupported) {
      if let version = root.version, version != "1.0" { throw Unsupported("version", version) }
      try model.check()
      normalization = try root.normalizer?.part.normalization() ?? []
      preTokenizer = try Self.checkedOrder(root.pre_tokenizer?.part.preTokenization() ?? [])
      addedTokens = TokenizerJSON.Added.tokens(
        (root.added_tokens ?? []).map(\.part), in: model.vocab)
      try root.decoder?.part.checkDecoder()
    } catch {
      throw .content(
        path: path, place: error.part,
        problem: "\(error.name) is not supported; only byte-level BPE tokenizers are")
    }
    let spellings = Dictionary(vocabulary.map { ($1, $0) }, uniquingKeysWith: min)
    let stated = (root.added_tokens ?? []).map { ($0.part.content, $0.part.id) }
    for (content, id) in stated + addedTokens.map({ ($0.content, $0.id) }) {
      guard !content.isEmpty, vocabulary[content] == nil, let other = spellings[id] else {
        continue
      }
      throw .content(
        path: path, place: "added_tokens",
        problem: "\(content) has the id \(id), which the vocabulary gives to \(other)")
    }
  }

  /// Makes the tokenizer of a rank file, whose style is known.
  init(
    path: String, sha256: String, vocabulary: [String: Int32], merges: [Merge], pattern: String,
    addedTokens: [AddedToken]
  ) {
    (self.path, self.sha256) = (path, sha256)
    (self.vocabulary, self.merges, self.addedTokens) = (vocabulary, merges, addedTokens)
    (ignoresMerges, normalization, unknown, fusesUnknown) = (true, [], nil, false)
    preTokenizer = [
      .split(pattern: pattern, behavior: .isolated, isInverted: false),
      .byteLevel(addsPrefixSpace: false, usesPattern: false),
    ]
  }

  /// The id of the added token `content`, or nil.
  package func id(ofAddedToken content: String) -> Int32? {
    addedTokens.first { $0.content == content }?.id
  }

  private static func checkedOrder(
    _ steps: [PreTokenization]
  ) throws(Unsupported) -> [PreTokenization] {
    var count = 0
    for (index, step) in steps.enumerated() {
      guard case .byteLevel(let addsPrefixSpace, _) = step else { continue }
      count += 1
      guard index == 0 || !addsPrefixSpace else {
        throw Unsupported("pre_tokenizer", "ByteLevel with add_prefix_space after another step")
      }
    }
    guard count == 1 else {
      throw Unsupported("pre_tokenizer", count == 0 ? "no ByteLevel" : "ByteLevel twice")
    }
    return steps
  }
}

/// A part of a `tokenizer.json` that is not supported.
struct Unsupported: Error {
  let part: String
  let name: String
  init(_ part: String, _ name: String) { (self.part, self.name) = (part, name) }
}
