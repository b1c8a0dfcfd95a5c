/// How often each word occurs in a text: all that a tokenizer is trained on.
///
/// Words are cut by GPT-2's pattern.
package struct WordCounts: Sendable {
  package private(set) var counts: [ArraySlice<UInt8>: Int] = [:]
  /// Bytes of all text counted.
  package private(set) var bytes = 0

  package init() {}

  package mutating func add(_ text: [UInt8]) {
    let scanner = GPT2Scanner()
    let span = text.span
    var start = 0
    while start < text.count {
      let end = scanner.wordEnd(in: span, from: start, to: text.count)
      count(text[start..<end])
      start = end
    }
    bytes += text.count
  }

  private mutating func count(_ word: ArraySlice<UInt8>) {
    if let index = counts.index(forKey: word) {
      counts.values[index] += 1
    } else {
      counts[ArraySlice(Array(word))] = 1  // a copy, so that the whole text is not kept
    }
  }

  package mutating func merge(_ other: WordCounts) {
    counts.merge(other.counts, uniquingKeysWith: +)
    bytes += other.bytes
  }

  /// The counts of several domains, each scaled to `weights[domain]` of `total` bytes.
  ///
  /// So a large domain does not own the vocabulary. Domains without text are left out. A word's sum is
  /// made in the order given and rounded to a whole number, at least 1: equal on every machine.
  package static func combined(_ domains: [(counts: WordCounts, weight: Double)]) -> [Word] {
    let present = domains.filter { $0.counts.bytes > 0 && $0.weight > 0 }
    let total = present.reduce(0) { $0 + Double($1.counts.bytes) }
    let weights = present.reduce(0) { $0 + $1.weight }
    var sums: [ArraySlice<UInt8>: Double] = [:]
    for (counts, weight) in present {
      let scale = weight / weights * total / Double(counts.bytes)
      for (word, count) in counts.counts { sums[word, default: 0] += scale * Double(count) }
    }
    return sums.map { Word(bytes: $0, count: max(1, Int($1.rounded()))) }
      .sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
  }

  package struct Word: Equatable, Sendable {
    package let bytes: ArraySlice<UInt8>
    package let count: Int

    package init(bytes: ArraySlice<UInt8>, count: Int) { (self.bytes, self.count) = (bytes, count) }
  }
}
