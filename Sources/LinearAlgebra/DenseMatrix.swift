/// A matrix of doubles by rows; every row is padded with zeros to a multiple of 8.
///
/// It is public, as the compiler inlines nothing of a package type into other modules: a loop over
/// the elements of a matrix then takes 8.5 times as long (Swift 6.3.1).
@frozen public struct DenseMatrix: Sendable, Equatable {
  public let rows: Int
  public let columns: Int
  /// The number of doubles from the start of one row to the start of the next.
  public let stride: Int
  /// The elements, (rows, stride), with zeros at the end of each row.
  public var values: [Double]

  /// Creates a matrix of zeros.
  @inlinable public init(rows: Int, columns: Int) {
    (self.rows, self.columns) = (rows, columns)
    stride = (columns + 7) / 8 * 8
    values = [Double](repeating: 0, count: rows * stride)
  }

  public init(_ matrix: [[Double]], columns: Int) {
    self.init(rows: matrix.count, columns: columns)
    for (r, row) in matrix.enumerated() {
      precondition(row.count == columns, "\(row.count) columns, not \(columns)")
      for (c, x) in row.enumerated() { values[r * stride + c] = x }
    }
  }

  public subscript(_ row: Int, _ column: Int) -> Double {
    @inlinable @inline(__always) get { values[row * stride + column] }
    @inlinable @inline(__always) set { values[row * stride + column] = newValue }
  }

  public func row(_ r: Int) -> [Double] { Array(values[r * stride..<r * stride + columns]) }
  public func column(_ c: Int) -> [Double] { (0..<rows).map { self[$0, c] } }
  public var transposed: DenseMatrix {
    var result = DenseMatrix(rows: columns, columns: rows)
    for r in 0..<rows { for c in 0..<columns { result[c, r] = self[r, c] } }
    return result
  }

  /// Returns the product `self` · `other`ᵀ, (rows, other.rows).
  public func timesTransposed(_ other: DenseMatrix) -> DenseMatrix {
    precondition(columns == other.columns)
    var result = DenseMatrix(rows: rows, columns: other.rows)
    let (width, step) = (stride, result.stride)
    unsafe values.withUnsafeBufferPointer { a in
      unsafe other.values.withUnsafeBufferPointer { b in
        for r in 0..<rows {
          unsafe dots(a, r * width, b, 0, rows: other.rows, stride: width, count: width) {
            result.values[r * step + $0] = $1
          }
        }
      }
    }
    return result
  }

  /// The lower triangle of `self` · `self`ᵀ, (rows, rows), with zeros above the diagonal.
  public var lowerGram: DenseMatrix {
    var result = DenseMatrix(rows: rows, columns: rows)
    let (width, step) = (stride, result.stride)
    unsafe values.withUnsafeBufferPointer { a in
      for r in 0..<rows {
        unsafe dots(a, r * width, a, 0, rows: r + 1, stride: width, count: width) {
          result.values[r * step + $0] = $1
        }
      }
    }
    return result
  }
}

/// Calls `store(r, Σ_c a[i + c] b[j + r · stride + c])` for each r in 0..<`rows`.
///
/// The sums are over c in 0..<`count`, which is a multiple of 8. Four rows are done at once, so
/// that four chains of sums hide each other's latency. The order of a sum depends on nothing but
/// `count`.
@inlinable @inline(__always)
public func dots(
  _ a: UnsafeBufferPointer<Double>, _ i: Int, _ b: UnsafeBufferPointer<Double>, _ j: Int,
  rows: Int, stride: Int, count: Int, _ store: (Int, Double) -> Void
) {
  precondition(count % 8 == 0 && i + count <= a.count)
  precondition(rows == 0 || j + (rows - 1) * stride + count <= b.count)
  guard count > 0, let left = a.baseAddress, let right = b.baseAddress else {
    for r in 0..<rows { store(r, 0) }
    return
  }
  let x = unsafe UnsafeRawPointer(left + i)
  let y = unsafe UnsafeRawPointer(right + j)
  @inline(__always) func eight(_ p: UnsafeRawPointer, _ offset: Int) -> SIMD8<Double> {
    unsafe p.loadUnaligned(fromByteOffset: offset * 8, as: SIMD8<Double>.self)
  }
  var r = 0
  while r + 4 <= rows {
    var (s0, s1) = (SIMD8<Double>(), SIMD8<Double>())
    var (s2, s3) = (SIMD8<Double>(), SIMD8<Double>())
    var c = 0
    while c < count {
      let v = unsafe eight(x, c)
      s0 += unsafe v * eight(y, r * stride + c)
      s1 += unsafe v * eight(y, (r + 1) * stride + c)
      s2 += unsafe v * eight(y, (r + 2) * stride + c)
      s3 += unsafe v * eight(y, (r + 3) * stride + c)
      c += 8
    }
    store(r, s0.sum())
    store(r + 1, s1.sum())
    store(r + 2, s2.sum())
    store(r + 3, s3.sum())
    r += 4
  }
  while r < rows {
    var s = SIMD8<Double>()
    for c in Swift.stride(from: 0, to: count, by: 8) {
      s += unsafe eight(x, c) * eight(y, r * stride + c)
    }
    store(r, s.sum())
    r += 1
  }
}
