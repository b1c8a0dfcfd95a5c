/// The runs of 13 words of texts, by their hashes, to find those that other texts share.
///
/// 13 words are what Brown et al. 2020 (arXiv:2005.14165, appendix C) looked for. A quarter of the
/// runs is kept, by hash, so the same ones in every text.
package struct WordGrams {
  private static let runs = WordRuns(of: 13)

  /// Calls `body` with the hash of each run of `text` that is kept.
  static func forEach(in text: Span<UInt8>, _ body: (UInt64) -> Void) {
    runs.forEach(in: text) { hash in
      if hash & 3 == 0 { body(hash) }
    }
  }

  private var hashes: Set<UInt64> = []

  package init() {}

  package mutating func insert(_ text: Span<UInt8>) {
    Self.forEach(in: text) { hashes.insert($0) }
  }

  /// How many runs of a text are kept, and how many of them are among these.
  package func shared(with text: Span<UInt8>) -> (shared: Int, all: Int) {
    var (shared, all) = (0, 0)
    Self.forEach(in: text) { hash in
      all += 1
      if hashes.contains(hash) { shared += 1 }
    }
    return (shared, all)
  }
}
