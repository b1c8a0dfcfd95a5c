import Testing

@testable import Tokenization

@Suite struct Scanning {
  /// Words by the pattern itself.
  private func wordsByPattern(_ text: [UInt8]) throws -> [Range<Int>] {
    var words: [Range<Int>] = []
    try Pattern(GPT2Scanner.pattern).forEachMatch(in: text.span, range: 0..<text.count) {
      words.append($0)
    }
    return words
  }

  private func wordsByScanner(_ text: [UInt8]) -> [Range<Int>] {
    let scanner = GPT2Scanner()
    var (words, start): ([Range<Int>], Int) = ([], 0)
    while start < text.count {
      let end = scanner.wordEnd(in: text.span, from: start, to: text.count)
      words.append(start..<end)
      start = end
    }
    return words
  }

  @Test func `the scanner cuts random text as PCRE2 cuts it by GPT-2's pattern`() throws {
    let pieces =
      ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d", "'", "''", "'S", " ", "  ", "\n", "\t", "\r\n"]
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
      #expect(wordsByScanner(bytes) == (try wordsByPattern(bytes)), "\(text)")
    }
  }

  @Test func `random scalars of all planes are cut the same`() throws {
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
      #expect(wordsByScanner(bytes) == (try wordsByPattern(bytes)))
    }
  }

  @Test func `words cover any bytes without a gap`() {
    var random = TestBits(seed: 13)
    for _ in 0..<500 {
      let bytes = (0..<50).map { _ in UInt8.random(in: 0...255, using: &random) }
      let words = wordsByScanner(bytes)
      #expect(words.first?.lowerBound == 0 && words.last?.upperBound == bytes.count)
      #expect(
        zip(words, words.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound && !$0.isEmpty })
    }
  }
}
