/// The tokens of words seen lately: most words of a text are repetitions.
///
/// Each word has one place, and a newer word takes it over, so memory is constant and the result is
/// the same with or without the cache.
struct WordCache {
  /// A word of at most 15 bytes in 16: the bytes, zeros, and its length in the last one.
  struct Key: Equatable {
    static let longestWord = 15
    var low: UInt64
    var high: UInt64
  }

  private struct Entry {
    var low: UInt64 = 0
    /// 0 in an empty entry: a word has at least one byte.
    var high: UInt64 = 0
    /// The tokens, filled up with -1.
    var tokens = SIMD4<Int32>(repeating: -1)
  }

  /// Longer encodings of a short word are rare, and not kept.
  static let mostTokens = 4

  /// 2 MB: larger caches leave the second level of the CPU's.
  private static let bits = 16
  private var entries = [Entry](repeating: Entry(), count: 1 << bits)

  /// The key of a word, or nil if it is too long.
  static func key(of word: Range<Int>, in text: Span<UInt8>) -> Key? {
    let count = word.count
    guard count <= Key.longestWord else { return nil }
    var (low, high): (UInt64, UInt64) = (0, 0)
    if word.lowerBound + 16 <= text.count {
      low = unsafe text.bytes.unsafeLoadUnaligned(fromByteOffset: word.lowerBound, as: UInt64.self)
      high = unsafe text.bytes.unsafeLoadUnaligned(fromByteOffset: word.lowerBound + 8, as: UInt64.self)
      if count < 8 {
        (low, high) = (low & (1 << UInt64(8 * count) &- 1), 0)
      } else {
        high &= 1 << UInt64(8 * (count - 8)) &- 1
      }
    } else {
      for offset in 0..<count {
        let byte = UInt64(text[word.lowerBound + offset])
        if offset < 8 { low |= byte << UInt64(8 * offset) } else { high |= byte << UInt64(8 * offset - 64) }
      }
    }
    return Key(low: low, high: high | UInt64(count) << 56)
  }

  private func slot(of key: Key) -> Int {
    let mixed = (key.low ^ (key.high &* 0xD6E8_FEB8_6659_FD93)) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: (mixed ^ mixed << 25) >> UInt64(64 - Self.bits))
  }

  /// The tokens of the word, filled up with -1, or nil if they are not known.
  subscript(key: Key) -> SIMD4<Int32>? {
    let entry = entries[slot(of: key)]
    return entry.low == key.low && entry.high == key.high ? entry.tokens : nil
  }

  mutating func keep(_ tokens: ArraySlice<Int32>, of key: Key) {
    guard tokens.count <= Self.mostTokens else { return }
    var packed = SIMD4<Int32>(repeating: -1)
    for (index, token) in tokens.enumerated() { packed[index] = token }
    entries[slot(of: key)] = Entry(low: key.low, high: key.high, tokens: packed)
  }
}
