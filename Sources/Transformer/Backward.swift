import Formats
package import Kernels

/// The gradient of a batch's mean loss, with the buffers that computing it needs.
package final class Gradients: Sendable {
  private let parameters: Parameters
  private let activations: Activations
  private let values: Tensor  // (1, layout.length)
  private let views: ParameterViews
  private let dx: Tensor  // (rows, width): of the residual stream
  private let dOutputEven: Tensor  // (rows, width), operand: dx after an even layer
  private let dOutputOdd: Tensor  // (rows, width), operand: dx after an odd layer
  private let dMiddle: Tensor  // (rows, width), operand: dx between the halves of a layer
  private let dQkv: Tensor  // (rows, queries + 2 keys), operand
  private let dGateUp: Tensor  // (rows, 2 · inner), operand
  private let dLogits: Tensor  // (rows kept at once, vocabulary), operand
  private let dGain1: Tensor  // (pieces, width): the parts of a gain's gradient
  private let dGain2: Tensor  // (pieces, width)
  /// Products that make the gradients of each layer's matrices.
  private let weightTasks: [[WeightGradient]]

  /// All gradients in one row, in the order of the layout.
  package var vector: Matrix { values.view }

  /// Gradients for what `parameters` compute in `activations`, which must keep its layers.
  package init(_ parameters: Parameters, _ activations: Activations) {
    (self.parameters, self.activations) = (parameters, activations)
    let (config, rows) = (parameters.config, activations.rows)
    func operand(_ columns: Int, rows: Int) -> Tensor {
      Tensor(rows: rows, columns: columns, precision: parameters.precision)
    }
    values = Tensor(rows: 1, columns: parameters.layout.length)
    dx = Tensor(rows: rows, columns: config.width)
    dOutputEven = operand(config.width, rows: rows)
    dOutputOdd = operand(config.width, rows: rows)
    dMiddle = operand(config.width, rows: rows)
    dQkv = operand(AttentionShape(config, time: activations.time).columns, rows: rows)
    dGateUp = operand(2 * config.inner, rows: rows)
    dLogits = operand(config.vocabulary, rows: min(rows, Blocks.headRows))
    dGain1 = Tensor(rows: activations.pieceCount, columns: config.width)
    dGain2 = Tensor(rows: activations.pieceCount, columns: config.width)
    let views = ParameterViews(parameters.layout, of: values.view)
    self.views = views
    let (dOutput, dMiddle) = ([dOutputEven.view, dOutputOdd.view], dMiddle.view)
    let (dQkv, dGateUp) = (dQkv.view, dGateUp.view)
    weightTasks = (0..<config.layers).map { layer in
      let (gradient, a) = (views.layers[layer], activations.layers[layer])
      return WeightGradient.split(gradient.qkv, dQkv, a.normed1.view)
        + WeightGradient.split(gradient.output, dMiddle, a.attended.view)
        + WeightGradient.split(gradient.gateUp, dGateUp, a.normed2.view)
        + WeightGradient.split(gradient.down, dOutput[layer % 2], a.hidden.view)
    }
  }

  private func dOutput(_ layer: Int) -> Matrix {
    layer % 2 == 0 ? dOutputEven.view : dOutputOdd.view
  }

  /// The backward pass after `forward` of the same batch; returns the mean loss in nats.
  package func backward(_ batch: Batch, _ pool: WorkerPool) -> Double {
    let count = batch.targetCount
    precondition(count > 0, "a batch without targets has no gradient")
    headBackward(batch, weight: 1 / Float(count), pool)
    for layer in (0..<parameters.config.layers).reversed() {
      layerBackward(layer, pool)
      let tasks = weightTasks[layer]
      pool.run(tasks: tasks.count) { task, _ in tasks[task].compute() }
      sumRows(views.layers[layer].norm1, dGain1.view.rows(0..<activations.pieceCount))
      sumRows(views.layers[layer].norm2, dGain2.view.rows(0..<activations.pieceCount))
    }
    let isTied = parameters.config.tiesEmbeddings
    pool.forEachBlock(of: parameters.config.vocabulary, size: Blocks.vocabulary) { range, _ in
      if !isTied { views.embedding.rows(range).fill(0) }
      embeddingBackward(views.embedding, range: range, dx.view, tokens: batch.tokens)
    }
    return activations.totalLoss / Double(count)
  }

  /// Losses, and the gradients of the head, the last normalisation and the last layer's output.
  ///
  /// Logits exist for 128 rows a thread, their gradient for 1024 rows.
  private func headBackward(_ batch: Batch, weight: Float, _ pool: WorkerPool) {
    let (a, rows) = (activations, activations.rows)
    let (views, width) = (parameters.views, parameters.config.width)
    let head = parameters.operands.head
    let copy = dOutput(parameters.config.layers - 1)
    for start in stride(from: 0, to: rows, by: Blocks.headRows) {
      let chunk = start..<min(rows, start + Blocks.headRows)
      pool.forEachBlock(of: chunk.count, size: Blocks.rows) { block, worker in
        let rows = start + block.lowerBound..<start + block.upperBound
        let scratch = a.scratch[worker]
        let logits = scratch.logits.view.rows(0..<rows.count)
        let dLogits = dLogits.view.rows(block)
        product(logits, a.normed.view.rows(rows), head, transposing: .second)
        crossEntropy(
          a.losses.view.rows(rows), dLogits: dLogits, logits, targets: batch.targets,
          first: rows.lowerBound, weight: weight)
        let dNormed = scratch.narrow.view.rows(0..<rows.count).columns(0..<width)
        product(dNormed, dLogits, head)
        dx.view.rows(rows).fill(0)
        let piece = rows.lowerBound / Blocks.rows
        rmsNormBackward(
          dx.view.rows(rows), dGain: dGain1.view.rows(piece..<piece + 1), copy: copy.rows(rows),
          dNormed, a.output.view.rows(rows), scale: a.scale.view.rows(rows), gain: views.norm)
      }
      let kept = dLogits.view.rows(0..<chunk.count)
      let normed = a.normed.view.rows(chunk)
      pool.forEachBlock(of: parameters.config.vocabulary, size: Blocks.vocabulary) { range, _ in
        product(
          self.views.head.rows(range), kept.columns(range), normed, transposing: .first,
          adding: start > 0)
      }
    }
    sumRows(self.views.norm, dGain1.view.rows(0..<Blocks.count(rows, by: Blocks.rows)))
  }

  /// The gradients of everything in a layer but its matrices.
  private func layerBackward(_ layer: Int, _ pool: WorkerPool) {
    let time = activations.time
    let size = Blocks.sequences(time: time)
    pool.forEachBlock(of: activations.sequences, size: size) { sequences, worker in
      let rows = sequences.lowerBound * time..<sequences.upperBound * time
      let firstPiece = sequences.lowerBound / size * activations.piecesPerBlock
      let scratch = activations.scratch[worker]
      feedForwardBackward(layer, rows: rows, firstPiece: firstPiece, scratch)
      attendBackward(layer, sequences: sequences, firstPiece: firstPiece, scratch)
    }
  }

  private func feedForwardBackward(
    _ layer: Int, rows: Range<Int>, firstPiece: Int, _ scratch: Scratch
  ) {
    let (a, w) = (activations.layers[layer], parameters.operands.layers[layer])
    let config = parameters.config
    let gain = parameters.views.layers[layer].norm2
    for (index, piece) in Blocks.pieces(rows).enumerated() {
      let dHidden = scratch.wide.view.rows(0..<piece.count).columns(0..<config.inner)
      let dGateUp = dGateUp.view.rows(piece)
      product(dHidden, dOutput(layer).rows(piece), w.down)
      swiGLUBackward(dGateUp, dHidden, a.gateUp.view.rows(piece))
      let dNormed = scratch.narrow.view.rows(0..<piece.count).columns(0..<config.width)
      product(dNormed, dGateUp, w.gateUp)
      let part = firstPiece + index
      rmsNormBackward(
        dx.view.rows(piece), dGain: dGain2.view.rows(part..<part + 1),
        copy: dMiddle.view.rows(piece), dNormed, a.middle.view.rows(piece),
        scale: a.scale2.view.rows(piece), gain: gain)
    }
  }

  private func attendBackward(
    _ layer: Int, sequences: Range<Int>, firstPiece: Int, _ scratch: Scratch
  ) {
    let (a, w) = (activations.layers[layer], parameters.operands.layers[layer])
    let (config, time) = (parameters.config, activations.time)
    let shape = AttentionShape(config, time: time)
    let rows = sequences.lowerBound * time..<sequences.upperBound * time
    for piece in Blocks.pieces(rows) {
      let dAttended = scratch.narrow.view.rows(0..<piece.count)
        .columns(0..<config.heads * config.headSize)
      product(dAttended, dMiddle.view.rows(piece), w.output)
      let start = piece.lowerBound - rows.lowerBound
      scratch.dAttended.view.rows(start..<start + piece.count).copy(dAttended)
    }
    for sequence in sequences {
      let inBlock = (sequence - sequences.lowerBound) * time
      let rows = sequence * time..<(sequence + 1) * time
      attentionBackward(
        scratch.dQkv.view, scratch.dAttended.view.rows(inBlock..<inBlock + time),
        a.qkv.view.rows(rows), logSum: a.logSum.view.rows(rows), shape: shape,
        scratch: scratch.attention)
      rotate(
        dQkv.view.rows(rows), scratch.dQkv.view, heads: config.heads + config.keyHeads,
        table: activations.rotary.view, inverse: true)
    }
    for (index, piece) in Blocks.pieces(rows).enumerated() {
      let dNormed = scratch.narrow.view.rows(0..<piece.count).columns(0..<config.width)
      product(dNormed, dQkv.view.rows(piece), w.qkv)
      let part = firstPiece + index
      rmsNormBackward(
        dx.view.rows(piece), dGain: dGain1.view.rows(part..<part + 1),
        copy: dOutput(layer + 1).rows(piece), dNormed, a.input.view.rows(piece),
        scale: a.scale1.view.rows(piece), gain: parameters.views.layers[layer].norm1)
    }
  }
}

/// The product that makes some rows of a weight's gradient: `gradient = dyᵀ · x`.
private struct WeightGradient: Sendable {
  let gradient: Matrix  // (outputs of one task, inputs)
  let dy: Matrix  // (rows of the batch, outputs of one task), operand
  let x: Matrix  // (rows of the batch, inputs), operand

  static func split(_ gradient: Matrix, _ dy: Matrix, _ x: Matrix) -> [WeightGradient] {
    Blocks.cut(0..<gradient.rows, by: Blocks.weightRows).map {
      WeightGradient(gradient: gradient.rows($0), dy: dy.columns($0), x: x)
    }
  }

  func compute() { product(gradient, dy, x, transposing: .first) }
}
