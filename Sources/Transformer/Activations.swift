package import Formats
package import Kernels

/// What one layer computes in the forward pass and needs again in the backward pass.
final class LayerActivations: Sendable {
  let input: Tensor  // (rows, width)
  let normed1: Tensor  // (rows, width), operand
  let scale1: Tensor  // (rows, 1)
  let qkv: Tensor  // (rows, queries + 2 keys), operand: rotated queries and keys, values
  let logSum: Tensor  // (rows, heads)
  let attended: Tensor  // (rows, queries), operand
  let middle: Tensor  // (rows, width): after attention
  let normed2: Tensor  // (rows, width), operand
  let scale2: Tensor  // (rows, 1)
  let gateUp: Tensor  // (rows, 2 · inner), operand
  let hidden: Tensor  // (rows, inner), operand

  init(_ config: ModelConfig, rows: Int, precision: Precision) {
    let queries = config.heads * config.headSize
    let keys = config.keyHeads * config.headSize
    func floats(_ columns: Int) -> Tensor { Tensor(rows: rows, columns: columns) }
    func operand(_ columns: Int) -> Tensor {
      Tensor(rows: rows, columns: columns, precision: precision)
    }
    input = floats(config.width)
    normed1 = operand(config.width)
    scale1 = floats(1)
    qkv = operand(queries + 2 * keys)
    logSum = floats(config.heads)
    attended = operand(queries)
    middle = floats(config.width)
    normed2 = operand(config.width)
    scale2 = floats(1)
    gateUp = operand(2 * config.inner)
    hidden = operand(config.inner)
  }
}

/// The buffers of one batch: made once, used in every step.
package final class Activations: Sendable {
  /// Sequences of `time` tokens each.
  package let sequences: Int
  package let time: Int
  let layers: [LayerActivations]
  let output: Tensor  // (rows, width): after the last layer
  let normed: Tensor  // (rows, width), operand
  let scale: Tensor  // (rows, 1)
  let losses: Tensor  // (rows, 1): nats
  let rotary: Tensor  // (time, headSize)
  let scratch: [Scratch]  // one for each thread

  package var rows: Int { sequences * time }
  /// Pieces of at most 128 rows in one task's block of sequences.
  var piecesPerBlock: Int { Blocks.count(Blocks.sequences(time: time) * time, by: Blocks.rows) }
  /// Pieces in the batch, and at least as many as 128 rows at a time would make.
  var pieceCount: Int {
    Blocks.count(sequences, by: Blocks.sequences(time: time)) * piecesPerBlock
  }

  /// - Parameter keepsLayers: for training. Without it all layers share one set of buffers.
  package init(
    _ config: ModelConfig, sequences: Int, time: Int, precision: Precision, threads: Int,
    keepsLayers: Bool
  ) {
    (self.sequences, self.time) = (sequences, time)
    let rows = sequences * time
    if keepsLayers {
      layers = (0..<config.layers).map { _ in
        LayerActivations(config, rows: rows, precision: precision)
      }
    } else {
      let shared = LayerActivations(config, rows: rows, precision: precision)
      layers = (0..<config.layers).map { _ in shared }
    }
    output = Tensor(rows: rows, columns: config.width)
    normed = Tensor(rows: rows, columns: config.width, precision: precision)
    scale = Tensor(rows: rows, columns: 1)
    losses = Tensor(rows: rows, columns: 1)
    rotary = rotaryTable(time: time, headSize: config.headSize, base: config.rotaryBase)
    let shape = AttentionShape(config, time: time)
    scratch = (0..<threads).map { _ in
      Scratch(config, shape: shape, sequences: Blocks.sequences(time: time), precision: precision)
    }
  }
}

/// How rows are divided among tasks; it depends on shapes alone, and so do the results.
enum Blocks {
  /// Rows of a product: its operands and result stay in the second-level cache.
  static let rows = 128
  /// Rows of a weight's gradient that one task computes.
  static let weightRows = 128
  /// Tokens of the vocabulary for which one task computes the gradient.
  static let vocabulary = 512
  /// Rows whose gradient of the logits is kept at once.
  static let headRows = 1024

  /// Whole sequences of one task: attention needs them whole.
  static func sequences(time: Int) -> Int { max(1, rows / time) }

  /// A range cut into pieces of `size`, the last maybe shorter.
  static func cut(_ range: Range<Int>, by size: Int) -> [Range<Int>] {
    stride(from: range.lowerBound, to: range.upperBound, by: size).map {
      $0..<min($0 + size, range.upperBound)
    }
  }

  /// Rows cut into pieces of at most 128.
  static func pieces(_ range: Range<Int>) -> [Range<Int>] { cut(range, by: rows) }

  static func count(_ n: Int, by size: Int) -> Int { (n + size - 1) / size }
}

/// Memory of one thread.
final class Scratch: Sendable {
  let wide: Tensor  // (128, the widest of qkv, 2 · inner)
  let narrow: Tensor  // (128, the wider of width and queries)
  let dAttended: Tensor  // (rows of a block, queries), operand
  let dQkv: Tensor  // (time, queries + 2 keys)
  let logits: Tensor  // (128, vocabulary)
  let attention: AttentionScratch

  init(_ config: ModelConfig, shape: AttentionShape, sequences: Int, precision: Precision) {
    let queries = config.heads * config.headSize
    wide = Tensor(rows: Blocks.rows, columns: max(shape.columns, 2 * config.inner))
    narrow = Tensor(rows: Blocks.rows, columns: max(config.width, queries))
    dAttended = Tensor(rows: sequences * shape.time, columns: queries, precision: precision)
    dQkv = Tensor(rows: shape.time, columns: shape.columns)
    logits = Tensor(rows: Blocks.rows, columns: config.vocabulary)
    attention = AttentionScratch(shape, precision: precision)
  }
}

extension AttentionShape {
  init(_ config: ModelConfig, time: Int) {
    self.init(
      time: time, queryHeads: config.heads, keyHeads: config.keyHeads, headSize: config.headSize)
  }
}
