/// The runs of 13 words of a text, by their hashes: what two texts share that were not written
/// independently.
///
/// A word is a run of letters and digits, in lower case as far as they are ASCII; a character of
/// three or four bytes from U+3000 on is a word by itself. 13 words are what Brown et al. 2020
/// (arXiv:2005.14165, appendix C) looked for. A quarter of the runs is kept, by hash, so the same
/// ones in every text.
package struct WordGrams {
  static let words = 13
  /// The base of the polynomial, and its power that a word has when it leaves the run.
  private static let base: UInt64 = 0x9E37_79B9_7F4A_7C15
  private static let leaving = (0..<words).reduce(UInt64(1)) { power, _ in power &* base }

  /// Calls `body` with the hash of each run of `text` that is kept.
  static func forEach(in text: Span<UInt8>, _ body: (UInt64) -> Void) {
    var ring = InlineArray<16, UInt64>(repeating: 0)
    var (count, run, word) = (0, UInt64(0), UInt64(0))
    func end() {
      guard word != 0 else { return }
      run = run &* base &+ word
      if count >= words { run = run &- leaving &* ring[(count - words) & 15] }
      ring[count & 15] = word
      (count, word) = (count + 1, 0)
      guard count >= words else { return }
      let hash = mixed(run)
      if hash & 3 == 0 { body(hash) }
    }
    for index in text.indices {
      let byte = text[index]
      let isLetter = byte | 0x20
      if byte >= 0xE3 { end() }
      if byte >= 0x80 || isLetter &- 0x61 < 26 || byte &- 0x30 < 10 {
        word = (word ^ UInt64(byte < 0x80 ? isLetter : byte)) &* 0x0000_0100_0000_01B3 | 1 << 63
      } else {
        end()
      }
    }
    end()
  }

  /// Spreads the bits: the finalizer of SplitMix64 (Steele et al. 2014,
  /// doi:10.1145/2714064.2660195).
  private static func mixed(_ hash: UInt64) -> UInt64 {
    var x = hash
    x = (x ^ x >> 30) &* 0xBF58_476D_1CE4_E5B9
    x = (x ^ x >> 27) &* 0x94D0_49BB_1331_11EB
    return x ^ x >> 31
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
