import LinearAlgebra
package import Parallel

/// The leading singular values of a sparse matrix X and its right singular vectors.
///
/// The range of X is found with random vectors and a few products with X and its transpose, made
/// orthonormal after each; what X is within that range is decomposed exactly.
/// Source: Halko, Martinsson, Tropp 2011, arXiv:0909.4061, algorithms 4.4 and 5.1.
package struct TruncatedSVD: Sendable {
  /// The singular values, in descending order; fewer than were asked for where X has a lower rank.
  package let values: [Double]
  /// The right singular vectors V, in columns: (columns of X, values).
  package let basis: FloatRows

  /// The vectors beyond those asked for, and the products with X and its transpose after the first:
  /// with 16 and 4, values of text agree with LAPACK's to some per mille.
  private static let (oversampling, iterations) = (16, 4)

  package init(of x: SparseRows, rank: Int, random: inout RandomStream, pool: WorkerPool) {
    let transposed = x.transposed
    let count = min(rank + Self.oversampling, x.rows, x.columns)
    let start = FloatRows(rows: x.columns, columns: count)
    for r in 0..<start.rows { for c in 0..<count { start[r, c] = Float(2 * random.unit() - 1) } }
    var left = x.times(start, pool: pool).orthonormal(pool: pool)
    for _ in 0..<Self.iterations {
      let right = transposed.times(left, pool: pool).orthonormal(pool: pool)
      left = x.times(right, pool: pool).orthonormal(pool: pool)
    }
    // Xᵀ Q = V Σ Uᵀ, with few columns: the eigenvectors of its Gram matrix are U.
    let projected = transposed.times(left, pool: pool)
    let (scales, rotation) = projected.principalDirections(pool: pool)
    let kept = min(rank, scales.count)
    values = scales.prefix(kept).map { $0 }
    basis = projected.times(rotation.firstColumns(kept), pool: pool)
  }
}

extension FloatRows {
  /// The same range with orthonormal columns; fewer where the columns depend on each other.
  fileprivate func orthonormal(pool: WorkerPool) -> FloatRows {
    times(principalDirections(pool: pool).rotation, pool: pool)
  }

  /// The singular values, in descending order, and the matrix that turns the columns into left
  /// singular vectors: (columns, values).
  ///
  /// Directions whose length is below a hundred thousandth of the longest are rounding, and left
  /// out.
  fileprivate func principalDirections(
    pool: WorkerPool
  ) -> (scales: [Double], rotation: FloatRows) {
    guard columns > 0, let (squares, vectors) = gram(pool: pool).eigenvectors(),
      let largest = squares.last, largest > 0
    else { return ([], FloatRows(rows: columns, columns: 0)) }
    let kept = squares.indices.reversed().filter { squares[$0] > 1e-10 * largest }
    let rotation = FloatRows(rows: columns, columns: kept.count)
    for (target, source) in kept.enumerated() {
      for r in 0..<columns {
        rotation[r, target] = Float(vectors[r, source] / squares[source].squareRoot())
      }
    }
    return (kept.map { squares[$0].squareRoot() }, rotation)
  }

  fileprivate func firstColumns(_ count: Int) -> FloatRows {
    let result = FloatRows(rows: rows, columns: count)
    for r in 0..<rows { for c in 0..<count { result[r, c] = self[r, c] } }
    return result
  }
}
