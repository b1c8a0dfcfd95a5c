import CTerms
package import Parallel

/// A sparse matrix by rows, in single precision.
package struct SparseRows: Sendable {
  package let columns: Int
  /// Where each row starts among the entries, and where the last one ends, (rows + 1).
  private(set) var starts: [Int] = [0]
  private(set) var indices: [Int32] = []
  private(set) var values: [Float] = []

  package init(columns: Int) { self.columns = columns }

  package var rows: Int { starts.count - 1 }

  /// Appends a row, whose entries are at different columns.
  package mutating func append(indices: some Sequence<Int32>, values: some Sequence<Float>) {
    self.indices += indices
    self.values += values
    precondition(self.indices.count == self.values.count)
    starts.append(self.indices.count)
  }

  /// Appends the rows of `other`, which has the same columns.
  mutating func append(_ other: SparseRows) {
    precondition(other.columns == columns)
    let before = indices.count
    indices += other.indices
    values += other.values
    starts += other.starts.dropFirst().map { before + $0 }
  }

  /// The number of entries of each column, (columns).
  var entriesOfColumns: [Int32] {
    var entries = [Int32](repeating: 0, count: columns)
    for index in indices { entries[Int(index)] += 1 }
    return entries
  }

  /// Calls `body` with the column and the value of each entry of a row.
  func forEachEntry(ofRow row: Int, _ body: (_ column: Int32, _ value: Float) -> Void) {
    for entry in starts[row]..<starts[row + 1] { body(indices[entry], values[entry]) }
  }

  /// The matrix with the columns that have a target, which is where they go; below 0 for none.
  func selectingColumns(_ targets: [Int32], count: Int) -> SparseRows {
    var result = SparseRows(columns: count)
    for row in 0..<rows {
      for entry in starts[row]..<starts[row + 1] where targets[Int(indices[entry])] >= 0 {
        result.indices.append(targets[Int(indices[entry])])
        result.values.append(values[entry])
      }
      result.starts.append(result.indices.count)
    }
    return result
  }

  /// The rows of these numbers, in their order.
  func selecting(_ chosen: [Int]) -> SparseRows {
    var result = SparseRows(columns: columns)
    for row in chosen {
      let entries = starts[row]..<starts[row + 1]
      result.append(indices: indices[entries], values: values[entries])
    }
    return result
  }

  /// The matrix with the values of each row replaced.
  func mapRows(
    _ body: (_ indices: ArraySlice<Int32>, _ values: ArraySlice<Float>) -> [Float]
  ) -> SparseRows {
    var result = self
    for row in 0..<rows {
      let entries = starts[row]..<starts[row + 1]
      result.values.replaceSubrange(entries, with: body(indices[entries], values[entries]))
    }
    return result
  }

  /// The product with `dense`, (columns, n), which is (rows, n).
  ///
  /// Each row of it is one sum in the order of the entries, so threads change no bit.
  package func times(_ dense: FloatRows, pool: WorkerPool) -> FloatRows {
    precondition(dense.rows == columns)
    let result = FloatRows(rows: rows, columns: dense.columns)
    unsafe indices.withUnsafeBufferPointer { indices in
      unsafe values.withUnsafeBufferPointer { values in
        let entries = unsafe Entries(indices: indices, values: values)
        pool.forEachBlock(of: rows, size: FloatRows.block) { block, _ in
          for row in block where starts[row] < starts[row + 1] {
            unsafe terms_add_rows(
              dense.base, dense.width, entries.indices.baseAddress! + starts[row],
              entries.values.baseAddress! + starts[row], starts[row + 1] - starts[row],
              result.base + row * result.width)
          }
        }
      }
    }
    return result
  }

  /// What the threads of a product read.
  @safe private struct Entries: @unchecked Sendable {
    let indices: UnsafeBufferPointer<Int32>
    let values: UnsafeBufferPointer<Float>
  }

  /// The same matrix by columns: (columns, rows), entries in the order of the rows.
  package var transposed: SparseRows {
    var result = SparseRows(columns: rows)
    var starts = [Int](repeating: 0, count: columns + 1)
    for index in indices { starts[Int(index) + 1] += 1 }
    for column in 0..<columns { starts[column + 1] += starts[column] }
    var next = starts
    result.starts = starts
    result.indices = [Int32](repeating: 0, count: indices.count)
    result.values = [Float](repeating: 0, count: indices.count)
    for row in 0..<rows {
      for entry in self.starts[row]..<self.starts[row + 1] {
        let column = Int(indices[entry])
        result.indices[next[column]] = Int32(row)
        result.values[next[column]] = values[entry]
        next[column] += 1
      }
    }
    return result
  }
}
