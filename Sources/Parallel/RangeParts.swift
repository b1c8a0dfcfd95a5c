/// The parts of a range, all of one size but the last, which may be shorter.
///
/// An empty range has no parts.
package struct RangeParts: RandomAccessCollection, Sendable {
  private let range: Range<Int>
  private let size: Int
  package let count: Int

  fileprivate init(_ range: Range<Int>, size: Int) {
    precondition(size > 0, "parts of \(size)")
    (self.range, self.size) = (range, size)
    count = (range.count + size - 1) / size
  }

  package var startIndex: Int { 0 }
  package var endIndex: Int { count }

  package subscript(part: Int) -> Range<Int> {
    precondition(part >= 0 && part < count, "part \(part) of \(count)")
    let start = range.lowerBound + part * size
    return start..<Swift.min(start + size, range.upperBound)
  }
}

extension Range<Int> {
  /// The range in parts of `size`: `(0..<10).parts(of: 4)` is 0..<4, 4..<8 and 8..<10.
  package func parts(of size: Int) -> RangeParts { RangeParts(self, size: size) }
}
