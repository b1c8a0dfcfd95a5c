import Formats
package import Kernels
package import Parallel

/// A batch of sequences of one length, in which each token has the one that follows it as target.
package struct Batch: Sendable {
  package let sequences: Int
  package let time: Int
  package var tokens: [Int32]  // (sequences, time)
  package var targets: [Int32]  // (sequences, time); `ignoredTarget` where nothing is learned

  /// Creates a batch of tokens 0 without targets.
  package init(sequences: Int, time: Int) {
    (self.sequences, self.time) = (sequences, time)
    tokens = [Int32](repeating: 0, count: sequences * time)
    targets = [Int32](repeating: ignoredTarget, count: sequences * time)
  }

  /// The number of targets that are not ignored.
  package var targetCount: Int { targets.reduce(0) { $0 + ($1 == ignoredTarget ? 0 : 1) } }
}

extension Parameters {
  /// Runs the layers on `batch`, and fills `activations` up to the last normalisation.
  ///
  /// - Parameter scoring: Whether the loss of every target, in nats, is computed too.
  package func forward(
    _ batch: Batch, _ activations: Activations, scoring: Bool = false, _ pool: WorkerPool
  ) {
    precondition(batch.sequences == activations.sequences && batch.time == activations.time)
    pool.forEachBlock(of: batch.sequences, size: activations.blocks.sequencesOfTask) {
      sequences, worker in
      let rows = sequences.lowerBound * batch.time..<sequences.upperBound * batch.time
      let scratch = activations.scratch[worker]
      embeddingForward(
        activations.inputs[0].view.rows(rows), table: views.embedding, tokens: batch.tokens,
        first: rows.lowerBound)
      for layer in 0..<config.layers {
        attend(layer, activations, sequences: sequences, scratch)
        expand(layer, activations, rows: rows, scratch)
        contract(layer, activations, rows: rows)
      }
      rmsNormForward(
        activations.normed.view.rows(rows), scale: activations.scale.view.rows(rows),
        activations.output.view.rows(rows), gain: views.norm, epsilon: config.normEpsilon)
      if scoring { evaluateLosses(batch, activations, rows: rows, scratch) }
    }
  }

  /// Computes the first half of a layer: `middle = input + attention(norm(input)) · outputᵀ`.
  func attend(
    _ layer: Int, _ activations: Activations, sequences: Range<Int>, _ scratch: Scratch
  ) {
    let (a, time) = (activations.layers[layer], activations.time)
    let rows = sequences.lowerBound * time..<sequences.upperBound * time
    for piece in Blocks.pieces(rows) {
      project(
        layer, activations, piece, angles: activations.rotary.view,
        first: piece.lowerBound % time, scratch)
    }
    let shape = AttentionShape(config, time: time)
    for sequence in sequences {
      let rows = sequence * time..<(sequence + 1) * time
      let heads = sequence * config.heads..<(sequence + 1) * config.heads
      attentionForward(
        a.attended.view.rows(rows),
        logSum: activations.kept == .nothing ? nil : a.logSum.view.rows(heads),
        a.qkv.view.rows(rows), shape: shape, scratch: scratch.attention)
    }
    addAttended(layer, activations, rows: rows)
  }

  /// Computes at most 128 rows of `qkv = norm(input) · (queries, keys, values)ᵀ`, rotated.
  ///
  /// Row r of `piece`, counted from 0, is rotated by the angles of row (first + r) of their table.
  func project(
    _ layer: Int, _ activations: Activations, _ piece: Range<Int>, angles: Matrix, first: Int,
    _ scratch: Scratch
  ) {
    let (a, w) = (activations.layers[layer], operands.layers[layer])
    let shape = AttentionShape(config, time: activations.time)
    let rotated = (config.heads + config.keyValueHeads) * config.headSize
    let normed = a.normed1.view.rows(piece)
    rmsNormForward(
      normed, scale: a.scale1.view.rows(piece), activations.inputs[layer].view.rows(piece),
      gain: views.layers[layer].norm1, epsilon: config.normEpsilon)
    for columns in (0..<shape.columns).parts(of: Blocks.headColumns(config)) {
      let rotatedRows = a.qkv.view.rows(piece).columns(columns)
      let qkv =
        precision == .float32
        ? rotatedRows : scratch.columns.view.rows(0..<piece.count).columns(0..<columns.count)
      product(qkv, normed, w.qkv.forward.columns(columns))
      rotate(
        rotatedRows, qkv,
        heads: columns.clamped(to: 0..<rotated).count / config.headSize, table: angles,
        first: first)
    }
  }

  /// Computes `middle = input + attended · outputᵀ`.
  func addAttended(_ layer: Int, _ activations: Activations, rows: Range<Int>) {
    let a = activations.layers[layer]
    for piece in Blocks.pieces(rows) {
      product(
        a.middle.view.rows(piece), base: activations.inputs[layer].view.rows(piece),
        a.attended.view.rows(piece), operands.layers[layer].output.forward)
    }
  }

  /// Computes the wide part of a layer's second half: `gated = swiGLU(norm(middle) · (gate, up)ᵀ)`.
  func expand(_ layer: Int, _ activations: Activations, rows: Range<Int>, _ scratch: Scratch) {
    let (a, w) = (activations.layers[layer], operands.layers[layer])
    for piece in Blocks.pieces(rows) {
      let normed = a.normed2.view.rows(piece)
      rmsNormForward(
        normed, scale: a.scale2.view.rows(piece), a.middle.view.rows(piece),
        gain: views.layers[layer].norm2, epsilon: config.normEpsilon)
      for columns in (0..<config.intermediateSize).parts(of: Blocks.columns) {
        let kept = activations.kept == .nothing ? nil : a.gateUp(piece, columns)
        let inPlace = precision == .float32 ? kept : nil
        func place(_ scratch: borrowing Tensor) -> Matrix {
          scratch.view.rows(0..<piece.count).columns(0..<columns.count)
        }
        let (gate, up) = inPlace ?? (place(scratch.columns), place(scratch.moreColumns))
        product(gate, normed, w.gate.forward.columns(columns))
        product(up, normed, w.up.forward.columns(columns))
        swiGLUForward(
          a.gated.view.rows(piece).columns(columns), kept: inPlace == nil ? kept : nil, gate: gate,
          up: up)
      }
    }
  }

  /// Computes the end of a layer: the input of the next one is `middle + gated · downᵀ`.
  func contract(_ layer: Int, _ activations: Activations, rows: Range<Int>) {
    let (a, w) = (activations.layers[layer], operands.layers[layer])
    let isLast = layer == config.layers - 1
    let next = isLast ? activations.output.view : activations.inputs[layer + 1].view
    for piece in Blocks.pieces(rows) {
      product(
        next.rows(piece), base: a.middle.view.rows(piece), a.gated.view.rows(piece),
        w.down.forward)
    }
  }

  private func evaluateLosses(
    _ batch: Batch, _ activations: Activations, rows: Range<Int>, _ scratch: Scratch
  ) {
    for piece in Blocks.pieces(rows) {
      scratch.crossEntropy.losses(
        activations.losses.view.rows(piece), exponentials: nil, activations.normed.view.rows(piece),
        head: operands.head.forward, targets: batch.targets, first: piece.lowerBound)
    }
  }

  /// The logits (rows, vocabulary) after `forward`, for tests and for small batches.
  package func logits(_ activations: Activations) -> Tensor {
    let logits = Tensor(rows: activations.rows, columns: config.vocabularySize)
    product(logits.view, activations.normed.view, operands.head.forward)
    return logits
  }
}

extension Activations {
  /// The loss of a row in nats, 0 where the target is ignored.
  package func loss(row: Int) -> Float { losses.view[row, 0] }

  /// The sum of the losses of all rows in nats, added in the order of the rows.
  package var totalLoss: Double {
    var total = 0.0
    for row in 0..<rows { total += Double(losses.view[row, 0]) }
    return total
  }
}
