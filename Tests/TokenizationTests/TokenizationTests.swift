import Formats
import Foundation
import Storage
import TestSupport
import Testing
@testable import Tokenization

/// The goldens and the script that makes them.
let goldenFolder = Repository.file("Tests/TokenizationTests/Golden")

/// Real tokenizers that are too large to commit; tests that need them are skipped where they are
/// not.
let tokenizerFolder =
  ProcessInfo.processInfo.environment["TOKENIZERS"]
  ?? Repository.file("../shared/tokenizers")

let tokenizerNames = ["gpt2", "gpt-neox-20b"]

func hasTokenizer(_ name: String) -> Bool {
  FileManager.default.fileExists(atPath: "\(tokenizerFolder)/\(name)/tokenizer.json")
}

/// A real tokenizer and the ids of each of the texts.
struct GoldenFile: Decodable {
  let sha256: String
  let ids: [[Int32]]
}

struct GoldenStyle: Decodable {
  let name: String
  let tokenizer: String
  let ids: [[Int32]]
}

struct GoldenRanks: Decodable {
  let name: String
  let ranks: String
  let specials: [String: Int32]
  let ids: [[Int32]]
}

func goldenTexts() throws -> [String] {
  try JSON.decode([String].self, file: "\(goldenFolder)/texts.json")
}

func expectIDs(_ ids: [[Int32]], from tokenizer: Tokenizer, _ style: String) throws {
  var encoder = Encoder(tokenizer)
  for (text, ids) in zip(try goldenTexts(), ids) {
    #expect(encoder.encode(text) == ids, "\(style): \(text.debugDescription)")
  }
}

/// A tokenizer without merges but those given: byte b has id b.
func tinyTokenizer(_ merges: [(String, String)] = []) throws -> Tokenizer {
  var vocabulary = Dictionary(
    uniqueKeysWithValues: (0...255).map { (ByteAlphabet.spelling([UInt8($0)]), Int32($0)) })
  for (left, right) in merges { vocabulary[left + right] = Int32(vocabulary.count) }
  vocabulary["<|endoftext|>"] = 1000
  let object: [String: Any] = [
    "added_tokens": [["id": 1000, "content": "<|endoftext|>", "special": true]],
    "pre_tokenizer": ["type": "ByteLevel", "add_prefix_space": false],
    "model": ["vocab": vocabulary, "merges": merges.map { "\($0) \($1)" }],
  ]
  let bytes = Array(try JSONSerialization.data(withJSONObject: object, options: .sortedKeys))
  return try Tokenizer(try TokenizerFile(bytes: bytes, path: "tiny.json"))
}

@Suite struct Encoding {
  @Test(
    .enabled(
      if: tokenizerNames.allSatisfy(hasTokenizer),
      "their files are not in TOKENIZERS=\(tokenizerFolder)"), arguments: tokenizerNames)
  func `real vocabularies give the ids of Hugging Face tokenizers`(name: String) throws {
    let golden = try JSON.decode(GoldenFile.self, file: "\(goldenFolder)/\(name).json")
    let file = try TokenizerFile("\(tokenizerFolder)/\(name)/tokenizer.json")
    #expect(file.sha256 == golden.sha256)
    try expectIDs(golden.ids, from: try Tokenizer(file), name)
  }

  @Test func `other styles of byte-level BPE give the ids of Hugging Face tokenizers`() throws {
    for style in try JSON.decode([GoldenStyle].self, file: "\(goldenFolder)/styles.json") {
      let file = try TokenizerFile(bytes: Array(style.tokenizer.utf8), path: style.name)
      try expectIDs(style.ids, from: try Tokenizer(file), style.name)
    }
  }

  @Test func `rank files give the ids of tiktoken`() throws {
    let patterns = [
      "gpt2": WordPattern.gpt2, "cl100k": WordPattern.cl100k, "qwen": WordPattern.qwen,
      "o200k": WordPattern.o200k,
    ]
    for golden in try JSON.decode([GoldenRanks].self, file: "\(goldenFolder)/ranks.json") {
      let style = RankStyle(
        ranks: 0, names: golden.name, pattern: try #require(patterns[golden.name]),
        specialTokens: golden.specials.map { ($0.key, $0.value) })
      let file = try TokenizerFile(
        ranks: Array(golden.ranks.utf8), path: golden.name, style: style)
      try expectIDs(golden.ids, from: try Tokenizer(file), golden.name)
    }
  }

  @Test func `bytes without a token are counted each time`() throws {
    let styles = try JSON.decode([GoldenStyle].self, file: "\(goldenFolder)/styles.json")
    for (name, hasUnknown) in [("bytes without a token", false), ("an unknown token", true)] {
      let style = try #require(styles.first { $0.name == name })
      let file = try TokenizerFile(bytes: Array(style.tokenizer.utf8), path: name)
      let tokenizer = try Tokenizer(file)
      var encoder = Encoder(tokenizer)
      #expect(tokenizer.hasUnknownToken == hasUnknown)
      let text = "ab \u{3} \u{50000}"
      let missing = text.utf8.filter { file.vocabulary[ByteAlphabet.spelling([$0])] == nil }
      for _ in 0..<3 { _ = encoder.encode(text) }
      #expect(missing.count > 1 && encoder.bytesWithoutToken == 3 * missing.count)
    }
  }

  @Test func `decoding gives back every text`() throws {
    let tokenizer = try tinyTokenizer([("a", "a"), ("aa", "aa"), ("Ġ", "t"), ("t", "h")])
    var encoder = Encoder(tokenizer)
    var texts: [[UInt8]] = [[], [0], Array(0...255), Array("the aaaaaaa\u{e9}😀".utf8)]
    texts += (0...255).map { [UInt8($0)] }
    var random = TestBits(seed: 7)
    for _ in 0..<200 {
      texts.append(
        (0..<Int.random(in: 1...60, using: &random)).map { _ in
          UInt8.random(in: 0...255, using: &random)
        })
    }
    for text in texts { #expect(tokenizer.decode(encoder.encode(text)) == text) }
  }

  @Test func `a word is merged the same way by the fast and by the long path`() throws {
    let tokenizer = try tinyTokenizer([
      ("a", "b"), ("b", "a"), ("a", "a"), ("ab", "a"), ("aa", "b"), ("aa", "aa"), ("b", "b"),
      ("ba", "aa"), ("bb", "ab"), ("aab", "ba"), ("bbab", "b"), ("aba", "ab"),
    ])
    var random = TestBits(seed: 3)
    for length in 2...80 {
      let word = (0..<length).map { _ in Int32(Bool.random(using: &random) ? 97 : 98) }
      let expected = naivelyMerged(word, tokenizer.pairs)
      #expect(LongWordMerger.merged(word, pairs: tokenizer.pairs) == expected)
      var encoder = Encoder(tokenizer)
      #expect(encoder.encode(word.map { UInt8($0) }) == expected)
    }
  }

  /// Quadratic time would be days.
  @Test(.timeLimit(.minutes(5)))
  func `one letter, ten million times over, takes no quadratic time`() throws {
    let tokenizer = try tinyTokenizer([("a", "a"), ("aa", "aa"), ("aaaa", "aaaa"), ("aaaa", "a")])
    var encoder = Encoder(tokenizer)
    let count = 10_000_001
    let tokens = encoder.encode([UInt8](repeating: UInt8(ascii: "a"), count: count))
    #expect(tokens.count == (count + 7) / 8)
  }
}

/// The merge by its definition: of the pair of lowest rank, the leftmost of equals, again and
/// again.
func naivelyMerged(_ word: [Int32], _ pairs: PairTable) -> [Int32] {
  var word = word
  while true {
    let ranked = (0..<word.count - 1).compactMap { index -> (rank: Int32, index: Int)? in
      let rank = pairs[word[index], word[index + 1]].rank
      return rank < 0 ? nil : (rank, index)
    }
    guard let best = ranked.min(by: { $0 < $1 }) else { return word }
    word[best.index] = pairs[word[best.index], word[best.index + 1]].token
    word.remove(at: best.index + 1)
    if word.count == 1 { return word }
  }
}
