import CLAPACK

/// Returns a symmetric matrix with its eigenvalues replaced by their absolute values.
///
/// A Newton step needs it where a function is not convex. A positive semidefinite matrix is
/// returned as it is. A large one counts as such where a Cholesky factorisation says so, up to
/// 10⁻¹² of its mean diagonal, since eigenvalues of some hundred rows take tenths of a second. One
/// that is so up to 10⁻⁵ of it, as curvatures that are summed in single precision, has that added
/// to its diagonal.
///
/// - Parameter matrix: The matrix, (k, k), row by row.
package func withAbsoluteEigenvalues(_ matrix: [Double]) -> [Double] {
  let k = Int(Double(matrix.count).squareRoot())
  if k > 16 {
    if raised(matrix, order: k, by: 1e-12) != nil { return matrix }
    if let close = raised(matrix, order: k, by: 1e-5) { return close }
  }
  var vectors = matrix
  var values = [Double](repeating: 0, count: k)
  let code = unsafe LAPACKE_dsyev(
    LAPACK_ROW_MAJOR, CChar(UInt8(ascii: "V")), CChar(UInt8(ascii: "U")), Int32(k), &vectors,
    Int32(k), &values)
  guard code == 0, let least = values.first, least < 0 else { return matrix }
  var result = [Double](repeating: 0, count: k * k)
  for e in 0..<k {
    for i in 0..<k {
      let scaled = abs(values[e]) * vectors[i * k + e]
      for j in 0..<k { result[i * k + j] += scaled * vectors[j * k + e] }
    }
  }
  return result
}

/// Returns the matrix with `part` of its mean diagonal added to the diagonal, if it is positive
/// definite.
private func raised(_ matrix: [Double], order: Int, by part: Double) -> [Double]? {
  var (dense, raised) = (DenseMatrix(rows: order, columns: order), matrix)
  let trace = (0..<order).reduce(0) { $0 + matrix[$1 * order + $1] }
  for r in 0..<order {
    raised[r * order + r] += part * trace / Double(order)
    for c in 0...r { dense[r, c] = raised[r * order + c] }
  }
  return Cholesky(dense) == nil ? nil : raised
}

extension DenseMatrix {
  /// Returns the eigenvalues of a symmetric matrix, and its eigenvectors in columns.
  ///
  /// Only the lower triangle is read. Eigenvalues below 0 are returned as 0. It is nil if LAPACK's
  /// iteration does not end.
  package func eigenvectors() -> ([Double], DenseMatrix)? {
    var (vectors, values) = (self, [Double](repeating: 0, count: rows))
    let code = unsafe LAPACKE_dsyev(
      LAPACK_ROW_MAJOR, CChar(UInt8(ascii: "V")), CChar(UInt8(ascii: "L")), Int32(rows),
      &vectors.values, Int32(stride), &values)
    return code == 0 ? (values.map { max(0, $0) }, vectors) : nil
  }
}
