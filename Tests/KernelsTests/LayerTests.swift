import Foundation
@testable import Kernels
import Testing

@Suite struct `layers and their gradients` {
  @Test(arguments: [(1, 2), (3, 7), (2, 16), (4, 65)])
  func `root-mean-square normalisation`(_ shape: (rows: Int, channels: Int)) {
    let (rows, n) = shape
    let x = random(rows, n, "x")
    let gain = random(1, n, "gain")
    let weights = random(rows, n, "weights")
    let y = Tensor(rows: rows, columns: n)
    let scale = Tensor(rows: rows, columns: 1)
    func loss() -> Double {
      rmsNormForward(y.view, scale: scale.view, x.view, gain: gain.view, epsilon: 1e-2)
      return weighted(y.view, weights.view)
    }
    _ = loss()
    for r in 0..<rows {
      var squares: Float = 0
      for c in 0..<n { squares += x.view[r, c] * x.view[r, c] }
      let s = 1 / (squares / Float(n) + 1e-2).squareRoot()
      for c in 0..<n { #expect(abs(y.view[r, c] - x.view[r, c] * s * gain.view[0, c]) < 1e-5) }
    }
    let dx = Tensor(rows: rows, columns: n)
    let copy = Tensor(rows: rows, columns: n)
    let dGain = Tensor(rows: 1, columns: n)
    rmsNormBackward(
      dx.view, dGain: dGain.view, copy: copy.view, weights.view, x.view, scale: scale.view,
      gain: gain.view)
    expectGradient(dx.view, of: x.view, "dx", step: 2e-3, loss)
    expectGradient(dGain.view, of: gain.view, "dGain", loss)
    for r in 0..<rows { for c in 0..<n { #expect(copy.view[r, c] == dx.view[r, c]) } }
  }

  @Test(arguments: [1, 7, 16, 33])
  func `gated unit`(inner: Int) {
    let gate = random(3, inner, "gate")
    let up = random(3, inner, "up")
    let weights = random(3, inner, "weights")
    let h = Tensor(rows: 3, columns: inner)
    let keptGate = Tensor(rows: 3, columns: inner)
    let keptUp = Tensor(rows: 3, columns: inner)
    func loss() -> Double {
      swiGLUForward(
        h.view, kept: (keptGate.view, keptUp.view), gate: gate.view, up: up.view)
      return weighted(h.view, weights.view)
    }
    _ = loss()
    for c in 0..<inner {
      let x = gate.view[0, c]
      #expect(abs(h.view[0, c] - x / (1 + exp(-x)) * up.view[0, c]) < 1e-6)
      #expect(keptGate.view[0, c] == x && keptUp.view[0, c] == up.view[0, c])
    }
    let unkept = Tensor(rows: 3, columns: inner)
    swiGLUForward(unkept.view, kept: nil, gate: gate.view, up: up.view)
    for c in 0..<inner { #expect(unkept.view[1, c] == h.view[1, c]) }
    let dGate = Tensor(rows: 3, columns: inner)
    let dUp = Tensor(rows: 3, columns: inner)
    swiGLUBackward(
      dGate: dGate.view, dUp: dUp.view, weights.view, gate: keptGate.view, up: keptUp.view)
    expectGradient(dGate.view, of: gate.view, "d gate", loss)
    expectGradient(dUp.view, of: up.view, "d up", loss)
  }

  @Test(arguments: [2, 6, 32, 34])
  func `rotation keeps lengths, and its inverse undoes it`(size: Int) {
    let table = rotaryTable(time: 5, headSize: size, base: 10_000)
    let x = random(7, 3 * size, "x")
    let y = Tensor(rows: 7, columns: 3 * size)
    let back = Tensor(rows: 7, columns: 3 * size)
    rotate(y.view, x.view, heads: 2, table: table.view, first: 2)
    rotate(back.view, y.view, heads: 2, table: table.view, first: 2, inverse: true)
    for r in 0..<7 {
      for c in 0..<3 * size {
        #expect(abs(back.view[r, c] - x.view[r, c]) < 1e-6)
        if c >= 2 * size || (2 + r) % 5 == 0 { #expect(y.view[r, c] == x.view[r, c]) }
      }
      let angle = Float((2 + r) % 5)  // of the first pair: its frequency is 1
      let expected = x.view[r, 0] * cos(angle) - x.view[r, size / 2] * sin(angle)
      #expect(abs(y.view[r, 0] - expected) < 1e-6)
    }
  }

  @Test(arguments: [(1, 1, 1, 4), (7, 4, 2, 6), (66, 2, 1, 4), (32, 1, 1, 36)])
  func `causal attention`(_ sizes: (time: Int, heads: Int, keyValueHeads: Int, size: Int)) {
    let shape = AttentionShape(
      time: sizes.time, queryHeads: sizes.heads, keyValueHeads: sizes.keyValueHeads,
      headSize: sizes.size)
    let scratch = AttentionScratch(shape, precision: .float32, isTrained: true)
    let qkv = random(sizes.time, shape.columns, "qkv")
    let weights = random(sizes.time, sizes.heads * sizes.size, "weights")
    let y = Tensor(rows: sizes.time, columns: sizes.heads * sizes.size)
    let logSum = Tensor(rows: sizes.heads, columns: sizes.time)
    // Rotated by no angle: the gradients are those of the rotated vectors.
    let table = Tensor(rows: sizes.time, columns: sizes.size)
    table.view.columns(0..<sizes.size / 2).fill(1)
    func loss() -> Double {
      attentionForward(y.view, logSum: logSum.view, qkv.view, shape: shape, scratch: scratch)
      return weighted(y.view, weights.view)
    }
    _ = loss()
    let naive = naiveAttention(qkv.view, shape)
    for t in 0..<sizes.time {
      for c in 0..<y.view.columns { #expect(abs(y.view[t, c] - naive[t][c]) < 1e-5) }
    }
    let gradient = Tensor(rows: sizes.time, columns: shape.columns)
    attentionBackward(
      gradient.view, weights.view, qkv.view, logSum: logSum.view, table: table.view,
      shape: shape, scratch: scratch)
    // Every element of a short sequence; of a long one the rows around the edge of a block.
    let rows = sizes.time > 60 ? 62..<66 : 0..<sizes.time
    expectGradient(gradient.view.rows(rows), of: qkv.view.rows(rows), "dqkv", loss)
  }

  private func naiveAttention(_ qkv: Matrix, _ shape: AttentionShape) -> [[Float]] {
    let (size, group) = (shape.headSize, shape.queryHeads / shape.keyValueHeads)
    return (0..<shape.time).map { t in
      (0..<shape.queryHeads).flatMap { head in
        let key = (shape.queryHeads + head / group) * size
        let value = (shape.queryHeads + shape.keyValueHeads + head / group) * size
        let powers = (0...t).map { s in
          exp(
            (0..<size).reduce(Float(0)) { $0 + qkv[t, head * size + $1] * qkv[s, key + $1] }
              / Float(size).squareRoot())
        }
        let sum = powers.reduce(0, +)
        return (0..<size).map { i in
          (0...t).reduce(Float(0)) { $0 + powers[$1] / sum * qkv[$1, value + i] }
        }
      }
    }
  }

  @Test(arguments: [2, 9, 16, 65, 2 * CrossEntropy.blockColumns + 3])
  func `cross-entropy, whose gradient sums to zero`(vocabulary: Int) {
    let values = random(3, vocabulary, "logits")
    let targets: [Int32] = [9, 0, Int32(vocabulary - 1), ignoredTarget]
    let losses = Tensor(rows: 3, columns: 1)
    let head = identity(vocabulary)
    let crossEntropy = CrossEntropy(rows: 3, vocabulary: vocabulary)
    func loss() -> Double {
      crossEntropy.losses(
        losses.view, exponentials: nil, values.view, head: head.view, targets: targets, first: 1)
      return 0.5 * (Double(losses.view[0, 0]) + Double(losses.view[1, 0]))
    }
    _ = loss()
    let total = (0..<vocabulary).reduce(Float(0)) { $0 + exp(values.view[0, $1]) }
    #expect(abs(losses.view[0, 0] - (log(total) - values.view[0, 0])) < 1e-5)
    #expect(losses.view[2, 0] == 0)
    let gradient = Tensor(rows: 3, columns: vocabulary)
    let panels = PanelTensor(inner: 3, columns: vocabulary, precision: .float32)
    crossEntropy.losses(
      losses.view, exponentials: gradient.view, values.view, head: head.view, targets: targets,
      first: 1)
    crossEntropy.gradient(
      gradient.view, panels: panels.view, targets: targets, first: 1, weight: 0.5)
    for r in 0..<3 {
      #expect(abs((0..<vocabulary).reduce(Float(0)) { $0 + gradient.view[r, $1] }) < 1e-6)
    }
    // (2 rows, a panel of both) · identity gives the panels back.
    let copy = Tensor(rows: vocabulary, columns: 3)
    let unit = identity(3)
    product(copy.view, transposed: panels.view, unit.view)
    for r in 0..<3 {
      for c in 0..<vocabulary { #expect(copy.view[c, r] == gradient.view[r, c]) }
    }
    let some = vocabulary > 100 ? vocabulary - 40..<vocabulary : 0..<vocabulary
    expectGradient(gradient.view.columns(some), of: values.view.columns(some), "dlogits", loss)
  }

  @Test func `huge and tiny logits give finite losses`() {
    let logits = Tensor(rows: 2, columns: 3)
    for c in 0..<3 {
      logits.view[0, c] = c == 0 ? 1e30 : -1e30
      logits.view[1, c] = -1e30
    }
    let losses = Tensor(rows: 2, columns: 1)
    let head = identity(3)
    CrossEntropy(rows: 2, vocabulary: 3).losses(
      losses.view, exponentials: nil, logits.view, head: head.view, targets: [0, 2], first: 0)
    #expect(losses.view[0, 0] == 0)
    #expect(abs(losses.view[1, 0] - log(3)) < 1e-6)
  }

  @Test func `embeddings look up and gather`() {
    let table = random(5, 7, "table")
    let x = Tensor(rows: 4, columns: 7)
    embeddingForward(x.view, table: table.view, tokens: [9, 3, 1, 3, 0], first: 1)
    let gradient = Tensor(rows: 5, columns: 7)
    embeddingBackward(gradient.view, range: 1..<5, x.view, tokens: [3, 1, 3, 0])
    for c in 0..<7 {
      #expect(x.view[0, c] == table.view[3, c] && x.view[3, c] == table.view[0, c])
      #expect(gradient.view[3, c] == 2 * table.view[3, c])
      #expect(gradient.view[0, c] == 0, "outside of the range")
    }
  }

  @Test func `AdamW takes PyTorch's step`() {
    let parameters = random(1, 19, "parameters")
    let start = random(1, 19, "parameters")
    let gradient = random(1, 19, "gradient")
    let mean = random(1, 19, "mean")
    let startMean = random(1, 19, "mean")
    let square = Tensor(rows: 1, columns: 19)
    square.view.fill(0.25)
    AdamW(rate: 0.01, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, step: 3).update(
      parameters.view, mean: mean.view, square: square.view, gradient: gradient.view,
      gradientScale: 0.5, decay: 0.1)
    for c in 0..<19 {
      let g = 0.5 * Double(gradient.view[0, c])
      let m = 0.9 * Double(startMean.view[0, c]) + 0.1 * g
      let v = 0.95 * 0.25 + 0.05 * g * g
      let step = 0.01 * (m / (1 - pow(0.9, 3))) / ((v / (1 - pow(0.95, 3))).squareRoot() + 1e-8)
      let expected = Double(start.view[0, c]) * (1 - 0.01 * 0.1) - step
      #expect(abs(Double(parameters.view[0, c]) - expected) < 1e-6)
    }
    let norm = sumOfSquares(gradient.view)
    #expect(abs(norm - weighted(gradient.view, gradient.view)) < 1e-5)
  }
}
