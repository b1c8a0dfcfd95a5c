import Foundation

/// How far two partitions of the same documents agree.
package struct Agreement: Sendable {
  private let table: [[Double]]
  private let rows: [Double]
  private let columns: [Double]
  private let total: Double

  /// - Parameters:
  ///   - a: The part of each document, from 0.
  ///   - b: Likewise, of the other partition.
  package init(_ a: [Int], _ b: [Int]) {
    precondition(a.count == b.count && !a.isEmpty)
    var table = [[Double]](
      repeating: [Double](repeating: 0, count: (b.max() ?? 0) + 1), count: (a.max() ?? 0) + 1)
    for (i, j) in zip(a, b) { table[i][j] += 1 }
    self.table = table
    rows = table.map { $0.reduce(0, +) }
    columns = table[0].indices.map { j in table.reduce(0) { $0 + $1[j] } }
    total = Double(a.count)
  }

  /// The adjusted Rand index: 1 for equal partitions, 0 on average for independent ones.
  ///
  /// Source: Hubert, Arabie 1985, doi:10.1007/BF01908075, equation 5.
  package var adjustedRandIndex: Double {
    func pairs(_ n: Double) -> Double { n * (n - 1) / 2 }
    let both = table.joined().reduce(0) { $0 + pairs($1) }
    let (a, b) = (rows.reduce(0) { $0 + pairs($1) }, columns.reduce(0) { $0 + pairs($1) })
    let expected = total > 1 ? a * b / pairs(total) : 0
    let most = (a + b) / 2
    return most == expected ? 1 : (both - expected) / (most - expected)
  }
}
