package import Formats
import Storage

/// A byte-level BPE tokenizer, ready to encode and decode; shared by all threads.
package struct Tokenizer: Sendable {
  /// The SHA-256 of the tokenizer's file.
  package let sha256: String
  /// The number that all ids are below.
  package let vocabularySize: Int

  let preTokenizer: PreTokenizer
  let normalizer: Normalizer?
  /// The added tokens that are found before normalization.
  let literalTokens: AddedTokens
  /// The added tokens that are found after normalization.
  let normalizedTokens: AddedTokens
  /// The token of each byte, or -1 for one that the vocabulary does without.
  let byteTokens: [Int32]
  /// The token of a byte that has none, or nil if it is left out.
  let unknown: Int32?
  /// Whether one such token stands for all of a word's bytes in a row that have none.
  let fusesUnknown: Bool
  let pairs: PairTable
  /// The tokens of words that are not merged, if the file asks for that; else none.
  let wholeWords: [[UInt8]: Int32]
  private let bytesOfToken: [[UInt8]]
  private let addedTokens: [String: Int32]

  /// Prepares the tokenizer that `file` describes.
  ///
  /// - Throws: `FileError.content` if it is not a byte-level BPE that is complete,
  ///   `TokenizationError.pattern` if a pattern of it is not supported.
  package init(_ file: TokenizerFile) throws {
    let ids = file.vocabulary.values + file.addedTokens.map(\.id)
    guard let highest = ids.max(), (ids.min() ?? 0) >= 0, highest < 1 << 24 else {
      throw FileError.content(
        path: file.path, place: "model", problem: "ids are not between 0 and 2^24")
    }
    sha256 = file.sha256
    vocabularySize = Int(highest) + 1
    bytesOfToken = Self.bytesOfToken(file, count: Int(highest) + 1)
    byteTokens = try Self.byteTokens(file)
    (unknown, fusesUnknown) = (file.unknown, file.fusesUnknown)
    pairs = try Self.pairs(file)
    wholeWords =
      file.ignoresMerges
      ? Dictionary(
        file.vocabulary.compactMap { word, id in ByteAlphabet.bytes(of: word).map { ($0, id) } },
        uniquingKeysWith: min) : [:]
    do { preTokenizer = try PreTokenizer(file.preTokenizer) } catch {
      guard case .pattern(let pattern, let offset, let reason, _) = error else { throw error }
      throw TokenizationError.pattern(pattern, offset: offset, reason: reason, path: file.path)
    }

    let normalizer = file.normalization.isEmpty ? nil : Normalizer(forms: file.normalization)
    func tokens(isNormalized: Bool) -> AddedTokens {
      AddedTokens(
        file.addedTokens.filter { $0.isNormalized == isNormalized }.map { token in
          let content = Array(token.content.utf8)
          let normalized = isNormalized ? normalizer?.normalized(content.span) : nil
          return (normalized ?? content, token)
        })
    }
    self.normalizer = normalizer
    literalTokens = tokens(isNormalized: false)
    normalizedTokens = tokens(isNormalized: true)
    addedTokens = Dictionary(file.addedTokens.map { ($0.content, $0.id) }, uniquingKeysWith: min)
  }

  private static func bytesOfToken(_ file: TokenizerFile, count: Int) -> [[UInt8]] {
    var bytes = [[UInt8]](repeating: [], count: count)
    for (spelling, id) in file.vocabulary {
      bytes[Int(id)] = ByteAlphabet.bytes(of: spelling) ?? Array(spelling.utf8)
    }
    for token in file.addedTokens { bytes[Int(token.id)] = Array(token.content.utf8) }
    return bytes
  }

  private static func byteTokens(_ file: TokenizerFile) throws(FileError) -> [Int32] {
    var tokens: [Int32] = []
    for byte: UInt8 in 0...255 {
      let token = file.vocabulary[ByteAlphabet.spelling([byte])]
      // A vocabulary that grew out of text may lack bytes which that did not have.
      guard token != nil || !(0x20...0x7E).contains(byte) else {
        throw .content(
          path: file.path, place: "vocab",
          problem: "byte \(byte) has no token; only byte-level BPE tokenizers are supported")
      }
      tokens.append(token ?? -1)
    }
    return tokens
  }

  private static func pairs(_ file: TokenizerFile) throws(FileError) -> PairTable {
    var pairs = PairTable(capacity: file.merges.count)
    for merge in file.merges {
      guard let left = file.vocabulary[merge.left], let right = file.vocabulary[merge.right],
        let token = file.vocabulary[merge.left + merge.right]
      else {
        throw .content(
          path: file.path, place: "merge \(merge.rank)",
          problem: "\(merge.left) \(merge.right): a token is not in the vocabulary")
      }
      pairs.set(PairTable.key(left, right), rank: merge.rank, token: token)
    }
    return pairs
  }

  /// Whether a byte without a token becomes an unknown token, and is not left out.
  package var hasUnknownToken: Bool { unknown != nil }

  /// The id of the added token `content`, such as `<|endoftext|>`, or nil.
  package func id(ofAddedToken content: String) -> Int32? { addedTokens[content] }

  /// The text of `tokens`: the bytes that were encoded, but for normalization and a prefix space.
  package func decode(_ tokens: some Sequence<Int32>) -> [UInt8] {
    var text: [UInt8] = []
    for token in tokens { text += bytesOfToken[Int(token)] }
    return text
  }
}
