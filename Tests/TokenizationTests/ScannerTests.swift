import Formats
import TestSupport
import Testing
@testable import Tokenization

@Suite struct Scanning {
  static let patterns = [
    WordPattern.gpt2, WordPattern.marks, WordPattern.cl100k, WordPattern.qwen,
  ]

  /// The words by the pattern itself.
  private func words(_ text: [UInt8], by pattern: Pattern) -> [Range<Int>] {
    var words: [Range<Int>] = []
    pattern.forEachMatch(in: text.span, range: 0..<text.count) { words.append($0) }
    return words
  }

  private func wordsByScanner(_ text: [UInt8], _ pattern: String) throws -> [Range<Int>] {
    var words: [Range<Int>] = []
    try #require(KnownScanner(pattern: pattern)).cut(text.span, 0..<text.count, into: &words)
    return words
  }

  @Test(arguments: patterns)
  func `a scanner cuts random text as PCRE2 cuts it by the pattern`(source: String) throws {
    let pattern = try Pattern(source)
    let pieces =
      ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d", "'", "''", "'S", "'Re", "'lL", "'ſ", " ", "  "]
      + ["\n", "\t", "\r\n", "\r", "\n\n", "12", "1234"]
      + [
        "a", "Z", "é", "ß", "Ж", "漢", "\u{301}", "1", "٣", "½", "Ⅷ", "!", "-", "_", "…", "😀",
        "\u{200d}",
      ]
      + [
        "\u{a0}", "\u{2003}", "\u{3000}", "\u{85}", "\u{2028}", "\u{1c}", "\u{200b}", "\u{feff}",
        "\0",
      ]
    var random = TestBits(seed: 11)
    for _ in 0..<3000 {
      let text = (0..<Int.random(in: 0...24, using: &random)).map { _ in
        pieces.randomElement(using: &random)!
      }
      let bytes = Array(text.joined().utf8)
      #expect(try wordsByScanner(bytes, source) == words(bytes, by: pattern), "\(text)")
    }
  }

  @Test(arguments: patterns)
  func `random scalars of all planes are cut the same`(source: String) throws {
    let pattern = try Pattern(source)
    var random = TestBits(seed: 12)
    for _ in 0..<2000 {
      var text = String.UnicodeScalarView()
      for _ in 0..<20 {
        let limit: UInt32 = [0x80, 0x800, 0x3000, 0x10000, 0x110000].randomElement(using: &random)!
        guard let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &random)) else {
          continue
        }
        text.append(scalar)
        if Bool.random(using: &random) { text.append(" ") }
      }
      let bytes = Array(String(text).utf8)
      #expect(try wordsByScanner(bytes, source) == words(bytes, by: pattern))
    }
  }

  @Test(arguments: patterns)
  func `words cover any bytes without a gap`(source: String) throws {
    var random = TestBits(seed: 13)
    for _ in 0..<500 {
      let bytes = (0..<50).map { _ in UInt8.random(in: 0...255, using: &random) }
      let words = try wordsByScanner(bytes, source)
      #expect(words.first?.lowerBound == 0 && words.last?.upperBound == bytes.count)
      #expect(
        zip(words, words.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound && !$0.isEmpty })
    }
  }

  @Test func `vowel signs and accents do not end a word with marks as letters`() throws {
    let text = Array("हिन्दी ខ្មែរ e\u{301}te\u{301} ไทย".utf8)
    func count(_ pattern: String) throws -> Int { try wordsByScanner(text, pattern).count }
    #expect(try count(WordPattern.marks) == 4)
    #expect(try count(WordPattern.gpt2) > 12)
  }

  @Test func `a pattern that needs more stack than the JIT has matches all the same`() throws {
    let text = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
    #expect(words(text, by: try Pattern("(?:a|(b)c|d)+")) == [0..<text.count])
  }
}
