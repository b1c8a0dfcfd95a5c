import Parallel

/// The runs of words of a text, by their hashes: what texts share that were not written
/// independently.
///
/// A word is a run of letters and digits, in lower case as far as they are ASCII; a character of
/// three or four bytes from U+3000 on is a word by itself. Punctuation and space do not count.
struct WordRuns {
  /// The number of words of a run, at most 16.
  let words: Int
  /// The power of the polynomial's base that a word has when it leaves the run.
  private let leaving: UInt64
  private static let base: UInt64 = 0x9E37_79B9_7F4A_7C15

  init(of words: Int) {
    precondition(1...16 ~= words)
    self.words = words
    leaving = (0..<words).reduce(UInt64(1)) { power, _ in power &* Self.base }
  }

  /// Calls `body` with the hash of each run of `text`.
  ///
  /// - Returns: The hash of all words where there are fewer than a run has, but any.
  @discardableResult
  func forEach(in text: Span<UInt8>, _ body: (UInt64) -> Void) -> UInt64? {
    var ring = InlineArray<16, UInt64>(repeating: 0)
    var (count, run, word) = (0, UInt64(0), UInt64(0))
    func end() {
      guard word != 0 else { return }
      run = run &* Self.base &+ word
      if count >= words { run = run &- leaving &* ring[(count - words) & 15] }
      ring[count & 15] = word
      (count, word) = (count + 1, 0)
      if count >= words { body(mixed(run)) }
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
    return 1..<words ~= count ? mixed(run) : nil
  }
}
