import Parallel

/// The token with the largest logit in each row, the first of equals.
///
///     x     (rows, channels)        operand
///     head  (channels, vocabulary)  the logits are x · head
///
/// The logits come a block of columns at a time and are not kept.
package func largestLogits(_ x: Matrix, head: Panels) -> [Int32] {
  var best = [(logit: Float, token: Int)](repeating: (-.infinity, 0), count: x.rows)
  let logits = Tensor(rows: x.rows, columns: CrossEntropy.blockColumns)
  for columns in (0..<head.columns).parts(of: CrossEntropy.blockColumns) {
    let block = logits.view.columns(0..<columns.count)
    product(block, x, head.columns(columns))
    for r in 0..<x.rows {
      let row = block.floats(r)
      for c in row.lanes {
        let lanes = row[lanes: c, padding: -.infinity]
        guard lanes.largest > best[r].logit else { continue }
        for lane in 0..<min(16, row.count - c) where lanes[lane] > best[r].logit {
          best[r] = (lanes[lane], columns.lowerBound + c + lane)
        }
      }
    }
  }
  return best.map { Int32($0.token) }
}
