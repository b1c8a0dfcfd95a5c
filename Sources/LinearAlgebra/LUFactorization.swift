import CLAPACK

/// The factorisation P A = L U of a square matrix, by partial pivoting.
package struct LUFactorization: Sendable {
  private let order: Int32
  private var factors: [Double]
  private var pivots: [Int32]

  /// Factorises `matrix`.
  ///
  /// - Parameters:
  ///   - matrix: The matrix A, (order, order), row by row.
  /// - Returns: The factorisation, or nil for a matrix that is singular or not finite.
  package init?(_ matrix: [Double], order: Int) {
    precondition(matrix.count == order * order)
    self.order = Int32(order)
    pivots = [Int32](repeating: 0, count: order)
    factors = matrix
    guard matrix.allSatisfy(\.isFinite),
      unsafe LAPACKE_dgetrf(
        LAPACK_ROW_MAJOR, self.order, self.order, &factors, self.order, &pivots) == 0
    else { return nil }
  }

  /// Returns A⁻¹ b.
  package func solve(_ b: [Double]) -> [Double] {
    precondition(b.count == Int(order))
    var x = b
    _ = unsafe LAPACKE_dgetrs(
      LAPACK_ROW_MAJOR, CChar(UInt8(ascii: "N")), order, 1, factors, order, pivots, &x, 1)
    return x
  }
}
