/// A hash table from a pair of token ids to a pair of numbers: open addressing in one array.
struct PairTable: Sendable {
  struct Entry: Sendable {
    var key: UInt64
    /// The rank of the pair's merge, or any index.
    var rank: Int32
    /// The token that the pair becomes.
    var token: Int32
  }

  private static let free = UInt64.max
  private var entries: [Entry]
  private var shift: UInt64
  private(set) var count = 0

  init(capacity: Int) {
    let bits = max(4, Int.bitWidth - max(1, capacity * 2 - 1).leadingZeroBitCount)
    entries = Array(repeating: Entry(key: Self.free, rank: -1, token: -1), count: 1 << bits)
    shift = UInt64(64 - bits)
  }

  /// The key of a pair of ids.
  static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  /// The slot that holds `key`, or the free one where it would go.
  private func slot(of key: UInt64) -> Int {
    // Fibonacci hashing; the fold lets the left id reach the upper bits too.
    var slot = Int(truncatingIfNeeded: ((key ^ key >> 29) &* 0x9E37_79B9_7F4A_7C15) >> shift)
    while entries[slot].key != key && entries[slot].key != Self.free {
      slot = (slot + 1) & (entries.count - 1)
    }
    return slot
  }

  /// The entry of the pair, or one with rank -1.
  subscript(left: Int32, right: Int32) -> Entry { entries[slot(of: Self.key(left, right))] }

  /// The entry of the pair with that key, or one with rank -1.
  subscript(key: UInt64) -> Entry { entries[slot(of: key)] }

  /// Enters the pair, or replaces what it had.
  mutating func set(_ key: UInt64, rank: Int32, token: Int32) {
    let index = slot(of: key)
    let isNew = entries[index].key == Self.free
    entries[index] = Entry(key: key, rank: rank, token: token)
    if isNew { count += 1 }
    if count * 2 > entries.count { grow() }
  }

  private mutating func grow() {
    var larger = PairTable(capacity: entries.count)
    for entry in entries where entry.key != Self.free {
      larger.set(entry.key, rank: entry.rank, token: entry.token)
    }
    self = larger
  }
}
