import LinearAlgebra

/// Losses y_it of the runs on several evaluation sets; NaN where a run has none.
struct GaussianProcessTargets: Sendable {
  /// The losses, (runs, sets).
  let values: DenseMatrix
  /// The run and set of every loss there is.
  let entries: [(run: Int, set: Int)]
  var isComplete: Bool { entries.count == values.rows * values.columns }

  /// Takes some columns of a matrix of losses.
  ///
  /// - Parameters:
  ///   - losses: the losses, (runs, all sets).
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
  /// The eigenvalues and eigenvectors of the covariance of the sets, largest first; a missing loss
  /// counts as average.
  private var principalComponents: [(value: Double, vector: [Double])] {
    var columns = values.transposed
    for i in columns.values.indices where columns.values[i].isNaN { columns.values[i] = 0 }
    guard let (values, vectors) = columns.timesTransposed(columns).eigenvectors() else { return [] }
    return values.indices.reversed().map {
      (values[$0] / Double(columns.columns), vectors.column($0))
    }
  }

  /// Returns the number of components that make up `share` of the variance, at most `limit`.
  func rank(share: Double, atMost limit: Int) -> Int {
    let values = principalComponents.map(\.value)
    var (rank, sum) = (0, 0.0)
    while rank < min(limit, values.count), sum < share * values.reduce(0, +) {
      sum += values[rank]
      rank += 1
    }
    return rank
  }

  /// Returns the principal components times their standard deviations, (sets, rank).
  func components(rank: Int) -> [[Double]] {
    let largest = principalComponents.prefix(rank)
    return (0..<values.columns).map { t in largest.map { $0.vector[t] * $0.value.squareRoot() } }
  }
}
