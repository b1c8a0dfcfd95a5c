import Formats
import Parallel
import Testing

@testable import Tokenization

/// What scripts other than Latin, and normalization, do to a tokenizer that is trained.
struct FertilityTests {
  private static let end = "<|endoftext|>"

  private func counts(_ texts: [String], _ words: TrainedTokenizer.Words) -> WordCounts {
    let pool = WorkerPool(threads: 2)
    let sample = TrainingSample(domains: 1, maximumBytes: .max, words: words, pool: pool)
    sample.add(texts.map { Corpus.Document(domain: 0, file: 0, text: Array($0.utf8)) })
    return sample.totals[0]
  }

  private func tokenizer(
    _ counts: [(WordCounts, Double)], _ words: TrainedTokenizer.Words, size: Int
  ) throws -> Tokenizer {
    let trainer = BPETrainer(
      words: WordCounts.combined(counts.map { (counts: $0.0, weight: $0.1) }), size: size,
      specialTokens: [Self.end])
    let bytes = TrainedTokenizer.encode(
      vocabulary: trainer.vocabulary, merges: trainer.merges, specialTokens: [Self.end],
      words: words)
    return try Tokenizer(try TokenizerFile(bytes: bytes, path: "trained"))
  }

  private static let hindi = Array(
    repeating: "हिन्दी में लिखा हुआ पाठ और हिन्दी के शब्द", count: 20)

  @Test(arguments: [false, true], [false, true])
  func `words counted are those that the tokenizer cuts`(marks: Bool, nfc: Bool) throws {
    let words = TrainedTokenizer.Words(marksAreLetters: marks, isNormalized: nfc)
    let texts = Self.hindi + ["caf\u{65}\u{301}s, e\u{301}t\u{e9}!  12 x\n\n y", "日本語の文章。"]
    let counts = counts(texts, words)
    let tokenizer = try tokenizer([(counts, 1)], words, size: 300)
    var encoder = Encoder(tokenizer)
    #expect(counts.tokens(of: tokenizer) == texts.reduce(0) { $0 + encoder.encode($1).count })
  }

  @Test func `with marks as letters a token holds more of a script that has them`() throws {
    func tokens(_ marks: Bool) throws -> Int {
      let words = TrainedTokenizer.Words(marksAreLetters: marks)
      let counts = counts(Self.hindi, words)
      return counts.tokens(of: try tokenizer([(counts, 1)], words, size: 290))
    }
    #expect(try tokens(true) < tokens(false))
  }

  @Test func `NFC makes one text of two spellings, and none leaves them alone`() throws {
    let (composed, decomposed) = ("\u{e9}t\u{e9}", "e\u{301}te\u{301}")
    for isNormalized in [false, true] {
      let words = TrainedTokenizer.Words(isNormalized: isNormalized)
      let counts = counts([composed, decomposed], words)
      #expect(counts.bytes == (isNormalized ? 10 : 12))
      var encoder = Encoder(try tokenizer([(counts, 1)], words, size: 257))
      let (first, second) = (encoder.encode(composed), encoder.encode(decomposed))
      #expect((first == second) == isNormalized)
    }
  }

  @Test func `bytes, characters and words are counted, and a say for each helps the small domain`()
    throws
  {
    let words = TrainedTokenizer.Words()
    let large = counts(Array(repeating: "one two three four, 123", count: 400), words)
    let small = counts(Array(repeating: "ένα δύο τρία", count: 4), words)
    let balanced = try tokenizer([(large, 1), (small, 1)], words, size: 270)
    let bySize = try tokenizer(
      [(large, Double(large.bytes)), (small, Double(small.bytes))], words, size: 270)
    let rows = fertilities(
      [("Large", large), ("None", WordCounts()), ("Small", small)], balanced, bySize: bySize,
      pool: WorkerPool(threads: 2))
    #expect(rows.map(\.domain) == ["Large", "Small"])
    let row = rows[1]
    #expect(row.bytes == 4 * 22 && row.characters == 4 * 12)
    #expect(row.words == 12 && row.distinctWords == 3)
    #expect(rows[0].words == 1600 && rows[0].distinctWords == 4)
    #expect(row.tokens < row.tokensBySize!)
    #expect(row.tokens == small.tokens(of: balanced))
  }
}
