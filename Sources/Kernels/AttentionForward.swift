import Foundation

/// Causal attention in one sequence: `y = softmax(q kᵀ / √headSize) v`, head by head.
///
///     y       (time, queryHeads · headSize)  operand, overwritten
///     logSum  (queryHeads, time)             overwritten: log Σ exp(score), for the backward pass
///     qkv     (time, shape.columns)          operand: queries, keys (both rotated), values
///
/// Scores are kept for 32 queries at a time, a lane for each, so memory grows with time, not time².
/// Source: Dao et al. 2022, arXiv:2205.14135, in blocks of queries.
package func attentionForward(
  _ y: Matrix, logSum: Matrix, _ qkv: Matrix, shape: AttentionShape,
  scratch: borrowing AttentionScratch
) {
  let size = shape.headSize
  for keyHead in 0..<shape.keyHeads {
    let keys = qkv.columns(shape.keys(keyHead))
    let values = scratch.keyRows.view
    values.copy(qkv.columns(shape.values(keyHead)))
    for head in keyHead * shape.group..<(keyHead + 1) * shape.group {
      for block in shape.blocks {
        let (n, seen) = (block.count, block.upperBound)
        let queries = scratch.queries.view.columns(0..<n)
        queries.copy(transposed: qkv.rows(block).columns(shape.queries(head)))
        product(scratch.scores.view.rows(0..<seen).columns(0..<n), keys.rows(0..<seen), queries)
        let sums = causalWeights(
          scratch.weights.view.inner(0..<seen), logSum: logSum.floats(head),
          scratch.scores.view.floats(of: 0..<seen), first: block.lowerBound,
          scale: 1 / Float(size).squareRoot())
        let output = scratch.output.view.rows(0..<n)
        product(
          output, transposed: scratch.weights.view.inner(0..<seen).columns(0..<n),
          values.inner(0..<seen))
        for q in 0..<n {
          let from = output.floats(q)
          let to = y.row(block.lowerBound + q).columns(shape.queries(head))
          let share = 1 / sums[q]
          for c in from.lanes { to[lanes: c] = from[lanes: c] * share }
        }
      }
    }
  }
}

/// The weights of the keys for each query, before division by their sum, which is returned.
///
///     weights  (seen, 32)  overwritten: e^(scale · score − peak), 0 for keys after the query
///     logSum   (time)      of this head: the queries' elements are overwritten
///     scores   seen rows of 32 queries
///
/// - Parameter first: The first query's position.
private func causalWeights(
  _ weights: Panels, logSum: Row, _ scores: Row, first: Int, scale: Float
) -> SIMD32<Float> {
  let seen = weights.inner
  var sums = SIMD32<Float>(repeating: 1)
  for half in 0..<2 {
    let column = 16 * half
    let query = first + column
    var peak = Lanes(repeating: -.infinity)
    for key in 0..<seen {
      let score = scores[lanes: key * 32 + column]
      peak = pointwiseMax(
        peak, key < first ? score : score.kept(from: key, first: query, otherwise: -.infinity))
    }
    peak *= scale
    func weight(_ key: Int) -> Lanes {
      guard key < seen else { return .zero }
      let power = exponential(scores[lanes: key * 32 + column] * scale - peak)
      return key < first ? power : power.kept(from: key, first: query, otherwise: 0)
    }
    var sum = Lanes.zero
    for key in stride(from: 0, to: seen, by: 2) {
      let (one, two) = (weight(key), weight(key + 1))
      weights.set(row: key, column: column, one, two)
      sum += one + two
    }
    for lane in 0..<16 where first + column + lane < seen {
      sums[column + lane] = sum[lane]
      logSum[first + column + lane] = peak[lane] + log(sum[lane])
    }
  }
  return sums
}
