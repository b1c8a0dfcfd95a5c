import CLAPACK

/// The thin singular value decomposition X = U S Vᵀ of a matrix given by rows.
package struct SingularValues: Sendable {
  /// The singular values, in descending order.
  package let values: [Double]
  /// The left singular vectors U, (rows, values).
  package let left: [[Double]]
  /// The right singular vectors Vᵀ, (values, columns).
  package let right: [[Double]]
  /// The size up to which a value is rounding, as in LAPACK's and numpy's rank.
  package var negligible: Double {
    (values.first ?? 0) * Double(max(left.count, right.first?.count ?? 0)) * 0x1p-52
  }

  /// Decomposes `matrix`, (rows, columns), which has one row or more.
  ///
  /// - Throws: `NotConverged` if LAPACK's iteration does not end, as for a matrix that holds NaN.
  package init(_ matrix: [[Double]]) throws(NotConverged) {
    let (rows, columns) = (matrix.count, matrix[0].count)
    let rank = min(rows, columns)
    guard rank > 0 else {
      (values, left, right) = ([], matrix.map { _ in [] }, [])
      return
    }
    var a = matrix.flatMap { $0 }
    var s = [Double](repeating: 0, count: rank)
    var u = [Double](repeating: 0, count: rows * rank)
    var vt = [Double](repeating: 0, count: rank * columns)
    let code = unsafe LAPACKE_dgesdd(
      LAPACK_ROW_MAJOR, CChar(UInt8(ascii: "S")), Int32(rows), Int32(columns), &a, Int32(columns),
      &s, &u, Int32(rank), &vt, Int32(columns))
    guard code == 0 else { throw NotConverged(code: Int(code)) }
    values = s
    left = (0..<rows).map { Array(u[$0 * rank..<($0 + 1) * rank]) }
    right = (0..<rank).map { Array(vt[$0 * columns..<($0 + 1) * columns]) }
  }
}

/// An iteration of LAPACK that did not end.
package struct NotConverged: Error, Equatable {
  /// The value of LAPACK's `info`.
  package let code: Int
}
