import Formats
package import Kernels

/// A batch of sequences of one length: each token with the one that follows it.
package struct Batch: Sendable {
  package let sequences: Int
  package let time: Int
  package var tokens: [Int32]  // (sequences, time)
  package var targets: [Int32]  // (sequences, time); `ignoredTarget` where nothing is learned

  package init(sequences: Int, time: Int) {
    (self.sequences, self.time) = (sequences, time)
    tokens = [Int32](repeating: 0, count: sequences * time)
    targets = [Int32](repeating: ignoredTarget, count: sequences * time)
  }

  package var targetCount: Int { targets.reduce(0) { $0 + ($1 == ignoredTarget ? 0 : 1) } }
}

extension Parameters {
  /// Runs the layers on `batch`: fills `activations` up to the last normalisation.
  package func forward(_ batch: Batch, _ activations: Activations, _ pool: WorkerPool) {
    precondition(batch.sequences == activations.sequences && batch.time == activations.time)
    let time = batch.time
    let size = Blocks.sequences(time: time)
    pool.forEachBlock(of: batch.sequences, size: size) { sequences, worker in
      let rows = sequences.lowerBound * time..<sequences.upperBound * time
      let scratch = activations.scratch[worker]
      embeddingForward(
        activations.layers[0].input.view.rows(rows), table: views.embedding, tokens: batch.tokens,
        first: rows.lowerBound)
      for layer in 0..<config.layers {
        attend(layer, activations, sequences: sequences, scratch)
        feedForward(layer, activations, rows: rows, scratch)
      }
      rmsNormForward(
        activations.normed.view.rows(rows), scale: activations.scale.view.rows(rows),
        activations.output.view.rows(rows), gain: views.norm, epsilon: config.normEpsilon)
    }
  }

  /// The first half of a layer: `middle = input + attention(norm(input)) · outputᵀ`.
  private func attend(
    _ layer: Int, _ activations: Activations, sequences: Range<Int>, _ scratch: Scratch
  ) {
    let (a, gain, w) = (
      activations.layers[layer], views.layers[layer].norm1, operands.layers[layer]
    )
    let time = activations.time
    let shape = AttentionShape(config, time: time)
    let rows = sequences.lowerBound * time..<sequences.upperBound * time
    for piece in Blocks.pieces(rows) {
      let normed = a.normed1.view.rows(piece)
      rmsNormForward(
        normed, scale: a.scale1.view.rows(piece), a.input.view.rows(piece), gain: gain,
        epsilon: config.normEpsilon)
      let qkv = scratch.wide.view.rows(0..<piece.count).columns(0..<shape.columns)
      product(qkv, normed, w.qkv, transposing: .second)
      rotate(
        a.qkv.view.rows(piece), qkv, heads: config.heads + config.keyHeads,
        table: activations.rotary.view, first: piece.lowerBound % time)
    }
    for sequence in sequences {
      let rows = sequence * time..<(sequence + 1) * time
      attentionForward(
        a.attended.view.rows(rows), logSum: a.logSum.view.rows(rows), a.qkv.view.rows(rows),
        shape: shape, scratch: scratch.attention)
    }
    for piece in Blocks.pieces(rows) {
      let middle = a.middle.view.rows(piece)
      middle.copy(a.input.view.rows(piece))
      product(middle, a.attended.view.rows(piece), w.output, transposing: .second, adding: true)
    }
  }

  /// The second half of a layer: `next = middle + swiGLU(norm(middle) · gateUpᵀ) · downᵀ`.
  private func feedForward(
    _ layer: Int, _ activations: Activations, rows: Range<Int>, _ scratch: Scratch
  ) {
    let (a, gain, w) = (
      activations.layers[layer], views.layers[layer].norm2, operands.layers[layer]
    )
    let isLast = layer == config.layers - 1
    let next = isLast ? activations.output.view : activations.layers[layer + 1].input.view
    for piece in Blocks.pieces(rows) {
      let (normed, hidden) = (a.normed2.view.rows(piece), a.hidden.view.rows(piece))
      let middle = a.middle.view.rows(piece)
      rmsNormForward(
        normed, scale: a.scale2.view.rows(piece), middle, gain: gain, epsilon: config.normEpsilon)
      let gateUp = scratch.wide.view.rows(0..<piece.count).columns(0..<2 * config.inner)
      product(gateUp, normed, w.gateUp, transposing: .second)
      swiGLUForward(hidden, kept: a.gateUp.view.rows(piece), gateUp)
      next.rows(piece).copy(middle)
      product(next.rows(piece), hidden, w.down, transposing: .second, adding: true)
    }
  }

  /// The loss of every target after `forward`, in nats: into `activations.losses`.
  package func evaluateLosses(_ batch: Batch, _ activations: Activations, _ pool: WorkerPool) {
    pool.forEachBlock(of: activations.rows, size: Blocks.rows) { rows, worker in
      let logits = activations.scratch[worker].logits.view.rows(0..<rows.count)
      product(logits, activations.normed.view.rows(rows), operands.head, transposing: .second)
      crossEntropy(
        activations.losses.view.rows(rows), logits, targets: batch.targets, first: rows.lowerBound)
    }
  }

  /// The logits after `forward`: (rows, vocabulary). For tests and for small batches.
  package func logits(_ activations: Activations) -> Tensor {
    let logits = Tensor(rows: activations.rows, columns: config.vocabulary)
    product(logits.view, activations.normed.view, operands.head, transposing: .second)
    return logits
  }
}

extension Activations {
  /// Losses of the rows in nats, 0 where the target is ignored.
  package func loss(row: Int) -> Float { losses.view[row, 0] }

  /// The sum of all losses, in the order of the rows.
  package var totalLoss: Double {
    var total = 0.0
    for row in 0..<rows { total += Double(losses.view[row, 0]) }
    return total
  }
}
