import Formats
import Kernels
import Parallel

/// The operands of the gradients of one layer's matrices, `dyᵀ · x` over all rows of a batch.
///
/// The passes over a layer fill them, each task its own rows; then the products are made.
final class LayerProducts: Sendable {
  let dQkv, dMiddle, dGate, dUp, dOutput: BatchOperand  // (rows, outputs)
  private let normed1, attended, normed2, gated: BatchOperand  // (rows, inputs)
  private let summedRows: [Range<Int>]

  init(_ config: ModelConfig, _ blocks: Blocks, precision: Precision) {
    let (hidden, queries) = (config.hiddenSize, config.heads * config.headSize)
    func operand(_ columns: Int, isKept: Bool) -> BatchOperand {
      BatchOperand(blocks, columns: columns, precision: precision, isKept: isKept)
    }
    summedRows = precision == .float32 ? blocks.summedRows : [0..<blocks.panelRows]
    dQkv = operand(queries + 2 * config.keyValueHeads * config.headSize, isKept: false)
    dMiddle = operand(hidden, isKept: false)
    dGate = operand(config.intermediateSize, isKept: false)
    dUp = operand(config.intermediateSize, isKept: false)
    dOutput = operand(hidden, isKept: true)
    normed1 = operand(hidden, isKept: true)
    attended = operand(queries, isKept: true)
    normed2 = operand(hidden, isKept: true)
    gated = operand(config.intermediateSize, isKept: true)
  }

  /// Keeps the operands of the second half of a layer; each matrix has `rows.count` rows.
  func keep(
    _ rows: Range<Int>, dOutput: Matrix, dGate: Matrix, dUp: Matrix, _ a: LayerActivations
  ) {
    self.dOutput.keep(rows, dOutput)
    gated.keep(rows, a.gated.view.rows(rows))
    self.dGate.keep(rows, dGate)
    self.dUp.keep(rows, dUp)
    normed2.keep(rows, a.normed2.view.rows(rows))
  }

  /// Keeps the operands of the first half of a layer; each matrix has `rows.count` rows.
  func keep(_ rows: Range<Int>, dMiddle: Matrix, dQkv: Matrix, _ a: LayerActivations) {
    self.dMiddle.keep(rows, dMiddle)
    attended.keep(rows, a.attended.view.rows(rows))
    self.dQkv.keep(rows, dQkv)
    normed1.keep(rows, a.normed1.view.rows(rows))
  }

  /// The products that make the gradients of a layer's matrices.
  ///
  ///     dOutput  (rows, hiddenSize)  operand: the gradients of the layer's output
  func products(
    _ to: ParameterViews.Layer, dOutput: Matrix, _ a: LayerActivations
  ) -> [GradientProduct] {
    let normed2 = normed2.panels(a.normed2.view)
    return [
      (to.down, self.dOutput.panels(dOutput), gated.panels(a.gated.view)),
      (to.gate, dGate.panels, normed2), (to.up, dUp.panels, normed2),
      (to.qkv, dQkv.panels, normed1.panels(a.normed1.view)),
      (to.output, dMiddle.panels, attended.panels(a.attended.view)),
    ].flatMap { gradient, dy, x in
      (0..<gradient.rows).parts(of: Blocks.weightRows).map {
        GradientProduct(
          gradient: gradient.rows($0), dy: dy.columns($0), x: x, summedRows: summedRows)
      }
    }
  }
}

/// A product that makes some rows of the gradient of a weight: one task.
struct GradientProduct: Sendable {
  let gradient: Matrix  // (outputs of this task, inputs)
  let dy: Panels  // (rows of the batch, outputs of this task)
  let x: Panels  // (rows of the batch, inputs)
  let summedRows: [Range<Int>]

  /// Computes the gradient, or adds to it.
  ///
  /// - Returns: The sum of the gradient's squares, taken while it is in the cache.
  func compute(adding: Bool) -> Float {
    for (number, rows) in summedRows.enumerated() {
      product(
        gradient, base: adding || number > 0 ? gradient : nil, transposed: dy.inner(rows),
        x.inner(rows))
    }
    return Float(sumOfSquares(gradient))
  }
}

/// The operands of the gradient of the head, for some rows at a time.
final class HeadProducts: Sendable {
  private let rows: Tensor  // (rows kept at once, vocabulary), Float32
  private let copies: PanelTensor  // (rows kept at once, vocabulary), bfloat16
  private let normed: PanelTensor  // (rows kept at once, hiddenSize), bfloat16

  init(_ config: ModelConfig, rows: Int, precision: Precision) {
    let kept = min(rows, Blocks.headRows)
    let (float32, bfloat16) = precision == .float32 ? (kept, 0) : (0, kept)
    self.rows = Tensor(rows: float32, columns: config.vocabularySize)
    copies = PanelTensor(inner: bfloat16, columns: config.vocabularySize, precision: precision)
    normed = PanelTensor(inner: bfloat16, columns: config.hiddenSize, precision: precision)
  }

  /// The place of the gradients of some rows' logits, and panels for a copy if they are bfloat16.
  func place(_ range: Range<Int>, scratch: Matrix) -> (dLogits: Matrix, panels: Panels?) {
    rows.view.rows == 0
      ? (scratch.rows(0..<range.count), copies.view.inner(range)) : (rows.view.rows(range), nil)
  }

  /// Copies some rows of the head's input if they are bfloat16.
  func keep(_ range: Range<Int>, normed: Matrix) {
    if self.normed.view.inner > 0 { self.normed.view.inner(range).copy(normed) }
  }

  /// Computes the gradient of the head from as many rows as `normed` has, or adds it.
  ///
  ///     squares  (1, blocks of the vocabulary)  overwritten: sums of the gradient's squares
  ///     normed   (rows, hiddenSize)             operand: the head's input
  func gradient(
    _ to: Matrix, squares: Matrix, normed: Matrix, adding: Bool, _ pool: WorkerPool
  ) {
    let range = 0..<normed.rows
    let isFloat32 = normed.precision == .float32
    let dLogits = isFloat32 ? Panels(rowsOf: rows.view.rows(range)) : copies.view.inner(range)
    let normed = isFloat32 ? Panels(rowsOf: normed) : self.normed.view.inner(range)
    pool.forEachBlock(of: to.rows, size: Blocks.vocabulary) { tokens, _ in
      squares[0, tokens.lowerBound / Blocks.vocabulary] = GradientProduct(
        gradient: to.rows(tokens), dy: dLogits.columns(tokens), x: normed, summedRows: [range]
      ).compute(adding: adding)
    }
  }
}
