import Formats
import Storage
import TestSupport
import Testing
@testable import Tokenization

@Suite struct BPETrainerTests {
  private struct Golden: Decodable {
    let merges: [[String]]
    let vocab: [String: Int32]
  }

  private func words(of texts: [String]) -> [WordCounts.Word] {
    var counts = WordCounts()
    for text in texts { counts.add(Array(text.utf8)) }
    return WordCounts.combined([(counts, 1)])
  }

  @Test func `the vocabulary is that of Hugging Face's trainer, ties included`() throws {
    let golden = try JSON.decode(Golden.self, file: "\(goldenFolder)/training.json")
    let texts = try goldenTexts()
    let trainer = BPETrainer(
      words: words(of: texts + texts), size: golden.vocab.count,
      specialTokens: ["<|endoftext|>"])
    let spelled = trainer.merges.map {
      [trainer.vocabulary[Int($0.left)], trainer.vocabulary[Int($0.right)]]
    }
    #expect(spelled == golden.merges)
    for (id, spelling) in trainer.vocabulary.enumerated() {
      #expect(golden.vocab[spelling] == Int32(id))
    }
  }

  @Test func `counts kept up to date choose the pairs that counting anew chooses`() {
    var random = TestBits(seed: 5)
    for _ in 0..<30 {
      let texts = (0..<40).map { _ in
        String(
          (0..<Int.random(in: 1...30, using: &random)).map { _ in
            "aab b".randomElement(using: &random)!
          })
      }
      let words = words(of: texts)
      let trainer = BPETrainer(words: words, size: 290, specialTokens: [])
      #expect(trainer.merges.map { [$0.left, $0.right] } == naiveMerges(words, limit: 290 - 256))
    }
  }

  @Test func `the file that is written encodes the text with the merges that were learned`() throws
  {
    let texts = try goldenTexts()
    let trainer = BPETrainer(
      words: words(of: texts), size: 400, specialTokens: ["<|endoftext|>"])
    let bytes = TrainedTokenizer.encode(
      vocabulary: trainer.vocabulary, merges: trainer.merges, specialTokens: ["<|endoftext|>"])
    let tokenizer = try Tokenizer(try TokenizerFile(bytes: bytes, path: "trained"))
    #expect(tokenizer.vocabularySize == 400)
    #expect(tokenizer.id(ofAddedToken: "<|endoftext|>") == 0)
    var encoder = Encoder(tokenizer)
    for text in texts where !text.contains("<|endoftext|>") {
      let tokens = encoder.encode(text)
      #expect(tokenizer.decode(tokens) == Array(text.utf8))
      #expect(tokens.count <= text.utf8.count)
    }
  }

  @Test func `a domain ten times as large has no more say than its weight`() {
    var (large, small) = (WordCounts(), WordCounts())
    for _ in 0..<1000 { large.add(Array("xy".utf8)) }
    for _ in 0..<100 { small.add(Array("zw".utf8)) }
    let equal = WordCounts.combined([(large, 1), (small, 1)])
    #expect(equal.map(\.count) == [550, 550])
    let weighted = WordCounts.combined([(large, 3), (small, 1)])
    #expect(weighted.map(\.count) == [825, 275])
  }
}

/// The merges by their definition.
///
/// All pairs in all words are counted; the most frequent, the lowest of equals, is replaced.
private func naiveMerges(_ words: [WordCounts.Word], limit: Int) -> [[Int32]] {
  let alphabet = ByteAlphabet.scalars.enumerated().sorted { $0.element < $1.element }.map(\.offset)
  var texts = words.map { word in
    (word.bytes.map { byte in Int32(alphabet.firstIndex(of: Int(byte)) ?? 0) }, word.count)
  }
  var merges: [[Int32]] = []
  // The token of a spelling exists once, though two pairs may make it.
  var spellings = (0..<256).map { [Int32($0)] }
  while spellings.count < 256 + limit {
    var counts: [[Int32]: Int] = [:]
    for (tokens, count) in texts {
      for pair in zip(tokens, tokens.dropFirst()) { counts[[pair.0, pair.1], default: 0] += count }
    }
    // Overlapping pairs, as in "aaa", are counted at every place, as in Hugging Face's trainer.
    let best = counts.max { ($0.value, $1.key[0], $1.key[1]) < ($1.value, $0.key[0], $0.key[1]) }
    guard let best, best.value >= 2 else { return merges }
    merges.append(best.key)
    let spelling = spellings[Int(best.key[0])] + spellings[Int(best.key[1])]
    if !spellings.contains(spelling) { spellings.append(spelling) }
    let token = Int32(spellings.firstIndex(of: spelling) ?? 0)
    for index in texts.indices {
      var (merged, place): ([Int32], Int) = ([], 0)
      let tokens = texts[index].0
      while place < tokens.count {
        let isPair = place + 1 < tokens.count && [tokens[place], tokens[place + 1]] == best.key
        merged.append(isPair ? token : tokens[place])
        place += isPair ? 2 : 1
      }
      texts[index].0 = merged
    }
  }
  return merges
}
