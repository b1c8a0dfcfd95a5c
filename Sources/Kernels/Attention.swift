import Foundation

/// The sizes of causal attention within one sequence.
package struct AttentionShape: Sendable {
  package let time: Int
  package let queryHeads: Int
  /// Divides `queryHeads`; consecutive query heads share one head of keys and values.
  package let keyHeads: Int
  package let headSize: Int

  package init(time: Int, queryHeads: Int, keyHeads: Int, headSize: Int) {
    precondition(queryHeads % keyHeads == 0, "\(queryHeads) query heads over \(keyHeads)")
    (self.time, self.queryHeads) = (time, queryHeads)
    (self.keyHeads, self.headSize) = (keyHeads, headSize)
  }

  /// Columns of queries, keys and values side by side.
  package var columns: Int { (queryHeads + 2 * keyHeads) * headSize }

  fileprivate func queries(_ head: Int) -> Range<Int> { head * headSize..<(head + 1) * headSize }
  fileprivate func keys(_ head: Int) -> Range<Int> {
    queries(queryHeads + head / (queryHeads / keyHeads))
  }
  fileprivate func values(_ head: Int) -> Range<Int> {
    queries(queryHeads + keyHeads + head / (queryHeads / keyHeads))
  }

  /// Queries handled together: their scores, 64 × time, stay in the second-level cache.
  fileprivate static let queriesAtOnce = 64
  fileprivate var blockCount: Int { (time + Self.queriesAtOnce - 1) / Self.queriesAtOnce }
  fileprivate func block(_ index: Int) -> Range<Int> {
    index * Self.queriesAtOnce..<min(time, (index + 1) * Self.queriesAtOnce)
  }
}

/// Memory of one thread for attention: a block of queries against all keys.
package struct AttentionScratch: ~Copyable, Sendable {
  fileprivate let scores: Tensor  // (queries, time)
  fileprivate let weights: Tensor  // (queries, time), operand
  fileprivate let dScores: Tensor  // (queries, time)
  fileprivate let dScoresOperand: Tensor  // (queries, time), operand
  fileprivate let output: Tensor  // (queries, headSize)

  package init(_ shape: AttentionShape, precision: Precision) {
    let queries = min(shape.time, AttentionShape.queriesAtOnce)
    scores = Tensor(rows: queries, columns: shape.time)
    weights = Tensor(rows: queries, columns: shape.time, precision: precision)
    dScores = Tensor(rows: queries, columns: shape.time)
    dScoresOperand = Tensor(rows: queries, columns: shape.time, precision: precision)
    output = Tensor(rows: queries, columns: shape.headSize)
  }
}

/// Causal attention in one sequence: `y = softmax(q kᵀ / √headSize) v`, head by head.
///
///     y       (time, queryHeads · headSize)  overwritten
///     logSum  (time, queryHeads)             overwritten: log Σ exp(score), for the backward pass
///     qkv     (time, shape.columns)          queries, keys (both rotated), values
///
/// Scores are kept for 64 queries at a time, so memory does not grow with time².
/// Source: Dao et al. 2022, arXiv:2205.14135, in blocks of queries.
package func attentionForward(
  _ y: Matrix, logSum: Matrix, _ qkv: Matrix, shape: AttentionShape,
  scratch: borrowing AttentionScratch
) {
  let scale = 1 / Float(shape.headSize).squareRoot()
  for head in 0..<shape.queryHeads {
    for block in 0..<shape.blockCount {
      let queries = shape.block(block)
      let (n, seen) = (queries.count, 0..<queries.upperBound)
      let scores = scratch.scores.view.rows(0..<n).columns(seen)
      let weights = scratch.weights.view.rows(0..<n).columns(seen)
      let output = scratch.output.view.rows(0..<n)
      let q = qkv.rows(queries).columns(shape.queries(head))
      let (k, v) = (qkv.columns(shape.keys(head)), qkv.columns(shape.values(head)))
      product(scores, q, k.rows(seen), transposing: .second, scale: scale)
      for i in 0..<n {
        logSum[queries.lowerBound + i, head] = causalSoftmax(
          weights.row(i), scores.floats(i), visible: queries.lowerBound + i + 1)
      }
      product(output, weights, v.rows(seen))
      y.rows(queries).columns(shape.queries(head)).copy(output)
    }
  }
}

/// Softmax of the first `visible` elements of `x`, 0 after them; returns log Σ exp(x).
private func causalSoftmax(_ y: Row, _ x: Row, visible: Int) -> Float {
  let hidden = Lanes(repeating: -.infinity)
  var peaks = hidden
  for c in x.lanes {
    let lanes = x[lanes: c, padding: -.infinity]
    peaks = pointwiseMax(peaks, lanes.replacing(with: hidden, where: laneIndices(c) .>= visible))
  }
  let peak = peaks.largest
  var sums = Lanes.zero
  for c in x.lanes {
    let power = exponential(x[lanes: c] - peak)
      .replacing(with: Lanes.zero, where: laneIndices(c) .>= visible)
    sums += power
    x[lanes: c] = power
  }
  let sum = sums.total
  for c in x.lanes { y[lanes: c] = x[lanes: c] * (1 / sum) }
  return peak + log(sum)
}

/// `column`, `column` + 1, … in the lanes.
@inline(__always) private func laneIndices(_ column: Int) -> SIMD16<Int32> {
  SIMD16<Int32>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) &+ Int32(column)
}

@inline(__always) private func .>= (lanes: SIMD16<Int32>, limit: Int) -> SIMDMask<SIMD16<Int32>> {
  lanes .>= SIMD16(repeating: Int32(limit))
}

/// The backward pass of `attentionForward`; the scores are computed again.
///
///     dQkv    (time, shape.columns)          Float32, overwritten
///     dy      (time, queryHeads · headSize)  operand
///     qkv, logSum                            as in the forward pass
///
/// With weights P, dP = dy vᵀ: dScores = P (dP − rowsum(P dP)) / √headSize.
package func attentionBackward(
  _ dQkv: Matrix, _ dy: Matrix, _ qkv: Matrix, logSum: Matrix, shape: AttentionShape,
  scratch: borrowing AttentionScratch
) {
  let scale = 1 / Float(shape.headSize).squareRoot()
  let group = shape.queryHeads / shape.keyHeads
  for head in 0..<shape.queryHeads {
    let (k, v) = (qkv.columns(shape.keys(head)), qkv.columns(shape.values(head)))
    let (dK, dV) = (dQkv.columns(shape.keys(head)), dQkv.columns(shape.values(head)))
    // The last block sees every key, so it comes first and overwrites; the others add.
    for block in (0..<shape.blockCount).reversed() {
      let adding = head % group > 0 || block < shape.blockCount - 1
      let queries = shape.block(block)
      let (n, seen) = (queries.count, 0..<queries.upperBound)
      let scores = scratch.scores.view.rows(0..<n).columns(seen)
      let weights = scratch.weights.view.rows(0..<n).columns(seen)
      let dWeights = scratch.dScores.view.rows(0..<n).columns(seen)
      let dScores = scratch.dScoresOperand.view.rows(0..<n).columns(seen)
      let q = qkv.rows(queries).columns(shape.queries(head))
      let dy = dy.rows(queries).columns(shape.queries(head))
      product(scores, q, k.rows(seen), transposing: .second, scale: scale)
      product(dWeights, dy, v.rows(seen), transposing: .second)
      for i in 0..<n {
        let row = queries.lowerBound + i
        softmaxBackward(
          dScores.row(i), weights: weights.row(i), dWeights.floats(i), scores: scores.floats(i),
          logSum: logSum[row, head], scale: scale, visible: row + 1)
      }
      product(dQkv.rows(queries).columns(shape.queries(head)), dScores, k.rows(seen))
      product(dK.rows(seen), dScores, q, transposing: .first, adding: adding)
      product(dV.rows(seen), weights, dy, transposing: .first, adding: adding)
    }
  }
}

private func softmaxBackward(
  _ dScores: Row, weights: Row, _ dWeights: Row, scores: Row, logSum: Float, scale: Float,
  visible: Int
) {
  var dots = Lanes.zero
  for c in scores.lanes {
    let p = exponential(scores[lanes: c] - logSum)
      .replacing(with: Lanes.zero, where: laneIndices(c) .>= visible)
    dots.addProduct(p, dWeights[lanes: c])
    scores[lanes: c] = p
    weights[lanes: c] = p
  }
  let dot = dots.total
  for c in scores.lanes {
    dScores[lanes: c] = scores[lanes: c] * (dWeights[lanes: c] - dot) * scale
  }
}
