import Formats
package import Kernels
package import Parallel

/// The gradient of a batch's mean loss, with the buffers that its computation needs.
package final class Gradients: Sendable {
  private let parameters: Parameters
  private let activations: Activations
  private let values: Tensor  // (1, layout.length)
  private let views: ParameterViews
  private let dx: Tensor  // (rows, hiddenSize): of the residual stream
  /// The gradients after a layer, and in the other one before it: (rows, hiddenSize), operand.
  private let dOutputs: [SharedTensor]
  private let dGain1: Tensor  // (pieces, hiddenSize): the parts of a gain's gradient
  private let dGain2: Tensor  // (pieces, hiddenSize)
  /// The operands of the gradients of one layer's matrices.
  private let layer: LayerProducts
  /// The products that make each layer's gradients of the operands in `layer`.
  private let layerProducts: [[GradientProduct]]
  private let head: HeadProducts
  /// The sums of the squares of the matrices' gradients, (1, tasks), by the task that makes them
  /// last.
  ///
  /// The products of each layer come first, then the blocks of the head's and the embedding's rows.
  private let squares: Tensor

  /// All gradients in one row, in the order of the layout.
  package var vector: Matrix { values.view }

  /// Allocates the gradients for what `parameters` compute in `activations`, which must be kept.
  package init(_ parameters: Parameters, _ activations: Activations) {
    precondition(activations.kept != .nothing)
    (self.parameters, self.activations) = (parameters, activations)
    let (config, precision) = (parameters.config, parameters.precision)
    let (rows, pieces) = (activations.rows, activations.blocks.pieceCount)
    values = Tensor(rows: 1, columns: parameters.layout.length)
    let views = ParameterViews(parameters.layout, of: values.view)
    self.views = views
    dx = Tensor(rows: rows, columns: config.hiddenSize)
    let dOutputs = (0..<2).map { _ in
      SharedTensor(rows: rows, columns: config.hiddenSize, precision: precision)
    }
    self.dOutputs = dOutputs
    dGain1 = Tensor(rows: pieces, columns: config.hiddenSize)
    dGain2 = Tensor(rows: pieces, columns: config.hiddenSize)
    let layer = LayerProducts(config, activations.blocks, precision: precision)
    self.layer = layer
    layerProducts = views.layers.indices.map {
      layer.products(
        views.layers[$0], dOutput: dOutputs[($0 + 1) % 2].view, activations.layers[$0])
    }
    head = HeadProducts(config, rows: rows, precision: precision)
    let blocks = Blocks.count(config.vocabularySize, by: Blocks.vocabulary)
    squares = Tensor(
      rows: 1,
      columns: layerProducts.reduce(0) { $0 + $1.count }
        + (config.tiesEmbeddings ? 1 : 2) * blocks)
  }

  /// The Euclidean norm of the whole gradient.
  package var norm: Double {
    var total = 0.0
    for task in 0..<squares.view.columns { total += Double(squares.view[0, task]) }
    for layer in views.layers { total += sumOfSquares(layer.norm1) + sumOfSquares(layer.norm2) }
    return (total + sumOfSquares(views.norm)).squareRoot()
  }

  /// Runs the backward pass after `forward` of the same batch.
  ///
  /// - Parameters:
  ///   - weight: The weight of one target's loss: 1 / number of targets of the whole step.
  ///   - adding: Whether the gradient is added to what earlier batches of the step have left.
  /// - Returns: The sum of the losses of the batch, in nats.
  package func backward(_ batch: Batch, weight: Float, adding: Bool, _ pool: WorkerPool) -> Double {
    let blocks = Blocks.count(parameters.config.vocabularySize, by: Blocks.vocabulary)
    let squares = squares.view
    let embeddingSquares = squares.columns(squares.columns - blocks..<squares.columns)
    let layersCount = layerProducts.reduce(0) { $0 + $1.count }
    headBackward(
      batch, squares: squares.columns(layersCount..<layersCount + blocks), weight: weight,
      adding: adding, pool)
    for index in (0..<parameters.config.layers).reversed() {
      layerBackward(index, pool)
      let (to, gains) = (views.layers[index], 0..<activations.blocks.pieceCount)
      let products = layerProducts[index]
      pool.run(tasks: products.count) { task, _ in
        squares[0, index * products.count + task] = products[task].compute(adding: adding)
      }
      sumRows(to.norm1, dGain1.view.rows(gains), adding: adding)
      sumRows(to.norm2, dGain2.view.rows(gains), adding: adding)
    }
    let isAdding = adding || parameters.config.tiesEmbeddings
    pool.forEachBlock(of: parameters.config.vocabularySize, size: Blocks.vocabulary) { range, _ in
      if !isAdding { views.embedding.rows(range).fill(0) }
      embeddingBackward(views.embedding, range: range, dx.view, tokens: batch.tokens)
      embeddingSquares[0, range.lowerBound / Blocks.vocabulary] = Float(
        sumOfSquares(views.embedding.rows(range)))
    }
    return activations.totalLoss
  }

  /// Computes the losses and the gradients of the head, the last normalisation and the last output.
  private func headBackward(
    _ batch: Batch, squares: Matrix, weight: Float, adding: Bool, _ pool: WorkerPool
  ) {
    let (a, operand, layers) = (activations, parameters.operands.head, parameters.config.layers)
    for chunk in (0..<a.rows).parts(of: Blocks.headRows) {
      let start = chunk.lowerBound
      pool.forEachBlock(of: chunk.count, size: Blocks.rows) { block, worker in
        let rows = start + block.lowerBound..<start + block.upperBound
        let scratch = a.scratch[worker]
        let (dLogits, panels) = head.place(block, scratch: scratch.dLogits.view)
        let normed = a.normed.view.rows(rows)
        scratch.crossEntropy.losses(
          a.losses.view.rows(rows), exponentials: dLogits, normed, head: operand.forward,
          targets: batch.targets, first: rows.lowerBound)
        scratch.crossEntropy.gradient(
          dLogits, panels: panels, targets: batch.targets, first: rows.lowerBound, weight: weight)
        head.keep(block, normed: normed)
        let dNormed = scratch.narrow.view.rows(0..<rows.count)
        product(dNormed, dLogits, operand.trained, fetching: a.output.view.rows(rows))
        dx.view.rows(rows).fill(0)
        let piece = rows.lowerBound / Blocks.rows
        rmsNormBackward(
          dx.view.rows(rows), dGain: dGain1.view.rows(piece..<piece + 1),
          copy: dOutputs[layers % 2].view.rows(rows), dNormed, a.output.view.rows(rows),
          scale: a.scale.view.rows(rows), gain: parameters.views.norm)
      }
      head.gradient(
        views.head, squares: squares, normed: a.normed.view.rows(chunk),
        adding: adding || start > 0, pool)
    }
    let pieces = Blocks.count(a.rows, by: Blocks.rows)
    sumRows(views.norm, dGain1.view.rows(0..<pieces), adding: adding)
  }

  /// Computes the gradients of a layer but for those of its matrices, whose operands go into
  /// `layer`.
  private func layerBackward(_ index: Int, _ pool: WorkerPool) {
    let (time, blocks) = (activations.time, activations.blocks)
    pool.forEachBlock(of: activations.sequences, size: blocks.sequencesOfTask) {
      sequences, worker in
      let rows = sequences.lowerBound * time..<sequences.upperBound * time
      let firstPiece = sequences.lowerBound / blocks.sequencesOfTask * blocks.piecesOfTask
      let scratch = activations.scratch[worker]
      if activations.kept == .layerInputs {
        parameters.attend(index, activations, sequences: sequences, scratch)
        parameters.expand(index, activations, rows: rows, scratch)
      }
      feedForwardBackward(index, rows: rows, firstPiece: firstPiece, scratch)
      attendBackward(index, sequences: sequences, firstPiece: firstPiece, scratch)
    }
  }

  private func feedForwardBackward(
    _ index: Int, rows: Range<Int>, firstPiece: Int, _ scratch: Scratch
  ) {
    let (a, w) = (activations.layers[index], parameters.operands.layers[index])
    let inner = parameters.config.intermediateSize
    for (number, piece) in Blocks.pieces(rows).enumerated() {
      let (dOutput, count) = (dOutputs[(index + 1) % 2].view.rows(piece), piece.count)
      let dGate = layer.dGate.place(
        piece, scratch: scratch.dGateUp.view.rows(0..<count).columns(0..<inner))
      let dUp = layer.dUp.place(
        piece, scratch: scratch.dGateUp.view.rows(0..<count).columns(inner..<2 * inner))
      for columns in (0..<inner).parts(of: Blocks.columns) {
        let dGated = scratch.columns.view.rows(0..<count).columns(0..<columns.count)
        product(
          dGated, dOutput, w.down.trained.columns(columns), fetching: a.gateAndUp(piece, columns))
        let kept = a.gateUp(piece, columns)
        swiGLUBackward(
          dGate: dGate.columns(columns), dUp: dUp.columns(columns), dGated, gate: kept.gate,
          up: kept.up)
      }
      let dNormed = scratch.narrow.view.rows(0..<count)
      product(dNormed, dGate, w.gate.trained, fetching: dx.view.rows(piece))
      product(
        dNormed, base: dNormed, dUp, w.up.trained, fetching: a.middle.view.rows(piece))
      layer.keep(piece, dOutput: dOutput, dGate: dGate, dUp: dUp, a)
      let part = firstPiece + number
      let start = piece.lowerBound - rows.lowerBound
      rmsNormBackward(
        dx.view.rows(piece), dGain: dGain2.view.rows(part..<part + 1),
        copy: layer.dMiddle.place(
          piece, scratch: scratch.dMiddle.view.rows(start..<start + count)), dNormed,
        a.middle.view.rows(piece), scale: a.scale2.view.rows(piece),
        gain: parameters.views.layers[index].norm2)
    }
  }

  private func attendBackward(
    _ index: Int, sequences: Range<Int>, firstPiece: Int, _ scratch: Scratch
  ) {
    let (a, w) = (activations.layers[index], parameters.operands.layers[index])
    let (config, time) = (parameters.config, activations.time)
    let shape = AttentionShape(config, time: time)
    let rows = sequences.lowerBound * time..<sequences.upperBound * time
    let dAttended = scratch.dAttended.view
    let dMiddle = layer.dMiddle.place(rows, scratch: scratch.dMiddle.view.rows(0..<rows.count))
    let dQkv = layer.dQkv.place(rows, scratch: scratch.dQkv.view.rows(0..<rows.count))
    for piece in (0..<rows.count).parts(of: Blocks.rows) {
      product(
        dAttended.rows(piece), dMiddle.rows(piece), w.output.trained,
        fetching: a.qkv.view.rows(rows).rows(piece))
    }
    for sequence in sequences {
      let start = (sequence - sequences.lowerBound) * time
      let rows = sequence * time..<(sequence + 1) * time
      let heads = sequence * config.heads..<(sequence + 1) * config.heads
      attentionBackward(
        dQkv.rows(start..<start + time), dAttended.rows(start..<start + time),
        a.qkv.view.rows(rows), logSum: a.logSum.view.rows(heads),
        table: activations.rotary.view, shape: shape, scratch: scratch.attention)
    }
    for (number, piece) in Blocks.pieces(rows).enumerated() {
      let start = piece.lowerBound - rows.lowerBound
      let inTask = start..<start + piece.count
      let dQkv = dQkv.rows(inTask)
      let dNormed = scratch.narrow.view.rows(0..<piece.count)
      let input = activations.inputs[index].view.rows(piece)
      product(dNormed, dQkv, w.qkv.trained, fetching: input)
      layer.keep(piece, dMiddle: dMiddle.rows(inTask), dQkv: dQkv, a)
      let part = firstPiece + number
      rmsNormBackward(
        dx.view.rows(piece), dGain: dGain1.view.rows(part..<part + 1),
        copy: dOutputs[index % 2].view.rows(piece), dNormed, input,
        scale: a.scale1.view.rows(piece), gain: parameters.views.layers[index].norm1)
    }
  }
}
