import Formats
package import Kernels

/// The buffers of one thread for texts that are continued.
package final class ContinuationBuffers: Sendable {
  /// The buffers of one sequence, whose rows are those of several continuations.
  let activations: Activations
  let angles: Tensor  // (rows, headSize): the rotary table's rows for the positions at hand
  /// The number of rows of a forward pass at most.
  package let rows: Int

  /// The number of rows that a forward pass should have, so that its products have some blocks.
  package static let usualRows = 256

  /// Allocates the buffers.
  ///
  /// - Parameters:
  ///   - rows: The rows of all continuations of a forward pass.
  ///   - context: The most tokens that one continuation attends to, itself included.
  package init(_ parameters: Parameters, rows: Int, context: Int) {
    self.rows = rows
    let config = parameters.config
    activations = Activations(
      config, sequences: 1, time: max(rows, context), precision: parameters.precision, threads: 1,
      keeping: .nothing)
    angles = Tensor(rows: rows, columns: config.headSize)
  }
}

extension Parameters {
  /// Runs the layers on all rows of `parts`, on the calling thread.
  ///
  /// The keys and values of the rows are left in the caches behind the past ones; a later part
  /// overwrites those of an earlier one with the same cache. The outputs that are wanted end up
  /// normalised in the first rows of `buffers`, part after part. The bits of a row do not depend on
  /// what else is in the pass, nor on how a chain is divided among passes.
  ///
  /// - Returns: The number of outputs.
  package func forward(_ parts: [Continuation], _ buffers: ContinuationBuffers) -> Int {
    let (a, scratch) = (buffers.activations, buffers.activations.scratch[0])
    let starts = parts.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.tree.rows) }
    var rows = 0..<(starts.last ?? 0)
    let outputs = zip(parts, starts).flatMap { part, start in part.tree.outputs.map { start + $0 } }
    precondition(rows.count <= buffers.rows, "\(rows.count) rows, room for \(buffers.rows)")
    embeddingForward(
      a.inputs[0].view.rows(rows), table: views.embedding, tokens: parts.flatMap(\.tree.tokens),
      first: 0)
    for (part, start) in zip(parts, starts) {
      for (row, depth) in part.tree.depths.enumerated() {
        buffers.angles.view.rows(start + row..<start + row + 1)
          .copy(a.rotary.view.rows(part.past + depth..<part.past + depth + 1))
      }
    }
    for layer in 0..<config.layers {
      let isLast = layer == config.layers - 1
      for piece in Blocks.pieces(rows) {
        project(layer, a, piece, angles: buffers.angles.view, first: piece.lowerBound, scratch)
      }
      for (part, start) in zip(parts, starts) {
        attend(layer, a, part, start: start, isLast: isLast, scratch)
      }
      if isLast {
        // Nothing more is made of the other rows than keys and values.
        a.layers[layer].attended.view.gather(outputs)
        a.inputs[layer].view.gather(outputs)
        rows = 0..<outputs.count
      }
      addAttended(layer, a, rows: rows)
      expand(layer, a, rows: rows, scratch)
      contract(layer, a, rows: rows)
    }
    rmsNormForward(
      a.normed.view.rows(rows), scale: a.scale.view.rows(rows), a.output.view.rows(rows),
      gain: views.norm, epsilon: config.normEpsilon)
    return outputs.count
  }

  /// Computes the attention of one part, whose rows start with `start` in the buffers.
  private func attend(
    _ layer: Int, _ activations: Activations, _ part: Continuation, start: Int, isLast: Bool,
    _ scratch: Scratch
  ) {
    let a = activations.layers[layer]
    let (rows, count) = (start..<start + part.tree.rows, part.past + part.tree.rows)
    let shape = AttentionShape(config, time: activations.time)
    let qkv = a.qkv.view.rows(rows)
    let cache = part.cache.layers[layer].view
    cache.rows(part.past..<count).copy(qkv.columns(shape.keysAndValues))
    attentionForward(
      a.attended.view.rows(rows), queries: qkv, keysAndValues: cache.rows(0..<count),
      ends: part.tree.ends, from: isLast ? part.tree.outputs.first ?? part.tree.rows : 0,
      shape: shape, scratch: scratch.attention)
  }

  /// The loss of each output of the last pass, in nats, and whether its target is the likeliest
  /// token.
  package func losses(
    of parts: [Continuation], _ buffers: ContinuationBuffers
  ) -> [(loss: Float, isGreedy: Bool)] {
    let (a, scratch) = (buffers.activations, buffers.activations.scratch[0])
    let targets = parts.flatMap(\.tree.targets)
    var found: [(loss: Float, isGreedy: Bool)] = []
    for piece in Blocks.pieces(0..<targets.count) {
      scratch.crossEntropy.losses(
        a.losses.view.rows(piece), exponentials: nil, a.normed.view.rows(piece),
        head: operands.head.forward, targets: targets, first: piece.lowerBound)
      for row in piece {
        let isGreedy = scratch.crossEntropy.isTargetLargest(row: row - piece.lowerBound)
        found.append((a.loss(row: row), isGreedy))
      }
    }
    return found
  }

  /// The most likely token after each of the `count` outputs of the last pass.
  package func likeliestTokens(_ count: Int, _ buffers: ContinuationBuffers) -> [Int32] {
    largestLogits(buffers.activations.normed.view.rows(0..<count), head: operands.head.forward)
  }

  /// The logits (outputs, vocabulary) of the `count` outputs of the last pass, for tests.
  package func logits(_ count: Int, _ buffers: ContinuationBuffers) -> Tensor {
    let logits = Tensor(rows: count, columns: config.vocabularySize)
    product(logits.view, buffers.activations.normed.view.rows(0..<count), operands.head.forward)
    return logits
  }
}
