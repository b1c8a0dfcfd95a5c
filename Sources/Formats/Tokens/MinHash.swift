/// The signature of a text: 112 minima of hashes over its runs of words, by which the share of runs
/// that two texts have in common is estimated (Broder 1997, doi:10.1109/SEQUEN.1997.666900).
///
/// Of each minimum its low 8 bits are kept (Li and König 2010, arXiv:0910.3349), and of each 8
/// minima together, a band, a hash of all their bits: texts that have at least .8 of all runs in
/// common agree in a band with a probability of .92, and of .996 from .88 on.
package struct MinHash: Sendable {
  package static let bands = 14
  package static let rows = 8
  package static let hashes = bands * rows
  /// The number of bytes of a signature.
  package static let size = 4 * bands + hashes

  /// The hash of each band.
  package private(set) var keys = InlineArray<14, UInt32>(repeating: 0)
  /// The low bits of each minimum.
  private var low = InlineArray<112, UInt8>(repeating: 0)

  /// The signature of a text without words, which is like no other.
  package init() {}

  /// The signature of these minima (112).
  package init(minima: Span<UInt32>) {
    precondition(minima.count == Self.hashes)
    for band in 0..<Self.bands {
      var key = UInt64(band) &+ 1
      for row in 0..<Self.rows {
        let minimum = minima[band * Self.rows + row]
        key = (key ^ UInt64(minimum)) &* 0x9E37_79B9_7F4A_7C15
        key ^= key >> 29
        low[band * Self.rows + row] = UInt8(truncatingIfNeeded: minimum)
      }
      keys[band] = UInt32(truncatingIfNeeded: key >> 32) | 1
    }
  }

  package var hasWords: Bool { keys[0] != 0 }

  /// The number of minima whose low bits are equal.
  package func agreements(with other: MinHash) -> Int {
    var count: UInt8 = 0
    for index in 0..<Self.hashes { count &+= low[index] == other.low[index] ? 1 : 0 }
    return Int(count)
  }

  /// The estimated share of the runs of both texts that both have (Jaccard similarity).
  package func similarity(to other: MinHash) -> Double {
    let chance = 1.0 / 256
    return (Double(agreements(with: other)) / Double(Self.hashes) - chance) / (1 - chance)
  }
}

extension MinHash: BitwiseCopyable {}

extension MinHash: Equatable {
  package static func == (left: MinHash, right: MinHash) -> Bool {
    left.agreements(with: right) == hashes
      && left.keys.indices.allSatisfy { left.keys[$0] == right.keys[$0] }
  }
}
