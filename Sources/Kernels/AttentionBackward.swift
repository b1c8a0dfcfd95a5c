/// The backward pass of `attentionForward`; the scores are computed again.
///
///     dQkv    (time, shape.columns)          operand, overwritten: for the vectors before rotation
///     dy      (time, queryHeads · headSize)  operand
///     qkv, logSum                            as in the forward pass
///     table   (time, headSize)               from `rotaryTable`
///
/// With weights P and dP = dy vᵀ: dScores = P (dP − Σ_keys P dP) / √headSize. The sum over the keys
/// is dy · y. It is computed anew because y was rounded to bfloat16: with that y, the gradients of
/// the scores would not sum to 0 over the keys.
/// Source: Dao et al. 2022, arXiv:2205.14135, appendix B.2.
package func attentionBackward(
  _ dQkv: Matrix, _ dy: Matrix, _ qkv: Matrix, logSum: Matrix, table: Matrix,
  shape: AttentionShape, scratch: borrowing AttentionScratch
) {
  let scale = 1 / Float(shape.headSize).squareRoot()
  let (dKeys, dValues) = (scratch.dKeys.view, scratch.dValues.view)
  for keyHead in 0..<shape.keyValueHeads {
    let keys = qkv.columns(shape.keys(keyHead))
    let values = qkv.columns(shape.values(keyHead))
    let keyRows = scratch.keyRows.view.holding(keys)
    dKeys.fill(0)
    dValues.fill(0)
    for head in keyHead * shape.group..<(keyHead + 1) * shape.group {
      let columns = shape.queries(head)
      for block in AttentionShape.blocks(0..<shape.time) {
        let (n, seen) = (block.count, block.upperBound)
        let q = qkv.rows(block).columns(columns)
        let dOutput = dy.rows(block).columns(columns)
        scratch.queries.view.columns(0..<n).copy(transposed: q)
        let queryRows = scratch.queryRows.view.holding(q)
        scratch.dOutputs.view.columns(0..<n).copy(transposed: dOutput)
        let dOutputRows = scratch.dOutputRows.view.holding(dOutput)
        product(
          scratch.scores.view.rows(0..<seen).columns(0..<n), keys.rows(0..<seen),
          scratch.queries.view.columns(0..<n))
        product(
          scratch.dWeights.view.rows(0..<seen).columns(0..<n), values.rows(0..<seen),
          scratch.dOutputs.view.columns(0..<n))
        softmaxBackward(
          scratch, first: block.lowerBound, seen: seen, logSum: logSum.floats(head), scale: scale)
        let weights = scratch.weightRows.rows(0..<seen).columns(0..<n)
        let dScores = scratch.dScoreRows.rows(0..<seen).columns(0..<n)
        let (dK, dV) = (dKeys.rows(0..<seen), dValues.rows(0..<seen))
        product(dV, base: dV, weights, dOutputRows)
        product(dK, base: dK, dScores, queryRows)
        let dQ = scratch.output.view.rows(0..<n)
        product(
          dQ, transposed: scratch.dScorePanels.inner(0..<seen).columns(0..<n),
          keyRows.inner(0..<seen))
        rotate(
          dQkv.rows(block).columns(columns), dQ, heads: 1, table: table, first: block.lowerBound,
          inverse: true)
      }
    }
    rotate(dQkv.columns(shape.keys(keyHead)), dKeys, heads: 1, table: table, inverse: true)
    dQkv.columns(shape.values(keyHead)).copy(dValues)
  }
}

/// Computes the weights and the gradients of the scores from `scores` and `dWeights`, (seen, 32).
///
/// Both are left in rows for sums over queries, and the gradients of the scores also in panels for
/// sums over keys, which of Float32 are the same memory.
private func softmaxBackward(
  _ scratch: borrowing AttentionScratch, first: Int, seen: Int, logSum: Row, scale: Float
) {
  let scores = scratch.scores.view.floats(of: 0..<seen)
  let dWeights = scratch.dWeights.view.floats(of: 0..<seen)
  let weightRows = scratch.weightRows.row(of: 0..<seen)
  let dScoreRows = scratch.dScoreRows.row(of: 0..<seen)
  let panels = scratch.dScorePanels.inner(0..<seen)
  let isFloat32 = panels.precision == .float32
  for half in 0..<2 {
    let column = 16 * half
    guard first + column < seen else { continue }
    // Lanes past the last query get weights that are finite, and are not used.
    let logSums = logSum[lanes: first + column, padding: 1e30]
    var dots = Lanes.zero
    for key in 0..<seen {
      let at = key * 32 + column
      var weight = exponential(scores[lanes: at] * scale - logSums)
      if key >= first { weight = weight.kept(from: key, first: first + column, otherwise: 0) }
      dots.addProduct(weight, dWeights[lanes: at])
      scores[lanes: at] = weight
      if !isFloat32 { weightRows[lanes: at] = weight }
    }
    func dScore(_ key: Int) -> Lanes {
      guard key < seen else { return .zero }
      let at = key * 32 + column
      let dScore = scores[lanes: at] * (dWeights[lanes: at] - dots) * scale
      dScoreRows[lanes: at] = dScore
      return dScore
    }
    for key in stride(from: 0, to: seen, by: 2) {
      let one = dScore(key)
      let two = dScore(key + 1)
      if !isFloat32 { panels.set(row: key, column: column, one, two) }
    }
  }
}
