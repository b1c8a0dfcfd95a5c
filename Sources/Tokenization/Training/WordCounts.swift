/// How often each word occurs in a text: all that a tokenizer is trained on.
///
/// Words are cut by GPT-2's pattern, or by that with marks as letters.
package struct WordCounts: Sendable {
  /// The bytes of all text counted.
  package private(set) var bytes = 0
  /// The counts of words that fit a key of two machine words: most do, and need no other memory.
  private var shortWords: [WordKey: Int] = [:]
  private var longWords: [[UInt8]: Int] = [:]
  private let scanner: GPT2Scanner

  package init(marksAreLetters: Bool = false) {
    scanner = GPT2Scanner(marksAreLetters: marksAreLetters)
  }

  /// Counts the words of `text`.
  package mutating func add(_ text: [UInt8]) {
    let span = text.span
    var start = 0
    while start < text.count {
      let end = scanner.wordEnd(in: span, from: start, to: text.count)
      if let key = WordKey(start..<end, of: span) {
        shortWords[key, default: 0] += 1
      } else {
        longWords[Array(text[start..<end]), default: 0] += 1
      }
      start = end
    }
    bytes += text.count
  }

  /// Adds the counts of `other`.
  package mutating func merge(_ other: WordCounts) {
    shortWords.merge(other.shortWords, uniquingKeysWith: +)
    longWords.merge(other.longWords, uniquingKeysWith: +)
    bytes += other.bytes
  }

  /// Every word and how often it occurs, in no order.
  package var words: [Word] {
    shortWords.map { Word(bytes: $0.bytes, count: $1) }
      + longWords.map { Word(bytes: $0, count: $1) }
  }

  /// The counts of several domains, each scaled as if it had `weight` of all the bytes.
  ///
  /// So a large domain does not own the vocabulary. Domains without text are left out. The sum of a
  /// word's counts is made in the order given and rounded to a whole number, at least 1, so that it
  /// is equal on every machine.
  package static func combined(_ domains: [(counts: WordCounts, weight: Double)]) -> [Word] {
    let present = domains.filter { $0.counts.bytes > 0 && $0.weight > 0 }
    let total = present.reduce(0) { $0 + Double($1.counts.bytes) }
    let weights = present.reduce(0) { $0 + $1.weight }
    var shortWords: [WordKey: Double] = [:]
    var longWords: [[UInt8]: Double] = [:]
    for (counts, weight) in present {
      let scale = weight / weights * total / Double(counts.bytes)
      for (word, count) in counts.shortWords {
        shortWords[word, default: 0] += scale * Double(count)
      }
      for (word, count) in counts.longWords { longWords[word, default: 0] += scale * Double(count) }
    }
    let words =
      shortWords.map { Word(bytes: $0.bytes, count: max(1, Int($1.rounded()))) }
      + longWords.map { Word(bytes: $0, count: max(1, Int($1.rounded()))) }
    return words.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
  }

  /// A word and how often it occurs.
  package struct Word: Equatable, Sendable {
    package let bytes: [UInt8]
    package let count: Int
  }
}
