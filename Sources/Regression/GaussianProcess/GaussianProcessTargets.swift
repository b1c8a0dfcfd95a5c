import LinearAlgebra

/// Losses of the runs on several evaluation sets, y_it; NaN where a run has none.
struct GaussianProcessTargets: Sendable {
  /// (runs, sets).
  let values: DenseMatrix
  /// The run and set of every loss there is.
  let entries: [(run: Int, set: Int)]
  var isComplete: Bool { entries.count == values.rows * values.columns }

  /// - Parameters:
  ///   - losses: (runs, all sets).
  ///   - sets: the columns to keep.
  init(_ losses: [[Double]], sets: [Int]) {
    let values = DenseMatrix(losses.map { row in sets.map { row[$0] } }, columns: sets.count)
    self.values = values
    entries = (0..<values.rows).flatMap { run in
      (0..<values.columns).filter { !values[run, $0].isNaN }.map { (run, $0) }
    }
  }
}

extension GaussianProcessTargets {
  /// Eigenvalues and eigenvectors of the covariance of the sets; a missing loss counts as average.
  private var principalComponents: [(value: Double, vector: [Double])] {
    var columns = values.transposed
    for i in columns.values.indices where columns.values[i].isNaN { columns.values[i] = 0 }
    guard let (values, vectors) = columns.timesTransposed(columns).eigenvectors() else { return [] }
    return values.indices.reversed().map {
      (values[$0] / Double(columns.columns), vectors.column($0))
    }
  }

  /// How many components make up `share` of the variance.
  func rank(share: Double, atMost limit: Int) -> Int {
    let values = principalComponents.map(\.value)
    var (rank, sum) = (0, 0.0)
    while rank < min(limit, values.count), sum < share * values.reduce(0, +) {
      sum += values[rank]
      rank += 1
    }
    return rank
  }

  /// (sets, rank): principal components times their standard deviations.
  func components(rank: Int) -> [[Double]] {
    let largest = principalComponents.prefix(rank)
    return (0..<values.columns).map { t in largest.map { $0.vector[t] * $0.value.squareRoot() } }
  }
}
