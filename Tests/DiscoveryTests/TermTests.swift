import Storage
import TestSupport
import Testing

@testable import Discovery

struct TermTests {
  /// The terms of a text, by a plain reading of what they are.
  private func naive(_ text: [UInt8]) -> [Range<Int>] {
    func isLetter(_ byte: UInt8) -> Bool {
      byte >= 0x80 && !(0xE3...0xE9 ~= byte) || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
    }
    var (found, i): ([Range<Int>], Int) = ([], 0)
    while i < text.count {
      var end = i + 1
      if text[i] <= 0x20 || text[i] == 0x7F {
        i = end
        continue
      } else if 0xE3...0xE9 ~= text[i] {
        while end < text.count, end < i + 3, 0x80...0xBF ~= text[end] { end += 1 }
      } else if isLetter(text[i]) {
        while end < text.count, isLetter(text[end]) { end += 1 }
      }
      found.append(i..<end)
      i = end
    }
    return found
  }

  @Test func `terms are words, characters without spaces between them, digits and signs`() {
    let text = Array("It's 12 über-naïve, 中文 x_1\n".utf8)
    let words = terms(of: text).map { String(decoding: text[$0.range], as: UTF8.self) }
    #expect(
      words == [
        "It", "'", "s", "1", "2", "über", "-", "naïve", ",", "中", "文", "x", "_", "1",
      ])
  }

  @Test func `case and the value of a digit do not tell terms apart, and spelling does`() {
    func buckets(_ text: String) -> [Int] { terms(of: Array(text.utf8)).map(\.bucket) }
    #expect(buckets("Lemma 7") == buckets("lEMMA 3"))
    #expect(Set(buckets("lemma lemmas { } ; 0 é")).count == 7)
  }

  @Test func `the fast counter finds what a plain reading finds, in any bytes`() {
    var random = TestBits(seed: 3)
    let signs = Array("aB9 _{\u{e9}中\n\t".utf8)
    var counter = TermCounter()
    for length in [0, 1, 2, 7, 64, 500] {
      let text = (0..<length).map { _ in
        random.index(below: 4) == 0
          ? UInt8(random.index(below: 256))
          : signs[random.index(below: signs.count)]
      }
      let found = terms(of: text)
      #expect(found.map(\.range) == naive(text))
      var counts: [Int: Int] = [:]
      counter.forEachCount(in: text) { counts[Int($0)] = $1 }
      #expect(counts == Dictionary(grouping: found, by: \.bucket).mapValues(\.count))
    }
  }

  @Test func `of a long text its beginning decides`() {
    var counter = TermCounter()
    let text = Array(String(repeating: "a ", count: TermSpace.longestText).utf8) + Array("b".utf8)
    var counts: [Int] = []
    counter.forEachCount(in: text) { counts.append($1) }
    #expect(counts == [TermSpace.longestText / 2])
  }

  @Test func `names are plain and different, whatever the words`() {
    let same = ["theorem", "lemma", "proof", "field"]
    let names = Discovery.names(
      ofWords: [
        same, same, same, ["中文"], [], ["seed", "seeds", "naïve"], ["naïve"], ["ok", "A1"],
      ])
    #expect(Set(names).count == names.count)
    #expect(names[0] == "theorem-lemma-proof")
    #expect(names[1] == "theorem-lemma-field")
    #expect(names[3] == "topic-4")
    #expect(names[5] == "naive")
    #expect(names.allSatisfy { $0.wholeMatch(of: /[a-z]+(-[a-z]+)*(-[0-9]+)?/) != nil })
    #expect(names.allSatisfy { !$0.contains("-seed") })
  }
}
