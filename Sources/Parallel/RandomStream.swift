/// A sequence of random bits defined on every machine and every Swift version (SplitMix64).
///
/// Each purpose has its own stream: one more draw for one purpose does not move another.
/// Source: Steele, Lea, Flood, OOPSLA 2014, doi:10.1145/2660193.2660195.
package struct RandomStream: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// The stream of `purpose` under `seed`; the name is folded in by FNV-1a.
  package init(seed: UInt64, purpose: String) {
    state = purpose.utf8.reduce(seed ^ 0xcbf2_9ce4_8422_2325) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01b3
    }
  }

  package mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    return mixed(state)
  }

  /// A uniform draw from [0, 1), of 53 bits.
  package mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A uniform draw from 0..<`count`, without bias (Lemire's multiplication, with rejection).
  package mutating func index(below count: Int) -> Int {
    precondition(count > 0, "no index below \(count)")
    let bound = UInt64(count)
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let threshold = (0 &- bound) % bound
      while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
    }
    return Int(product.high)
  }

  /// A random permutation of 0..<`count` (Fisher–Yates), as indices.
  package mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    for i in stride(from: count - 1, to: 0, by: -1) { order.swapAt(i, index(below: i + 1)) }
    return order
  }
}

/// Spreads the bits of a hash over all of it: the finalizer of SplitMix64.
@inlinable package func mixed(_ hash: UInt64) -> UInt64 {
  var z = hash
  z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
  z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
  return z ^ (z >> 31)
}
