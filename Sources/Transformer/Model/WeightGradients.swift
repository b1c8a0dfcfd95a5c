import Formats
import Kernels
import Parallel

/// The operands of the gradients of one layer's matrices, `dyᵀ · x` over all rows of a batch.
///
/// The passes over a layer fill them, each task its own rows; then the products are made.
final class LayerProducts: Sendable {
  private let dQkv, dMiddle, dGate, dUp, dOutput: PanelTensor  // (rows, outputs)
  private let normed1, attended, normed2, gated: PanelTensor  // (rows, inputs)

  init(_ config: ModelConfig, _ blocks: Blocks, precision: Precision) {
    let (hidden, queries) = (config.hiddenSize, config.heads * config.headSize)
    func panels(_ columns: Int) -> PanelTensor {
      PanelTensor(inner: blocks.panelRows, columns: columns, precision: precision)
    }
    dQkv = panels(queries + 2 * config.keyValueHeads * config.headSize)
    dMiddle = panels(hidden)
    dGate = panels(config.intermediateSize)
    dUp = panels(config.intermediateSize)
    dOutput = panels(hidden)
    normed1 = panels(hidden)
    attended = panels(queries)
    normed2 = panels(hidden)
    gated = panels(config.intermediateSize)
  }

  /// Keeps the operands of the second half of a layer; each matrix has `rows.count` rows.
  func keep(
    _ rows: Range<Int>, dOutput: Matrix, gated: Matrix, dGate: Matrix, dUp: Matrix,
    normed2: Matrix
  ) {
    self.dOutput.view.inner(rows).copy(dOutput, isReadLate: true)
    self.gated.view.inner(rows).copy(gated, isReadLate: true)
    self.dGate.view.inner(rows).copy(dGate, isReadLate: true)
    self.dUp.view.inner(rows).copy(dUp, isReadLate: true)
    self.normed2.view.inner(rows).copy(normed2, isReadLate: true)
  }

  /// Keeps the operands of the first half of a layer; each matrix has `rows.count` rows.
  func keep(
    _ rows: Range<Int>, dMiddle: Matrix, attended: Matrix, dQkv: Matrix, normed1: Matrix
  ) {
    self.dMiddle.view.inner(rows).copy(dMiddle, isReadLate: true)
    self.attended.view.inner(rows).copy(attended, isReadLate: true)
    self.dQkv.view.inner(rows).copy(dQkv, isReadLate: true)
    self.normed1.view.inner(rows).copy(normed1, isReadLate: true)
  }

  /// The products that make the gradients of a layer's matrices.
  func products(_ to: ParameterViews.Layer) -> [GradientProduct] {
    [
      (to.down, dOutput.view, gated.view), (to.gate, dGate.view, normed2.view),
      (to.up, dUp.view, normed2.view), (to.qkv, dQkv.view, normed1.view),
      (to.output, dMiddle.view, attended.view),
    ].flatMap { gradient, dy, x in
      (0..<gradient.rows).parts(of: Blocks.weightRows).map {
        GradientProduct(gradient: gradient.rows($0), dy: dy.columns($0), x: x)
      }
    }
  }
}

/// A product that makes some rows of the gradient of a weight: one task.
struct GradientProduct: Sendable {
  let gradient: Matrix  // (outputs of this task, inputs)
  let dy: Panels  // (rows of the batch, outputs of this task)
  let x: Panels  // (rows of the batch, inputs)

  /// Computes the gradient, or adds to it.
  ///
  /// - Returns: The sum of the gradient's squares, taken while it is in the cache.
  func compute(adding: Bool) -> Float {
    product(gradient, base: adding ? gradient : nil, transposed: dy, x)
    return Float(sumOfSquares(gradient))
  }
}

/// The operands of the gradient of the head, for some rows at a time.
final class HeadProducts: Sendable {
  let dLogits: PanelTensor  // (rows kept at once, vocabulary)
  let normed: PanelTensor  // (rows kept at once, hiddenSize)

  init(_ config: ModelConfig, rows: Int, precision: Precision) {
    let kept = min(rows, Blocks.headRows)
    dLogits = PanelTensor(inner: kept, columns: config.vocabularySize, precision: precision)
    normed = PanelTensor(inner: kept, columns: config.hiddenSize, precision: precision)
  }

  /// Computes the gradient of the head from the first `rows` rows, or adds it.
  ///
  ///     squares  (1, blocks of the vocabulary)  overwritten: sums of the gradient's squares
  func gradient(
    _ to: Matrix, squares: Matrix, rows: Int, adding: Bool, _ pool: WorkerPool
  ) {
    let (dLogits, normed) = (dLogits.view.inner(0..<rows), normed.view.inner(0..<rows))
    pool.forEachBlock(of: to.rows, size: Blocks.vocabulary) { tokens, _ in
      squares[0, tokens.lowerBound / Blocks.vocabulary] = GradientProduct(
        gradient: to.rows(tokens), dy: dLogits.columns(tokens), x: normed
      ).compute(adding: adding)
    }
  }
}
