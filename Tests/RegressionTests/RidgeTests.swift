import Foundation
import Parallel
import Regression
import Testing

/// Uniform numbers in [-1, 1): (rows, columns).
func randomMatrix(_ rows: Int, _ columns: Int, seed: UInt64) -> [[Double]] {
  var random = RandomStream(seed: seed, purpose: "matrix test")
  return (0..<rows).map { _ in (0..<columns).map { _ in 2 * random.unit() - 1 } }
}

/// Solves A x = b by elimination with pivoting.
private func solve(_ a: [[Double]], _ b: [Double]) -> [Double] {
  var rows = zip(a, b).map { $0 + [$1] }
  let n = b.count
  for column in 0..<n {
    let pivot = (column..<n).max { abs(rows[$0][column]) < abs(rows[$1][column]) } ?? column
    rows.swapAt(column, pivot)
    for r in 0..<n where r != column {
      let factor = rows[r][column] / rows[column][column]
      for c in column...n { rows[r][c] -= factor * rows[column][c] }
    }
  }
  return (0..<n).map { rows[$0][n] / rows[$0][$0] }
}

/// (ZᵀZ + αI) b = Zᵀ(y − ȳ) on given scales: the closed form.
private func closedForm(
  _ x: [[Double]], _ y: [Double], scales: [Double], penalty: Double
) -> (intercept: Double, coefficients: [Double]) {
  let n = Double(x.count)
  let means = scales.indices.map { c in x.reduce(0) { $0 + $1[c] } / n }
  let z = x.map { row in scales.indices.map { (row[$0] - means[$0]) * scales[$0] } }
  let mean = y.reduce(0, +) / n
  let gram = scales.indices.map { a in
    scales.indices.map { b in z.reduce(a == b ? penalty : 0) { $0 + $1[a] * $1[b] } }
  }
  let right = scales.indices.map { a in zip(z, y).reduce(0) { $0 + $1.0[a] * ($1.1 - mean) } }
  let coefficients = zip(solve(gram, right), scales).map { $0 * $1 }
  return (mean - zip(coefficients, means).reduce(0) { $0 + $1.0 * $1.1 }, coefficients)
}

/// One for all: the root of the features' mean variance.
private func scales(_ x: [[Double]]) -> [Double] {
  let variances = x[0].indices.map { c in
    let mean = x.reduce(0) { $0 + $1[c] } / Double(x.count)
    return x.reduce(0) { $0 + ($1[c] - mean) * ($1[c] - mean) } / Double(x.count)
  }
  let scale = (variances.reduce(0, +) / Double(variances.count)).squareRoot()
  return variances.map { _ in 1 / scale }
}

struct RidgeTests {
  @Test(arguments: [(12, 3), (6, 9)], [0.01, 1, 100.0])
  func `coefficients are those of the closed form`(
    shape: (rows: Int, columns: Int), penalty: Double
  ) throws {
    let x = randomMatrix(shape.rows, shape.columns, seed: 1)
    let y = randomMatrix(shape.rows, 2, seed: 2)
    let fit = try Ridge(features: x, targets: y).fit(penalty: penalty)
    for j in 0..<2 {
      let expected = closedForm(x, y.map { $0[j] }, scales: scales(x), penalty: penalty)
      #expect(abs(fit.intercepts[j] - expected.intercept) < 1e-9)
      for (a, b) in zip(fit.coefficients[j], expected.coefficients) { #expect(abs(a - b) < 1e-9) }
    }
  }

  @Test(arguments: [(12, 3), (6, 9)], [0.01, 1, 100.0])
  func `the leave-one-out formula equals refitting without each run`(
    shape: (rows: Int, columns: Int), penalty: Double
  ) throws {
    let x = randomMatrix(shape.rows, shape.columns, seed: 3)
    let y = randomMatrix(shape.rows, 1, seed: 4).map { $0[0] }
    let residuals = try Ridge(features: x, targets: y.map { [$0] })
      .leaveOneOutResiduals(penalty: penalty)[0]
    for n in x.indices {
      let others = x.indices.filter { $0 != n }
      let fit = closedForm(
        others.map { x[$0] }, others.map { y[$0] }, scales: scales(x), penalty: penalty)
      let predicted = zip(fit.coefficients, x[n]).reduce(fit.intercept) { $0 + $1.0 * $1.1 }
      #expect(abs(residuals[n] - (y[n] - predicted)) < 1e-8, "run \(n)")
    }
  }

  @Test func `repeats of a mixture are left out together`() throws {
    var x = randomMatrix(12, 3, seed: 21)
    (x[4], x[7], x[9]) = (x[1], x[1], x[2])
    let y = randomMatrix(12, 1, seed: 22).map { $0[0] }
    let residuals = try Ridge(features: x, targets: y.map { [$0] })
      .leaveOneOutResiduals(penalty: 0.7)[0]
    for n in x.indices {
      let others = x.indices.filter { x[$0] != x[n] }
      let fit = closedForm(
        others.map { x[$0] }, others.map { y[$0] }, scales: scales(x), penalty: 0.7)
      let predicted = zip(fit.coefficients, x[n]).reduce(fit.intercept) { $0 + $1.0 * $1.1 }
      #expect(abs(residuals[n] - (y[n] - predicted)) < 1e-8, "run \(n)")
    }
  }

  @Test func `shifts move predictions along, and the unit of the features does not matter`() throws
  {
    let x = randomMatrix(10, 4, seed: 5)
    let y = randomMatrix(10, 1, seed: 6)
    let plain = try Ridge(features: x, targets: y)
    let moved = try Ridge(
      features: x.map { [1000 * $0[0] + 7, 1000 * $0[1], -1000 * $0[2], 1000 * $0[3]] },
      targets: y.map { [$0[0] + 5] })
    let (a, b) = (plain.fit(penalty: 2), moved.fit(penalty: 2))
    for row in x {
      let first = zip(a.coefficients[0], row).reduce(a.intercepts[0]) { $0 + $1.0 * $1.1 }
      let other = [1000 * row[0] + 7, 1000 * row[1], -1000 * row[2], 1000 * row[3]]
      let second = zip(b.coefficients[0], other).reduce(b.intercepts[0]) { $0 + $1.0 * $1.1 }
      #expect(abs(first + 5 - second) < 1e-9)
    }
    #expect(plain.bestPenalty() == moved.bestPenalty())
  }

  @Test func `what hardly varies counts little`() throws {
    let y = randomMatrix(30, 1, seed: 12)
    let x = y.map { [0.01 * $0[0]] }
    let rest = randomMatrix(30, 1, seed: 13)
    // The same feature, alone and beside one that varies a hundred times as much.
    let alone = try Ridge(features: x, targets: y).fit(penalty: 1).coefficients[0][0]
    let beside = try Ridge(features: zip(x, rest).map { $0 + $1 }, targets: y)
      .fit(penalty: 1).coefficients[0][0]
    #expect(abs(alone - 100) < 10 && abs(beside) < 10)
  }

  @Test func `a constant feature gets coefficient zero`() throws {
    let x = randomMatrix(8, 2, seed: 7).map { [$0[0], 3.5, $0[1]] }
    let fit = try Ridge(features: x, targets: randomMatrix(8, 1, seed: 8)).fit(penalty: 0.1)
    #expect(fit.coefficients[0][1] == 0 && fit.coefficients[0][0] != 0)
  }

  @Test func `without noise the least penalty wins and the law is recovered`() throws {
    let x = randomMatrix(20, 3, seed: 9)
    let y = x.map { [4 + 2 * $0[0] - $0[1] + 0.5 * $0[2]] }
    let ridge = try Ridge(features: x, targets: y)
    #expect(ridge.bestPenalty() == 20 * Ridge.strengths[0])
    let fit = ridge.fit(penalty: 0)
    for (a, b) in zip(fit.coefficients[0], [2, -1, 0.5]) { #expect(abs(a - b) < 1e-10) }
    #expect(abs(fit.intercepts[0] - 4) < 1e-10)
  }

  @Test func `with nothing but noise the largest penalties win`() throws {
    let x = randomMatrix(200, 10, seed: 10)
    let y = randomMatrix(200, 1, seed: 11)
    #expect(try Ridge(features: x, targets: y).bestPenalty() >= 200)
  }
}
