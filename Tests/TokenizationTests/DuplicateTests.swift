import Formats
import Parallel
import TestSupport
import Testing
@testable import Tokenization

@Suite struct NearDuplicates {
  private typealias Words = [Int]

  private func signature(_ text: String) -> MinHash { MinHash(of: Array(text.utf8).span) }

  private func text(_ words: Words) -> String { words.map { "w\($0)" }.joined(separator: " ") }

  /// The share of the runs of 5 words that both have, counted one by one.
  private func similarity(_ left: Words, _ right: Words) -> Double {
    func runs(_ words: Words) -> Set<Words> {
      Set((0...words.count - 5).map { Array(words[$0..<$0 + 5]) })
    }
    let (left, right) = (runs(left), runs(right))
    return Double(left.intersection(right).count) / Double(left.union(right).count)
  }

  /// Texts of 200 words and the same with some words replaced.
  private func pairs(_ count: Int) -> [(Words, Words)] {
    var random = TestBits(seed: 11)
    return (0..<count).map { pair in
      let words = (0..<200).map { _ in random.index(below: 1 << 30) }
      var changed = words
      for _ in 0..<pair % 24 { changed[random.index(below: 200)] = random.index(below: 1 << 30) }
      return (words, changed)
    }
  }

  @Test func `the estimate is the share of common runs, within its error`() {
    var (sum, squares) = (0.0, 0.0)
    let pairs = pairs(960)
    for (left, right) in pairs {
      let true_ = similarity(left, right)
      let error = signature(text(left)).similarity(to: signature(text(right))) - true_
      let deviation = max(0.01, (true_ * (1 - true_) / 112).squareRoot())
      sum += error
      squares += (error / deviation) * (error / deviation)
    }
    let count = Double(pairs.count)
    #expect(abs(sum / count) < 0.005)
    #expect(squares / count < 1.3)
  }

  @Test func `what is alike is found, what is not is kept`() {
    var (alike, found, other, wrong) = (0, 0, 0, 0)
    for (left, right) in pairs(2400) {
      var index = NearDuplicateIndex()
      _ = index.add(signature(text(left)), domain: 0)
      let isFound = index.add(signature(text(right)), domain: 0).isRepeated
      switch similarity(left, right) {
      case 0.88...: (alike, found) = (alike + 1, found + (isFound ? 1 : 0))
      case ..<0.68: (other, wrong) = (other + 1, wrong + (isFound ? 1 : 0))
      default: break
      }
    }
    #expect(alike > 300 && other > 300)
    #expect(Double(found) > 0.97 * Double(alike))
    #expect(Double(wrong) < 0.01 * Double(other))
  }

  @Test func `case and punctuation make no difference, short texts count as a whole`() {
    let plain = signature("the Quick brown fox, jumps over the lazy dog")
    #expect(plain == signature("The quick (brown) fox\njumps over the lazy dog!"))
    #expect(plain != signature("the quick brown fox jumps over the lazy cat"))
    #expect(signature("Only three words") == signature("only three words."))
    #expect(signature("Only three words") != signature("only two words"))
    #expect(!signature("- ? !").hasWords)
    var index = NearDuplicateIndex()
    for _ in 0..<2 { #expect(!index.add(signature(". !"), domain: 0).isRepeated) }
  }

  @Test func `of each text left out one is kept that it is like`() {
    // Each is like its neighbours, and ever less like those further away.
    let chain = (0..<300).map { start in Array(start * 5..<start * 5 + 200) }
    var deduplicator = Deduplicator(.near, domains: 1)
    var kept: [Words] = []
    for (number, words) in chain.enumerated() {
      let isKept = deduplicator.keeps(
        key: UInt128(number), signature: signature(text(words)), domain: 0)
      if isKept {
        kept.append(words)
      } else {
        #expect(kept.contains { similarity($0, words) > 0.68 })
      }
    }
    #expect(kept.count > 50 && kept.count < 200)
    #expect(deduplicator.counts[0].near == 300 - kept.count)
  }

  @Test func `texts of one template are kept, however many, and their copies found`() {
    var random = TestBits(seed: 5)
    let template = (0..<120).map { _ in random.index(below: 1 << 30) }
    let texts = (0..<400).map { _ in
      template + (0..<60).map { _ in random.index(below: 1 << 30) }
    }
    var index = NearDuplicateIndex()
    let first = texts.filter { index.add(signature(text($0)), domain: 0).isRepeated }
    #expect(Double(first.count) < 0.02 * Double(texts.count))
    let copies = texts.filter { index.add(signature(text($0)), domain: 0).isRepeated }
    #expect(copies.count == texts.count)
  }

  @Test func `another domain's texts are counted and change nothing`() {
    let texts = pairs(24).map { ($0.0, $0.1) }
    func run(_ domains: [Int]) -> (kept: [Bool], counts: [Deduplicator.Counts]) {
      var deduplicator = Deduplicator(.near, domains: 2)
      var (kept, key): ([Bool], UInt128) = ([], 0)
      for pair in texts {
        for domain in domains {
          for words in [pair.0, pair.1] {
            key += 1
            let isKept = deduplicator.keeps(
              key: key, signature: signature(text(words)), domain: domain)
            if domain == 1 { kept.append(isKept) }
          }
        }
      }
      return (kept, deduplicator.counts)
    }
    let (alone, both) = (run([1]), run([0, 1]))
    #expect(alone.kept == both.kept)
    #expect(alone.counts[1].near == both.counts[1].near)
    #expect(alone.counts[1].inOthers.isEmpty)
    #expect(both.counts[1].inOthers == [0: both.kept.count(where: { $0 })])
  }
}
