import Foundation
import Parallel

/// A space that texts are placed in by their terms: hashed tf-idf, projected on the leading right
/// singular vectors of a sample.
package struct TermSpace: Sendable {
  /// The buckets whose terms count, ascending, (terms).
  package let buckets: [UInt32]
  /// The inverse document frequency of each, (terms).
  package let inverseFrequencies: [Float]
  /// The projection, (terms, dimensions).
  package let basis: FloatRows
  /// The row of each bucket, or −1.
  let rows: [Int32]

  package var dimensions: Int { basis.columns }

  /// The most terms that count, those of the most documents: their basis fits into a processor's
  /// last cache.
  static let mostTerms = 1 << 16
  /// The first bytes of a text, which decide where it is placed.
  package static let longestText = 1 << 16

  package init(buckets: [UInt32], inverseFrequencies: [Float], basis: FloatRows) {
    precondition(buckets.count == inverseFrequencies.count && buckets.count == basis.rows)
    (self.buckets, self.inverseFrequencies, self.basis) = (buckets, inverseFrequencies, basis)
    rows = Self.rows(of: buckets)
  }

  /// The row of each bucket, or −1 for those that do not count.
  static func rows(of buckets: [UInt32]) -> [Int32] {
    var rows = [Int32](repeating: -1, count: TermCounter.buckets)
    for (row, bucket) in buckets.enumerated() { rows[Int(bucket)] = Int32(row) }
    return rows
  }

  /// Fits a space to the terms of a sample.
  ///
  /// A document's value of a term is (1 + ln tf) (1 + ln((1 + N) / (1 + df))), and its values are
  /// divided by their length.
  init(
    fitting terms: TermCounts, dimensions: Int, random: inout RandomStream, pool: WorkerPool
  ) {
    let documents = Double(terms.counts.rows)
    let frequencies = terms.documents.map { Float(1 + log((1 + documents) / (1 + Double($0)))) }
    let svd = TruncatedSVD(
      of: terms.counts.weighted(by: frequencies), rank: dimensions, random: &random, pool: pool)
    self.init(buckets: terms.buckets, inverseFrequencies: frequencies, basis: svd.basis)
  }

  /// Places texts whose terms were counted: rows of length 1, or of zeros where no term is known.
  func places(of counts: SparseRows, pool: WorkerPool) -> FloatRows {
    let places = counts.weighted(by: inverseFrequencies).times(basis, pool: pool)
    places.normalize()
    return places
  }
}

/// The terms of a sample of texts that at least two of them have.
struct TermCounts: Sendable {
  /// The buckets of the terms, ascending, (terms).
  let buckets: [UInt32]
  /// The number of texts with each term, (terms).
  let documents: [Int32]
  /// How often each text has each term, (texts, terms).
  let counts: SparseRows

  /// - Returns: nil where no term is in two texts.
  init?(of texts: [[UInt8]], pool: WorkerPool) {
    let blocks = (0..<texts.count).parts(of: 256)
    let counted = pool.map(blocks.count) { part in
      var counter = TermCounter()
      var rows = SparseRows(columns: TermCounter.buckets)
      for text in blocks[part] {
        var (indices, values): ([Int32], [Float]) = ([], [])
        counter.forEachCount(in: texts[text]) { row, count in
          indices.append(row)
          values.append(Float(count))
        }
        rows.append(indices: indices, values: values)
      }
      return rows
    }
    var all = SparseRows(columns: TermCounter.buckets)
    for rows in counted { all.append(rows) }
    let documents = all.entriesOfColumns
    let common = documents.indices.filter { documents[$0] > 1 }
      .sorted { (documents[$1], $0) < (documents[$0], $1) }
    guard !common.isEmpty else { return nil }
    buckets = common.prefix(TermSpace.mostTerms).sorted().map { UInt32($0) }
    self.documents = buckets.map { documents[Int($0)] }
    counts = all.selectingColumns(TermSpace.rows(of: buckets), count: buckets.count)
  }
}

/// 1 + ln n of a term's count n, for the counts that are common.
private let logarithms: [Float] = [0] + (1..<256).map { Float(1 + log(Double($0))) }

/// What a count weighs before the term's frequency counts.
@inline(__always) func damped(_ count: Int) -> Float {
  count < logarithms.count ? logarithms[count] : Float(1 + log(Double(count)))
}

extension SparseRows {
  /// Counts as tf-idf, each row divided by its length.
  func weighted(by frequencies: [Float]) -> SparseRows {
    mapRows { indices, counts in
      var values = zip(indices, counts).map { damped(Int($1)) * frequencies[Int($0)] }
      let length = values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      guard length > 0 else { return values }
      for index in values.indices { values[index] /= Float(length) }
      return values
    }
  }
}
