/// A cache of the tokens of words seen lately, since most words of a text are repetitions.
///
/// Each word has one place, and a newer word takes it over, so memory is constant and the result is
/// the same with or without the cache.
struct WordCache {
  private struct Entry {
    /// The lower half of the word's key.
    var low: UInt64 = 0
    /// The upper half of the word's key; 0 in an empty entry, since a word has at least one byte.
    var high: UInt64 = 0
    /// The tokens, filled up with -1.
    var tokens = SIMD4<Int32>(repeating: -1)
  }

  /// The most tokens that are kept of a word; short words with more of them are rare.
  static let mostTokens = 4

  /// The logarithm of the number of places, which take 4 MB.
  ///
  /// That is more than the CPU's second-level cache, but half as many places cost more: the words
  /// that they lose are merged again.
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

  /// Keeps the tokens of a word, unless they are too many.
  mutating func keep(_ tokens: ArraySlice<Int32>, of key: WordKey) {
    guard tokens.count <= Self.mostTokens else { return }
    var packed = SIMD4<Int32>(repeating: -1)
    for (index, token) in tokens.enumerated() { packed[index] = token }
    entries[slot(of: key)] = Entry(low: key.low, high: key.high, tokens: packed)
  }
}
