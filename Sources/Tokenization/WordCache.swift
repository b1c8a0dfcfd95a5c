/// The tokens of words seen lately: most words of a text are repetitions.
///
/// Each word has one place, and a newer word takes it over, so memory is constant and the result is
/// the same with or without the cache.
struct WordCache {
  private struct Entry {
    var low: UInt64 = 0
    /// 0 in an empty entry: a word has at least one byte.
    var high: UInt64 = 0
    /// The tokens, filled up with -1.
    var tokens = SIMD4<Int32>(repeating: -1)
  }

  /// Longer encodings of a short word are rare, and not kept.
  static let mostTokens = 4

  /// 4 MB: beyond the second level of the CPU's caches, which costs less than merging the words that half of it loses.
  private static let bits = 17
  private var entries = [Entry](repeating: Entry(), count: 1 << bits)

  private func slot(of key: WordKey) -> Int {
    let mixed = (key.low ^ (key.high &* 0xD6E8_FEB8_6659_FD93)) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: (mixed ^ mixed << 25) >> UInt64(64 - Self.bits))
  }

  /// The tokens of the word, filled up with -1, or nil if they are not known.
  subscript(key: WordKey) -> SIMD4<Int32>? {
    let entry = entries[slot(of: key)]
    return entry.low == key.low && entry.high == key.high ? entry.tokens : nil
  }

  mutating func keep(_ tokens: ArraySlice<Int32>, of key: WordKey) {
    guard tokens.count <= Self.mostTokens else { return }
    var packed = SIMD4<Int32>(repeating: -1)
    for (index, token) in tokens.enumerated() { packed[index] = token }
    entries[slot(of: key)] = Entry(low: key.low, high: key.high, tokens: packed)
  }
}
