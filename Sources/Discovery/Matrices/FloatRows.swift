import CTerms
import LinearAlgebra
package import Parallel

/// A matrix of floats by rows, each padded with zeros to a multiple of 16.
///
/// Threads may fill rows side by side; a sum over rows is made in blocks of a fixed size, in their
/// order, so that it does not depend on the number of threads.
@safe package final class FloatRows: @unchecked Sendable {
  package let rows: Int
  package let columns: Int
  /// The number of floats from the start of one row to the start of the next.
  package let width: Int
  let base: UnsafeMutablePointer<Float>

  /// The rows of a task.
  static let block = 512

  /// Creates a matrix of zeros.
  package init(rows: Int, columns: Int) {
    (self.rows, self.columns, width) = (rows, columns, (columns + 15) / 16 * 16)
    unsafe base = .allocate(capacity: max(1, rows * width))
    unsafe base.initialize(repeating: 0, count: rows * width)
  }

  /// Creates a matrix of `values`, (rows, columns), without padding.
  package convenience init(rows: Int, columns: Int, values: [Float]) {
    precondition(values.count == rows * columns)
    self.init(rows: rows, columns: columns)
    for r in 0..<rows { for c in 0..<columns { self[r, c] = values[r * columns + c] } }
  }

  deinit { unsafe base.deallocate() }

  package subscript(_ row: Int, _ column: Int) -> Float {
    get {
      precondition(0..<rows ~= row && 0..<width ~= column)
      return unsafe base[row * width + column]
    }
    set {
      precondition(0..<rows ~= row && 0..<width ~= column)
      unsafe base[row * width + column] = newValue
    }
  }

  /// The elements of a row, without padding.
  package func row(_ r: Int) -> [Float] { (0..<columns).map { self[r, $0] } }

  /// The elements, (rows, columns), without padding.
  package var values: [Float] { (0..<rows).flatMap { row($0) } }

  /// The rows of these numbers, in their order.
  func selecting(_ chosen: [Int]) -> FloatRows {
    let result = FloatRows(rows: chosen.count, columns: columns)
    for (target, source) in chosen.enumerated() {
      precondition(0..<rows ~= source)
      unsafe (result.base + target * width).update(from: base + source * width, count: width)
    }
    return result
  }

  var transposed: FloatRows {
    let result = FloatRows(rows: columns, columns: rows)
    // In tiles, of which both sides stay in the CPU's first-level cache.
    for top in stride(from: 0, to: rows, by: 16) {
      for left in stride(from: 0, to: columns, by: 16) {
        for r in top..<min(rows, top + 16) {
          for c in left..<min(columns, left + 16) {
            unsafe result.base[c * result.width + r] = base[r * width + c]
          }
        }
      }
    }
    return result
  }

  /// The product with `other`, (columns, n), which is (rows, n).
  package func times(_ other: FloatRows, pool: WorkerPool) -> FloatRows {
    precondition(columns == other.rows)
    let result = FloatRows(rows: rows, columns: other.columns)
    pool.forEachBlock(of: rows, size: Self.block) { block, _ in
      storeProduct(of: block, with: other, in: result)
    }
    return result
  }

  /// Stores the product of the rows of a block with `other` in the same rows of `result`.
  private func storeProduct(of block: Range<Int>, with other: FloatRows, in result: FloatRows) {
    unsafe terms_multiply(
      base + block.lowerBound * width, block.count, width, columns, other.base, other.width,
      result.base + block.lowerBound * result.width)
  }

  /// Stores the product with `other` in `result`, on this thread.
  func storeProduct(with other: FloatRows, in result: FloatRows) {
    precondition(columns == other.rows && result.rows == rows && result.width == other.width)
    storeProduct(of: 0..<rows, with: other, in: result)
  }

  /// The product of its transpose with itself, (columns, columns), summed in doubles; the lower
  /// triangle alone.
  func gram(pool: WorkerPool) -> DenseMatrix {
    let blocks = pool.map((rows + Self.block - 1) / Self.block) { part in
      let first = part * Self.block
      var sums = [Double](repeating: 0, count: width * width)
      unsafe terms_add_gram(
        base + first * width, min(Self.block, rows - first), width, &sums)
      return sums
    }
    var gram = DenseMatrix(rows: columns, columns: columns)
    for sums in blocks {
      for i in 0..<columns { for j in i..<columns { gram[j, i] += sums[i * width + j] } }
    }
    return gram
  }

  /// Divides each row by its length; a row of zeros stays one.
  package func normalize() {
    for r in 0..<rows {
      var sum = 0.0
      for c in 0..<columns { sum += Double(self[r, c]) * Double(self[r, c]) }
      guard sum > 0 else { continue }
      let scale = Float(1 / sum.squareRoot())
      for c in 0..<columns { self[r, c] *= scale }
    }
  }
}
