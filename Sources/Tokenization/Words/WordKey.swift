/// A word of at most 15 bytes, in 16: its bytes, zeros, and its length in the last one.
struct WordKey: Hashable, Sendable {
  static let longestWord = 15
  let low: UInt64
  let high: UInt64

  /// The key of `word`, or nil if it is too long.
  init?(_ word: Range<Int>, of text: Span<UInt8>) {
    let count = word.count
    guard count <= Self.longestWord else { return nil }
    var (low, high): (UInt64, UInt64) = (0, 0)
    if word.lowerBound + 16 <= text.count {
      low = unsafe text.bytes.unsafeLoadUnaligned(fromByteOffset: word.lowerBound, as: UInt64.self)
      high = unsafe text.bytes.unsafeLoadUnaligned(
        fromByteOffset: word.lowerBound + 8, as: UInt64.self)
      if count < 8 {
        (low, high) = (low & (1 << UInt64(8 * count) &- 1), 0)
      } else {
        high &= 1 << UInt64(8 * (count - 8)) &- 1
      }
    } else {
      for offset in 0..<count {
        let byte = UInt64(text[word.lowerBound + offset])
        if offset < 8 {
          low |= byte << UInt64(8 * offset)
        } else {
          high |= byte << UInt64(8 * offset - 64)
        }
      }
    }
    (self.low, self.high) = (low, high | UInt64(count) << 56)
  }

  /// The bytes of the word.
  var bytes: [UInt8] {
    var (bytes, rest): ([UInt8], UInt64) = ([], low)
    for offset in 0..<Int(high >> 56) {
      if offset == 8 { rest = high }
      bytes.append(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
    return bytes
  }
}
