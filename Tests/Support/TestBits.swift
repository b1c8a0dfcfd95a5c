/// Knuth's MMIX generator: repeatable draws, by no code that is tested.
package struct TestBits: RandomNumberGenerator {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  private mutating func advance() {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
  }

  package mutating func next() -> UInt64 {
    advance()
    return state ^ state >> 31
  }

  /// One of 0 ..< `count`, by the high bits, which are the better ones.
  package mutating func index(below count: Int) -> Int {
    advance()
    return Int((state >> 33) % UInt64(count))
  }
}
