package import Formats
package import Kernels

/// The activations that the forward pass keeps for the backward pass.
package enum KeptActivations: Sendable {
  /// The forward pass keeps everything that the backward pass reads.
  case all
  /// The forward pass keeps the input of each layer, and the backward pass computes the rest again.
  ///
  /// Source: Chen et al. 2016, arXiv:1604.06174.
  case layerInputs
  /// The forward pass keeps nothing, because there will be no backward pass.
  case nothing
}

/// The tensors that one layer computes in the forward pass and needs again in the backward pass.
final class LayerActivations: Sendable {
  let normed1: Tensor  // (rows, hiddenSize), operand
  let scale1: Tensor  // (rows, 1)
  let qkv: Tensor  // (rows, queries + 2 keys), operand: rotated queries and keys, values
  let logSum: Tensor  // (sequences · heads, time), if there will be a backward pass
  let attended: Tensor  // (rows, queries), operand
  let middle: Tensor  // (rows, hiddenSize): after attention
  let normed2: Tensor  // (rows, hiddenSize), operand
  let scale2: Tensor  // (rows, 1)
  /// Gate and up side by side, (blocks of columns · rows, 2 · 128), operand.
  ///
  /// Blocks of 128 columns lie one after the other, so that memory is read in order.
  private let gateUp: Tensor
  let gated: Tensor  // (rows, intermediateSize), operand

  init(
    _ config: ModelConfig, sequences: Int, time: Int, precision: Precision, kept: KeptActivations
  ) {
    let rows = sequences * time
    let queries = config.heads * config.headSize
    let keys = config.keyValueHeads * config.headSize
    func operand(_ columns: Int) -> Tensor {
      Tensor(rows: rows, columns: columns, precision: precision)
    }
    normed1 = operand(config.hiddenSize)
    scale1 = Tensor(rows: rows, columns: 1)
    qkv = operand(queries + 2 * keys)
    logSum = Tensor(rows: kept == .nothing ? 0 : sequences * config.heads, columns: time)
    attended = operand(queries)
    middle = Tensor(rows: rows, columns: config.hiddenSize)
    normed2 = operand(config.hiddenSize)
    scale2 = Tensor(rows: rows, columns: 1)
    gateUp = Tensor(
      rows: kept == .nothing ? 0 : rows * Blocks.count(config.intermediateSize, by: Blocks.columns),
      columns: 2 * Blocks.columns,
      precision: precision)
    gated = operand(config.intermediateSize)
  }
}

extension LayerActivations {
  /// The gate and, from column 128 on, the up projection of some rows, and of the columns of one
  /// block.
  func gateAndUp(_ rows: Range<Int>, _ columns: Range<Int>) -> Matrix {
    let first = columns.lowerBound / Blocks.columns * gated.view.rows
    return gateUp.view.rows(first + rows.lowerBound..<first + rows.upperBound)
  }

  /// The two apart.
  func gateUp(_ rows: Range<Int>, _ columns: Range<Int>) -> (gate: Matrix, up: Matrix) {
    let both = gateAndUp(rows, columns)
    return (
      both.columns(0..<columns.count),
      both.columns(Blocks.columns..<Blocks.columns + columns.count)
    )
  }
}

/// A tensor that several owners may share.
final class SharedTensor: Sendable {
  let tensor: Tensor
  var view: Matrix { tensor.view }

  init(rows: Int, columns: Int, precision: Precision = .float32) {
    tensor = Tensor(rows: rows, columns: columns, precision: precision)
  }
}

/// The buffers of one batch, which are allocated once and used in every step.
package final class Activations: Sendable {
  /// The number of sequences in the batch.
  package let sequences: Int
  /// The number of tokens in each sequence.
  package let time: Int
  let kept: KeptActivations
  let layers: [LayerActivations]
  let inputs: [SharedTensor]  // (rows, hiddenSize): the residual stream before each layer
  let output: Tensor  // (rows, hiddenSize): after the last layer
  let normed: Tensor  // (rows, hiddenSize), operand
  let scale: Tensor  // (rows, 1)
  let losses: Tensor  // (rows, 1): nats
  let rotary: Tensor  // (time, headSize)
  let scratch: [Scratch]  // one for each thread

  /// The number of tokens in the batch.
  package var rows: Int { sequences * time }
  /// How the rows of the batch are divided among tasks.
  let blocks: Blocks

  /// Allocates the buffers, with scratch memory for each of `threads` threads.
  package init(
    _ config: ModelConfig, sequences: Int, time: Int, precision: Precision, threads: Int,
    keeping kept: KeptActivations
  ) {
    (self.sequences, self.time, self.kept) = (sequences, time, kept)
    let rows = sequences * time
    let blocks = Blocks(sequences: sequences, time: time)
    self.blocks = blocks
    func layer() -> LayerActivations {
      LayerActivations(
        config, sequences: sequences, time: time, precision: precision, kept: kept)
    }
    func input() -> SharedTensor { SharedTensor(rows: rows, columns: config.hiddenSize) }
    if kept == .all {
      layers = (0..<config.layers).map { _ in layer() }
    } else {
      layers = [LayerActivations](repeating: layer(), count: config.layers)
    }
    if kept == .nothing {
      inputs = [SharedTensor](repeating: input(), count: config.layers)
    } else {
      inputs = (0..<config.layers).map { _ in input() }
    }
    output = Tensor(rows: rows, columns: config.hiddenSize)
    normed = Tensor(rows: rows, columns: config.hiddenSize, precision: precision)
    scale = Tensor(rows: rows, columns: 1)
    losses = Tensor(rows: rows, columns: 1)
    rotary = rotaryTable(time: time, headSize: config.headSize, base: config.ropeTheta)
    let shape = AttentionShape(config, time: time)
    scratch = (0..<threads).map { _ in
      Scratch(config, shape: shape, rows: blocks.rowsOfTask, precision: precision, kept: kept)
    }
  }
}

/// The memory that one thread works in.
final class Scratch: Sendable {
  let columns: Tensor  // (128, columns handled together)
  let moreColumns: Tensor  // (128, likewise)
  let narrow: Tensor  // (128, hiddenSize)
  let dMiddle: Tensor  // (rows of a task, hiddenSize), bfloat16
  let dAttended: Tensor  // (rows of a task, queries), operand
  let dQkv: Tensor  // (rows of a task, queries + 2 keys), bfloat16
  let dGateUp: Tensor  // (128, 2 · intermediateSize), bfloat16
  let dLogits: Tensor  // (128, vocabulary), bfloat16
  let crossEntropy: CrossEntropy
  let attention: AttentionScratch

  init(
    _ config: ModelConfig, shape: AttentionShape, rows: Int, precision: Precision,
    kept: KeptActivations
  ) {
    let queries = config.heads * config.headSize
    /// Allocates what is copied for gradients of weights, as Float32 is not.
    func copied(_ rows: Int, _ columns: Int) -> Tensor {
      let isCopied = kept != .nothing && precision == .bfloat16
      return Tensor(rows: isCopied ? rows : 0, columns: columns, precision: precision)
    }
    let columnsAtOnce = max(Blocks.columns, Blocks.headColumns(config))
    columns = Tensor(rows: Blocks.rows, columns: columnsAtOnce)
    moreColumns = Tensor(rows: Blocks.rows, columns: columnsAtOnce)
    narrow = Tensor(rows: Blocks.rows, columns: config.hiddenSize)
    dMiddle = copied(rows, config.hiddenSize)
    dAttended = Tensor(rows: kept == .nothing ? 0 : rows, columns: queries, precision: precision)
    dQkv = copied(rows, shape.columns)
    dGateUp = copied(Blocks.rows, 2 * config.intermediateSize)
    dLogits = copied(Blocks.rows, config.vocabularySize)
    crossEntropy = CrossEntropy(rows: Blocks.rows, vocabulary: config.vocabularySize)
    attention = AttentionScratch(shape, precision: precision, isTrained: kept != .nothing)
  }
}

extension AttentionShape {
  init(_ config: ModelConfig, time: Int) {
    self.init(
      time: time, queryHeads: config.heads, keyValueHeads: config.keyValueHeads,
      headSize: config.headSize)
  }
}
