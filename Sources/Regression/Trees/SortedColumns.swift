/// The features of runs, sorted once for all trees that are grown on them.
struct SortedColumns: Sendable {
  struct Entry {
    var value: Float
    var run: UInt32
  }

  let runs: Int
  let features: Int
  /// The entries, (features, runs), ascending along the runs; equal values are in the order of the
  /// runs.
  let entries: [Entry]
  /// The features in the order of the runs, (runs, features).
  let rows: [Float]

  /// Sorts the columns of a matrix.
  ///
  /// - Parameter matrix: the features, (runs, features), all finite.
  init(_ matrix: [[Double]]) {
    precondition(!matrix.isEmpty && matrix.allSatisfy { $0.count == matrix[0].count })
    let rows = matrix.map { $0.map { Float($0) } }
    precondition(rows.allSatisfy { $0.allSatisfy(\.isFinite) }, "a feature is not finite")
    (runs, features) = (matrix.count, matrix[0].count)
    entries = matrix[0].indices.flatMap { c in
      rows.indices.map { Entry(value: rows[$0][c], run: UInt32($0)) }
        .sorted { ($0.value, $0.run) < ($1.value, $1.run) }
    }
    self.rows = rows.flatMap { $0 }
  }
}
