import Foundation

/// Causal attention in one sequence: `y = softmax(q kᵀ / √headSize) v`, head by head.
///
///     y       (time, queryHeads · headSize)  operand, overwritten
///     logSum  (queryHeads, time)             overwritten: log Σ exp(score), for a backward pass
///     qkv     (time, shape.columns)          operand: queries, keys (both rotated), values
///
/// Scores are kept for 32 queries at a time, a lane for each, so memory grows with time, not time².
/// Source: Dao et al. 2022, arXiv:2205.14135, with blocks of queries only.
package func attentionForward(
  _ y: Matrix, logSum: Matrix?, _ qkv: Matrix, shape: AttentionShape,
  scratch: borrowing AttentionScratch
) {
  attentionForward(
    y, logSum: logSum, queries: qkv, keysAndValues: qkv.columns(shape.keysAndValues), shape: shape,
    scratch: scratch)
}

/// Attention of rows that follow others, whose keys and values are known; the rows may be a tree.
///
///     y              (rows, queryHeads · headSize)    operand, overwritten
///     logSum         (queryHeads, rows)               overwritten, for a backward pass
///     queries        (rows, any)                      operand: the queries on the left, rotated
///     keysAndValues  (past + rows, 2 keys · headSize) operand: rotated keys, values
///
/// - Parameters:
///   - ends: The ends of what sees each row of a tree in preorder: the rows r..<ends[r] see row r.
///     If it is empty, all rows from a row on see it.
///   - first: The first row whose `y` is wanted; those of rows before it are left as they are.
package func attentionForward(
  _ y: Matrix, logSum: Matrix? = nil, queries: Matrix, keysAndValues: Matrix, ends: [Int] = [],
  from first: Int = 0, shape: AttentionShape, scratch: borrowing AttentionScratch
) {
  let size = shape.headSize
  let past = keysAndValues.rows - queries.rows
  precondition(past >= 0 && keysAndValues.rows <= shape.time && y.rows == queries.rows)
  for keyHead in 0..<shape.keyValueHeads {
    let keys = keysAndValues.columns(shape.queries(keyHead))
    let values = scratch.keyRows.view.holding(
      keysAndValues.columns(shape.queries(shape.keyValueHeads + keyHead)))
    for head in keyHead * shape.group..<(keyHead + 1) * shape.group {
      for block in AttentionShape.blocks(first..<queries.rows) {
        let (n, seen) = (block.count, past + block.upperBound)
        let inLanes = scratch.queries.view.columns(0..<n)
        inLanes.copy(transposed: queries.rows(block).columns(shape.queries(head)))
        product(scratch.scores.view.rows(0..<seen).columns(0..<n), keys.rows(0..<seen), inLanes)
        let mask = Mask(past: past, block: block, ends: ends)
        let sums = softmaxWeights(
          scratch.weightPanels.inner(0..<seen), logSum: logSum?.floats(head),
          scratch.scores.view.floats(of: 0..<seen), mask, scale: 1 / Float(size).squareRoot())
        let output = scratch.output.view.rows(0..<n)
        product(
          output, transposed: scratch.weightPanels.inner(0..<seen).columns(0..<n),
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

/// Which keys a block of queries sees.
private struct Mask {
  /// The number of keys that all queries see.
  let past: Int
  /// The rows of the queries; their own keys come after the past ones.
  let block: Range<Int>
  let ends: [Int]

  /// The values `x` of `key` for 16 queries from `row` on, with `otherwise` where one does not see
  /// it.
  @inline(__always) func seen(_ x: Lanes, key: Int, row: Int, otherwise: Float) -> Lanes {
    let own = key - past
    var x = x
    if own >= block.lowerBound { x = x.kept(from: own, first: row, otherwise: otherwise) }
    guard own >= 0, !ends.isEmpty, ends[own] < block.upperBound else { return x }
    return x.kept(below: ends[own], first: row, otherwise: otherwise)
  }
}

/// Computes the weights of the keys for each query, without the division by their sum.
///
///     weights  (seen, 32)  overwritten: e^(scale · score − peak), 0 for keys that are not seen
///     logSum   (time)      of this head: the queries' elements are overwritten
///     scores   seen rows of 32 queries
///
/// - Returns: The sum of each query's weights.
private func softmaxWeights(
  _ weights: Panels, logSum: Row?, _ scores: Row, _ mask: Mask, scale: Float
) -> SIMD32<Float> {
  let seen = weights.inner
  var sums = SIMD32<Float>(repeating: 1)
  for half in 0..<2 {
    let column = 16 * half
    let row = mask.block.lowerBound + column
    guard row < mask.block.upperBound else { continue }
    var peak = Lanes(repeating: -.infinity)
    for key in 0..<seen {
      let score = scores[lanes: key * 32 + column]
      peak = pointwiseMax(peak, mask.seen(score, key: key, row: row, otherwise: -.infinity))
    }
    peak *= scale
    func weight(_ key: Int) -> Lanes {
      guard key < seen else { return .zero }
      let value = exponential(scores[lanes: key * 32 + column] * scale - peak)
      return mask.seen(value, key: key, row: row, otherwise: 0)
    }
    var sum = Lanes.zero
    for key in stride(from: 0, to: seen, by: 2) {
      let (one, two) = (weight(key), weight(key + 1))
      weights.set(row: key, column: column, one, two)
      sum += one + two
    }
    for lane in 0..<min(16, mask.block.upperBound - row) {
      sums[column + lane] = sum[lane]
      logSum?[row + lane] = peak[lane] + log(sum[lane])
    }
  }
  return sums
}
