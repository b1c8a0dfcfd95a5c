import CTerms

/// A placer of texts in a space, one for each thread: fast, with memory that is used again.
package struct TermPlacer: Sendable {
  private let space: TermSpace
  private var counter: TermCounter
  private var indices: [Int32] = []
  private var weights: [Float] = []

  package init(_ space: TermSpace) {
    self.space = space
    counter = TermCounter(rows: space.rows, count: space.buckets.count)
  }

  /// Places `text` in the first row of `place`, (1, dimensions), with length 1; zeros where no term
  /// is known.
  package mutating func place(_ text: [UInt8], in place: FloatRows) {
    precondition(place.columns == space.dimensions)
    indices.removeAll(keepingCapacity: true)
    weights.removeAll(keepingCapacity: true)
    counter.forEachCount(in: text) { row, count in
      indices.append(row)
      weights.append(damped(count) * space.inverseFrequencies[Int(row)])
    }
    unsafe place.base.update(repeating: 0, count: place.width)
    unsafe terms_add_rows(
      space.basis.base, space.basis.width, indices, weights, indices.count, place.base)
    place.normalize()
  }
}
