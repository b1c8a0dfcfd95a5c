import CLAPACK
import Glibc

/// The factorisation A = L Lᵀ of a symmetric positive definite matrix.
///
/// Blocks of 32 columns go through LAPACK, the products between them through `dots`, as Debian's
/// reference BLAS uses no wide registers. One thread, so the bits depend on nothing but A.
package struct Cholesky: Sendable {
  private static let block = 32
  package let order: Int
  /// The factor L in the lower triangle; the part above the diagonal means nothing.
  private var lower: DenseMatrix
  /// The inverses of the diagonal blocks of L, (blocks · 32, 32).
  private var inverses: DenseMatrix

  /// Factorises `matrix`.
  ///
  /// - Parameter matrix: The matrix A, of which only the lower triangle is read.
  /// - Returns: The factorisation, or nil for a matrix that is not positive definite or not finite.
  package init?(_ matrix: consuming DenseMatrix) {
    order = matrix.rows
    lower = matrix
    inverses = DenseMatrix(rows: (order + 31) / 32 * 32, columns: Self.block)
    for first in stride(from: 0, to: order, by: Self.block) {
      let end = min(order, first + Self.block)
      subtractEarlierColumns(first..<end)
      guard factorDiagonalBlock(first..<end) else { return nil }
      for row in end..<order {
        Self.solve(first..<end, &lower, row: row, inverses: inverses)
      }
    }
  }

  /// Subtracts L[i, 0..<first] · L[J, 0..<first]ᵀ from A[i, J], for every row i from `first` on.
  ///
  /// J are the `columns`, of which `first` is the first.
  private mutating func subtractEarlierColumns(_ columns: Range<Int>) {
    let (first, stride, order) = (columns.lowerBound, lower.stride, order)
    guard first > 0 else { return }
    unsafe lower.values.withUnsafeMutableBufferPointer { a in
      let read = UnsafeBufferPointer(a)
      for i in first..<order {
        let base = i * stride
        unsafe dots(
          read, base, read, first * stride, rows: min(columns.upperBound, i + 1) - first,
          stride: stride, count: first
        ) { unsafe a[base + first + $0] -= $1 }
      }
    }
  }

  /// Factorises the diagonal block of `columns` and inverts the factor; false if it has none.
  private mutating func factorDiagonalBlock(_ columns: Range<Int>) -> Bool {
    let (first, size, stride) = (columns.lowerBound, columns.count, lower.stride)
    // By columns, the upper triangle of LAPACK is our lower one.
    let upper = CChar(UInt8(ascii: "U"))
    let factored = unsafe lower.values.withUnsafeMutableBufferPointer { a in
      unsafe LAPACKE_dpotrf(
        LAPACK_COL_MAJOR, upper, Int32(size), a.baseAddress! + first * stride + first,
        Int32(stride)) == 0
    }
    guard factored else { return false }
    for r in 0..<size {
      for c in 0...r { inverses[first + r, c] = lower[first + r, first + c] }
    }
    return unsafe inverses.values.withUnsafeMutableBufferPointer { a in
      unsafe LAPACKE_dtrtri(
        LAPACK_COL_MAJOR, upper, CChar(UInt8(ascii: "N")), Int32(size),
        a.baseAddress! + first * Self.block, Int32(Self.block)) == 0
    }
  }

  /// Replaces x, the columns J of one row of `matrix`, by x · L[J, J]⁻ᵀ.
  private static func solve(
    _ columns: Range<Int>, _ matrix: inout DenseMatrix, row: Int, inverses: borrowing DenseMatrix
  ) {
    let base = row * matrix.stride + columns.lowerBound
    unsafe withUnsafeTemporaryAllocation(of: Double.self, capacity: block) { x in
      for c in 0..<block {
        unsafe x[c] = c < columns.count ? matrix.values[base + c] : 0
      }
      unsafe inverses.values.withUnsafeBufferPointer { inverse in
        unsafe dots(
          UnsafeBufferPointer(x), 0, inverse, columns.lowerBound * block,
          rows: columns.count, stride: block, count: block
        ) { matrix.values[base + $0] = $1 }
      }
    }
  }

  /// The logarithm of the determinant of A.
  package var logDeterminant: Double { 2 * (0..<order).reduce(0) { $0 + log(lower[$1, $1]) } }

  /// Returns A⁻¹ b.
  package func solve(_ b: [Double]) -> [Double] { triangular(triangular(b, "T"), "N") }

  /// Returns L⁻¹ b.
  package func whitened(_ b: [Double]) -> [Double] { triangular(b, "T") }

  /// Returns L x: for independent x of variance 1, a draw of covariance A.
  package func correlated(_ x: [Double]) -> [Double] {
    precondition(x.count == order)
    return (0..<order).map { r in dot(lower.values[r * lower.stride...r * lower.stride + r], x) }
  }

  /// Returns the rows b of `rows` as L⁻¹ b, (rows, order): all in one pass over L.
  package func whitened(rows: consuming DenseMatrix) -> DenseMatrix {
    precondition(rows.columns == order)
    var x = rows
    let stride = x.stride
    for first in Swift.stride(from: 0, to: order, by: Self.block) {
      let columns = first..<min(order, first + Self.block)
      for row in 0..<x.rows {
        if first > 0 {
          unsafe x.values.withUnsafeMutableBufferPointer { values in
            unsafe lower.values.withUnsafeBufferPointer { l in
              unsafe dots(
                UnsafeBufferPointer(values), row * stride, l, first * lower.stride,
                rows: columns.count, stride: lower.stride, count: first
              ) { unsafe values[row * stride + first + $0] -= $1 }
            }
          }
        }
        Self.solve(columns, &x, row: row, inverses: inverses)
      }
    }
    return x
  }

  /// Solves Lᵀ x = b for `operation` N, or L x = b for T, as LAPACK sees L transposed.
  private func triangular(_ b: [Double], _ operation: Unicode.Scalar) -> [Double] {
    precondition(b.count == order)
    var x = b
    // Fails only for a zero on the diagonal, which the factorisation has refused. `_work`: without
    // another search for NaN through all of L.
    _ = unsafe lower.values.withUnsafeBufferPointer { a in
      unsafe LAPACKE_dtrtrs_work(
        LAPACK_COL_MAJOR, CChar(UInt8(ascii: "U")), CChar(UInt8(ascii: operation)),
        CChar(UInt8(ascii: "N")), Int32(order), 1, a.baseAddress, Int32(lower.stride), &x,
        Int32(order))
    }
    return x
  }

  /// Returns A⁻¹, both triangles of it.
  ///
  /// It is U Uᵀ with U = L⁻ᵀ, whose rows come from the identity's as the rows of L come from A's.
  package func inverse() -> DenseMatrix {
    let u = inverseTransposed()
    var result = DenseMatrix(rows: order, columns: order)
    let stride = u.stride
    unsafe u.values.withUnsafeBufferPointer { values in
      for i in 0..<order {
        let from = i / 8 * 8
        unsafe dots(
          values, i * stride + from, values, from, rows: i + 1, stride: stride,
          count: stride - from
        ) { result.values[i * stride + $0] = $1 }
      }
    }
    for i in 0..<order { for j in 0..<i { result[j, i] = result[i, j] } }
    return result
  }

  /// Returns L⁻ᵀ, which is upper triangular.
  private func inverseTransposed() -> DenseMatrix {
    var u = DenseMatrix(rows: order, columns: order)
    let stride = u.stride
    for first in Swift.stride(from: 0, to: order, by: Self.block) {
      let end = min(order, first + Self.block)
      for i in 0..<end {
        let from = i / 8 * 8
        if i < first {
          unsafe u.values.withUnsafeMutableBufferPointer { x in
            unsafe lower.values.withUnsafeBufferPointer { l in
              unsafe dots(
                UnsafeBufferPointer(x), i * stride + from, l, first * stride + from,
                rows: end - first, stride: stride, count: first - from
              ) { unsafe x[i * stride + first + $0] = -$1 }
            }
          }
        } else {
          u[i, i] = 1
        }
        Self.solve(first..<end, &u, row: i, inverses: inverses)
      }
    }
    return u
  }
}
