import LinearAlgebra
import Parallel
import TestSupport
import Testing

@testable import Discovery

struct MatrixTests {
  /// A matrix of a decaying spectrum, half of whose entries are zero.
  private func matrix(rows: Int, columns: Int, rank: Int) -> (SparseRows, [[Double]]) {
    var random = TestBits(seed: 5)
    func draw() -> Double { Double(random.index(below: 2001) - 1000) / 1000 }
    let left = (0..<rows).map { _ in (0..<rank).map { _ in draw() } }
    let right = (0..<rank).map { _ in (0..<columns).map { _ in draw() } }
    var (sparse, dense) = (SparseRows(columns: columns), [[Double]]())
    for r in 0..<rows {
      let row = (0..<columns).map { c -> Double in
        guard (r + c) % 2 == 0 else { return 0 }
        var sum = 0.0
        for k in 0..<rank { sum += left[r][k] * right[k][c] / Double(1 + k * k) }
        return Double(Float(sum))
      }
      let entries = row.indices.filter { row[$0] != 0 }
      sparse.append(indices: entries.map { Int32($0) }, values: entries.map { Float(row[$0]) })
      dense.append(row)
    }
    return (sparse, dense)
  }

  @Test(arguments: [(40, 30, 8), (300, 120, 30), (65, 9, 20)])
  func `the leading singular values are LAPACK's`(rows: Int, columns: Int, rank: Int) throws {
    let (sparse, dense) = matrix(rows: rows, columns: columns, rank: rank)
    var random = RandomStream(seed: 1, purpose: "test")
    let found = TruncatedSVD(of: sparse, rank: 6, random: &random, pool: WorkerPool(threads: 2))
    let exact = try SingularValues(dense)
    #expect(found.values.count == 6)
    for (value, other) in zip(found.values, exact.values) {
      #expect(abs(value - other) <= 1e-3 * exact.values[0], "\(found.values) \(exact.values)")
    }
    // What the basis keeps of each row is what the exact vectors keep.
    let kept = sparse.times(found.basis, pool: WorkerPool(threads: 1))
    for r in 0..<rows {
      var (length, other) = (0.0, 0.0)
      for x in kept.row(r) { length += Double(x) * Double(x) }
      for vector in exact.right.prefix(6) {
        let product = dot(vector, dense[r])
        other += product * product
      }
      #expect(abs(length - other) <= 1e-2 * exact.values[0] * exact.values[0])
    }
  }

  @Test func `a basis is orthonormal, and has no more vectors than there are directions`() {
    var sparse = SparseRows(columns: 50)
    for row in 0..<20 { sparse.append(indices: [Int32(row % 3)], values: [Float(1 + row % 3)]) }
    var random = RandomStream(seed: 1, purpose: "test")
    let pool = WorkerPool(threads: 1)
    let found = TruncatedSVD(of: sparse, rank: 8, random: &random, pool: pool)
    #expect(found.values.count == 3)
    let products = found.basis.transposed.times(found.basis, pool: pool)
    for i in 0..<3 {
      for j in 0..<3 { #expect(abs(products[i, j] - (i == j ? 1 : 0)) < 1e-5) }
    }
  }

  @Test func `products are those of the definition, at any number of threads`() {
    let (sparse, dense) = matrix(rows: 1100, columns: 33, rank: 5)
    let factor = FloatRows(
      rows: 33, columns: 17, values: (0..<33 * 17).map { Float($0 % 13) - 6 })
    let one = sparse.times(factor, pool: WorkerPool(threads: 1))
    let three = sparse.times(factor, pool: WorkerPool(threads: 3))
    #expect(one.values == three.values)
    for r in stride(from: 0, to: 1100, by: 97) {
      for c in 0..<17 {
        var sum = 0.0
        for k in 0..<33 { sum += dense[r][k] * Double(factor[k, c]) }
        #expect(abs(sum - Double(one[r, c])) < 1e-4)
      }
    }
    let back = sparse.transposed.transposed.times(factor, pool: WorkerPool(threads: 2))
    #expect(back.values == one.values)
  }
}
