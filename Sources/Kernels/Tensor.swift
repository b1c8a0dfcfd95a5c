import Foundation

/// A row-major matrix that owns its memory and cannot be copied by accident; zero at first.
///
/// Kernels work on its `view`. Memory is aligned to 64 bytes, one register of 16 lanes; large
/// tensors lie in large pages, where the system has them. Rows of a multiple of 2 KiB are set apart
/// by 64 bytes, since equal columns of them would share two sets of the first-level cache. All have
/// some slack behind the last element, so that products may read whole steps and panels.
@safe package struct Tensor: ~Copyable, @unchecked Sendable {
  package let view: Matrix

  private static let slack = 128
  private static let largePage = 2 << 20

  package init(rows: Int, columns: Int, precision: Precision = .float32) {
    precondition(rows >= 0 && columns >= 0, "a tensor of \(rows) × \(columns)")
    let isApart = rows > 1 && columns > 0 && columns * precision.bytes % 2048 == 0
    let stride = columns + (isApart ? 64 / precision.bytes : 0)
    let bytes = rows * stride * precision.bytes + Self.slack
    let isLarge = bytes >= 2 * Self.largePage
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: bytes, alignment: isLarge ? Self.largePage : 64)
    if isLarge { unsafe adviseLargePages(memory, bytes) }
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    unsafe view = Matrix(
      base: memory, rows: rows, columns: columns, stride: stride, precision: precision)
  }

  deinit { unsafe view.base.deallocate() }
}

/// Asks for large pages; without them everything works, with more misses of the address cache.
@unsafe private func adviseLargePages(_ memory: UnsafeMutableRawPointer, _ bytes: Int) {
  #if os(Linux)
    _ = unsafe madvise(memory, bytes, MADV_HUGEPAGE)
  #endif
}

/// A window on a tensor: some rows and columns of it, read and written in place.
///
/// It must not outlive its tensor. Views of one tensor may be written from several threads at
/// once, as long as no element is written by one thread and touched by another.
@safe package struct Matrix: @unchecked Sendable {
  let base: UnsafeMutableRawPointer
  package let rows: Int
  package let columns: Int
  /// The number of elements from one row to the next.
  package let stride: Int
  package let precision: Precision

  @inline(__always) private func address(_ row: Int, _ column: Int) -> UnsafeMutableRawPointer {
    unsafe base + (row * stride + column) * precision.bytes
  }

  /// The rows of `range`.
  package func rows(_ range: Range<Int>) -> Matrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
    return unsafe Matrix(
      base: address(range.lowerBound, 0), rows: range.count, columns: columns, stride: stride,
      precision: precision)
  }

  /// The columns of `range`.
  package func columns(_ range: Range<Int>) -> Matrix {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= columns, "columns \(range) of \(columns)")
    return unsafe Matrix(
      base: address(0, range.lowerBound), rows: rows, columns: range.count, stride: stride,
      precision: precision)
  }

  /// The elements from `offset` on of a matrix of one row, seen as `rows` × `columns`.
  package func reshaped(from offset: Int, rows: Int, columns: Int) -> Matrix {
    precondition(self.rows == 1 && offset >= 0 && offset + rows * columns <= self.columns)
    return unsafe Matrix(
      base: address(0, offset), rows: rows, columns: columns, stride: columns, precision: precision)
  }

  /// The row number `row`, to be read and written 16 lanes at a time.
  @inline(__always) package func row(_ row: Int) -> Row {
    precondition(row >= 0 && row < rows, "row \(row) of \(rows)")
    return unsafe Row(base: address(row, 0), count: columns, precision: precision)
  }

  /// The row number `row` of a Float32 matrix: `row(_:)` without a decision at every access.
  @inline(__always) func floats(_ row: Int) -> Row {
    precondition(row >= 0 && row < rows && precision == .float32, "row \(row) of \(rows)")
    return unsafe Row(base: address(row, 0), count: columns, precision: .float32)
  }

  /// The rows of a range, which have no gaps between them, as one row.
  @inline(__always) func row(of rows: Range<Int>) -> Row {
    precondition(stride == columns && rows.lowerBound >= 0 && rows.upperBound <= self.rows)
    return unsafe Row(
      base: address(rows.lowerBound, 0), count: rows.count * columns, precision: precision)
  }

  /// The rows of a range of a Float32 matrix, which have no gaps between them, as one row.
  @inline(__always) func floats(of rows: Range<Int>) -> Row {
    precondition(
      stride == columns && rows.lowerBound >= 0 && rows.upperBound <= self.rows
        && precision == .float32)
    return unsafe Row(
      base: address(rows.lowerBound, 0), count: rows.count * columns, precision: .float32)
  }

  /// The element at `row` and `column`.
  package subscript(row: Int, column: Int) -> Float {
    get { self.row(row)[column] }
    nonmutating set { self.row(row)[column] = newValue }
  }

  /// The elements of `columns` in a matrix of one row, as they lie in memory.
  package func bytes(_ columns: Range<Int>) -> [UInt8] {
    precondition(rows == 1 && columns.lowerBound >= 0 && columns.upperBound <= self.columns)
    return unsafe [UInt8](
      UnsafeRawBufferPointer(
        start: address(0, columns.lowerBound), count: columns.count * precision.bytes))
  }

  /// Overwrites the elements from `column` on with what `bytes` of another matrix returned.
  package func setBytes(_ bytes: [UInt8], from column: Int) {
    precondition(
      rows == 1 && column >= 0 && bytes.count % precision.bytes == 0
        && bytes.count / precision.bytes <= columns - column)
    unsafe bytes.withUnsafeBytes {
      unsafe UnsafeMutableRawBufferPointer(start: address(0, column), count: bytes.count)
        .copyMemory(from: $0)
    }
  }

  /// Sets every element to `value`.
  package func fill(_ value: Float) {
    for r in 0..<rows {
      let row = row(r)
      for c in row.lanes { row[lanes: c] = Lanes(repeating: value) }
    }
  }

  /// Overwrites the matrix with `other`, in this precision.
  package func copy(_ other: Matrix) {
    precondition(rows == other.rows && columns == other.columns)
    for r in 0..<rows {
      let (to, from) = (row(r), other.row(r))
      for c in to.lanes { to[lanes: c] = from[lanes: c] }
    }
  }
}

extension Matrix {
  /// Moves the rows `chosen`, which ascend, to the first places.
  package func gather(_ chosen: [Int]) {
    for (place, row) in chosen.enumerated() where place < row {
      rows(place..<place + 1).copy(rows(row..<row + 1))
    }
  }
}

/// Sums the rows of `x`, in their order.
///
///     y  (1, columns)     overwritten, or added to if `adding`
///     x  (rows, columns)
package func sumRows(_ y: Matrix, _ x: Matrix, adding: Bool) {
  precondition(y.rows == 1 && y.columns == x.columns)
  if !adding { y.fill(0) }
  let y = y.row(0)
  for r in 0..<x.rows {
    let x = x.row(r)
    for c in y.lanes { y[lanes: c] += x[lanes: c] }
  }
}
