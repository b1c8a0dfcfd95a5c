@testable import Kernels
import Testing

/// The precisions that this CPU multiplies.
func precisions() -> [Precision] {
  fastestPrecision() == .bfloat16 ? [.float32, .bfloat16] : [.float32]
}

/// The panels of `matrix` (inner, columns).
private func panels(_ matrix: Matrix, _ precision: Precision) -> PanelTensor {
  let panels = PanelTensor(inner: matrix.rows, columns: matrix.columns, precision: precision)
  panels.view.copy(matrix)
  return panels
}

private func transposed(_ matrix: Matrix) -> Tensor {
  let tensor = Tensor(rows: matrix.columns, columns: matrix.rows)
  for r in 0..<matrix.rows { for c in 0..<matrix.columns { tensor.view[c, r] = matrix[r, c] } }
  return tensor
}

@Suite struct products {
  /// The rows, inner and columns of products, around the heights of tiles, the steps and the
  /// panels.
  static let shapes = [
    (1, 1, 1), (7, 9, 8), (65, 3, 17), (33, 65, 7), (12, 2, 32), (25, 40, 64), (13, 31, 100),
    (3, 2051, 33),
  ]

  @Test(arguments: shapes, precisions())
  func `a product is the naive one`(_ shape: (m: Int, k: Int, n: Int), precision: Precision) {
    let (m, k, n) = shape
    let a = random(m, k, "a", precision: precision)
    let b = random(k, n, "b", precision: precision)
    let start = random(m, n, "c")
    let plain = random(m, n, "other")
    let added = random(m, n, "c")
    let inPanels = panels(b.view, precision)
    product(plain.view, a.view, inPanels.view)
    product(added.view, base: added.view, a.view, inPanels.view)
    for i in 0..<m {
      for j in 0..<n {
        var sum = 0.0
        for l in 0..<k { sum += Double(a.view[i, l]) * Double(b.view[l, j]) }
        #expect(abs(Double(plain.view[i, j]) - sum) < 1e-5 * Double(k).squareRoot())
        #expect(abs(added.view[i, j] - start.view[i, j] - plain.view[i, j]) < 1e-5)
      }
    }
  }

  @Test(arguments: shapes, precisions())
  func `operands in other layouts give the same`(
    _ shape: (m: Int, k: Int, n: Int), precision: Precision
  ) {
    let (m, k, n) = shape
    let a = random(m, k, "a", precision: precision)
    let b = random(k, n, "b", precision: precision)
    let expected = Tensor(rows: m, columns: n)
    let fromRows = panels(b.view, precision)
    product(expected.view, a.view, fromRows.view)
    func expectSame(_ c: Matrix, _ what: String, tolerance: Float = 0) {
      for i in 0..<m {
        for j in 0..<n {
          #expect(abs(c[i, j] - expected.view[i, j]) <= tolerance, "\(what) at \(i), \(j)")
        }
      }
    }
    let c = Tensor(rows: m, columns: n)
    let fromColumns = PanelTensor(inner: k, columns: n, precision: precision)
    let columns = transposed(b.view)
    fromColumns.view.copy(transposed: columns.view)
    product(c.view, a.view, fromColumns.view)
    expectSame(c.view, "from columns")
    // Sums over rows are made in shorter parts.
    let leftColumns = transposed(a.view)
    let left = panels(leftColumns.view, precision)
    product(c.view, transposed: left.view, fromColumns.view)
    expectSame(c.view, "transposed", tolerance: 1e-4)
    if precision == .float32 {
      let lying = Tensor(rows: m, columns: n)
      product(
        lying.view, transposed: Panels(rowsOf: leftColumns.view), Panels(rowsOf: b.view))
      for i in 0..<m { for j in 0..<n { #expect(lying.view[i, j] == c.view[i, j], "rows") } }
    }
    if precision == .bfloat16 {
      let rounded = Tensor(rows: m, columns: n, precision: precision)
      product(rounded.view, a.view, fromColumns.view)
      for i in 0..<m {
        for j in 0..<n {
          #expect(
            rounded.view[i, j] == Float(bitPattern: UInt32(bfloat16(expected.view[i, j])) << 16))
        }
      }
    }
  }

  @Test(arguments: precisions())
  func `how rows and columns are divided changes no bit and nothing beside them`(
    precision: Precision
  ) {
    let a = random(40, 70, "a", precision: precision)
    let b = random(70, 96, "b", precision: precision)
    let whole = Tensor(rows: 40, columns: 96)
    let parts = random(42, 98, "c")
    let before = random(42, 98, "c")
    let inPanels = panels(b.view, precision)
    product(whole.view, a.view, inPanels.view)
    for rows in [0..<5, 5..<6, 6..<40] {
      for columns in [0..<64, 64..<90] {
        product(
          parts.view.rows(rows.lowerBound + 1..<rows.upperBound + 1)
            .columns(columns.lowerBound + 1..<columns.upperBound + 1),
          a.view.rows(rows), inPanels.view.columns(columns))
      }
    }
    for r in 0..<42 {
      for c in 0..<98 {
        let isInside = 1..<41 ~= r && 1..<91 ~= c
        #expect(parts.view[r, c] == (isInside ? whole.view[r - 1, c - 1] : before.view[r, c]))
      }
    }
  }

  @Test(arguments: [(33, 24), (64, 65)], precisions())
  func `a weight is the operand of both passes, also after a change`(
    _ shape: (outputs: Int, inputs: Int), precision: Precision
  ) {
    let weights = random(shape.outputs, shape.inputs, "weights")
    let x = random(5, shape.inputs, "x", precision: precision)
    let dy = random(5, shape.outputs, "dy", precision: precision)
    let operand = WeightOperand(weights.view, precision: precision, isTrained: true)
    operand.refresh(0..<shape.outputs)
    weights.view.rows(32..<shape.outputs).fill(0.5)
    operand.refresh(32..<shape.outputs)
    let y = Tensor(rows: 5, columns: shape.outputs)
    let dx = Tensor(rows: 5, columns: shape.inputs)
    product(y.view, x.view, operand.forward)
    product(dx.view, dy.view, operand.trained)
    func weight(_ o: Int, _ i: Int) -> Float {
      let value = weights.view[o, i]
      return precision == .float32
        ? value : Float(bitPattern: UInt32(bfloat16(value)) << 16)
    }
    for r in 0..<5 {
      for o in 0..<shape.outputs {
        let sum = (0..<shape.inputs).reduce(Float(0)) { $0 + x.view[r, $1] * weight(o, $1) }
        #expect(abs(y.view[r, o] - sum) < 2e-5)
      }
      for i in 0..<shape.inputs {
        let sum = (0..<shape.outputs).reduce(Float(0)) { $0 + dy.view[r, $1] * weight($1, i) }
        #expect(abs(dx.view[r, i] - sum) < 2e-5)
      }
    }
  }

  @Test func `rows of bfloat16 are not summed over where they lie`() async {
    await #expect(processExitsWith: .failure) {
      let matrix = Tensor(rows: 2, columns: 32, precision: .bfloat16)
      _ = Panels(rowsOf: matrix.view)
    }
  }

  @Test func `operands of another precision are refused`() async {
    await #expect(processExitsWith: .failure) {
      // A base, where a sum cannot be kept exactly.
      let c = Tensor(rows: 2, columns: 32, precision: .bfloat16)
      let base = Tensor(rows: 2, columns: 32)
      let a = Tensor(rows: 2, columns: 4, precision: .bfloat16)
      let b = PanelTensor(inner: 4, columns: 32, precision: .bfloat16)
      product(c.view, base: base.view, a.view, b.view)
    }
    await #expect(processExitsWith: .failure) {
      let c = Tensor(rows: 2, columns: 32, precision: .bfloat16)
      let a = Tensor(rows: 2, columns: 4)
      let b = PanelTensor(inner: 4, columns: 32, precision: .float32)
      product(c.view, a.view, b.view)
    }
    await #expect(processExitsWith: .failure) {
      let matrix = Tensor(rows: 4, columns: 32, precision: .bfloat16)
      PanelTensor(inner: 4, columns: 32, precision: .float32).view.copy(matrix.view)
    }
    await #expect(processExitsWith: .failure) {
      let matrix = Tensor(rows: 32, columns: 4, precision: .bfloat16)
      PanelTensor(inner: 4, columns: 32, precision: .float32).view.copy(transposed: matrix.view)
    }
  }
}
