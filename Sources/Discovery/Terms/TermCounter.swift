import CTerms

/// A counter of the terms of texts: one for each thread, with its memory.
///
/// Terms are words (runs of letters, ASCII ones without case), single Chinese and Japanese
/// characters, digits, which count as one term, and signs: what a text is about, and what form it
/// has. A term is known by its bucket, 20 bits of a hash.
struct TermCounter: Sendable {
  /// The number of buckets.
  static let buckets = 1 << terms_bucket_bits

  private let rows: [Int32]
  private var counts: [UInt16]
  private var touched: [Int32]

  /// - Parameters:
  ///   - rows: The row of each bucket, or below 0 where its terms are not counted.
  ///   - count: The number of rows.
  init(rows: [Int32], count: Int) {
    precondition(rows.count == Self.buckets)
    self.rows = rows
    counts = Array(repeating: 0, count: count)
    touched = Array(repeating: 0, count: count)
  }

  /// A counter of all buckets, each its own row.
  init() { self.init(rows: Array(0..<Int32(Self.buckets)), count: Self.buckets) }

  /// Calls `body` with each row that `text` has, in the order they come, and its count.
  mutating func forEachCount(in text: [UInt8], _ body: (_ row: Int32, _ count: Int) -> Void) {
    let length = min(text.count, TermSpace.longestText)
    let found = unsafe terms_count(text, length, rows, &counts, &touched)
    for index in 0..<found {
      let row = touched[index]
      body(row, Int(counts[Int(row)]))
      counts[Int(row)] = 0
    }
  }
}

/// A term, and where it stands in its text.
package struct FoundTerm: Equatable, Sendable {
  package let bucket: Int
  package let range: Range<Int>
}

/// All terms of `text` in their order: what a counter counts, with their places.
package func terms(of text: [UInt8]) -> [FoundTerm] {
  var (found, position): ([FoundTerm], Int) = ([], 0)
  while true {
    let term = unsafe terms_next(text, text.count, position)
    guard term.bucket != .max else { return found }
    found.append(FoundTerm(bucket: Int(term.bucket), range: term.start..<term.end))
    position = term.end
  }
}
