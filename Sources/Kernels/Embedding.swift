/// Looks up tokens: `x[r] = table[tokens[first + r]]`.
///
///     x      (rows, channels)        overwritten
///     table  (vocabulary, channels)
package func embeddingForward(_ x: Matrix, table: Matrix, tokens: [Int32], first: Int) {
  for r in 0..<x.rows {
    let (to, from) = (x.floats(r), table.floats(Int(tokens[first + r])))
    for c in to.lanes { to[lanes: c] = from[lanes: c] }
  }
}

/// The backward pass of `embeddingForward` for the tokens of `range`, in the order of the rows.
///
///     dTable  (vocabulary, channels)  rows of `range` added to
///     dx      (rows, channels)        all rows of the batch
package func embeddingBackward(
  _ dTable: Matrix, range: Range<Int>, _ dx: Matrix, tokens: [Int32]
) {
  for r in 0..<dx.rows where range.contains(Int(tokens[r])) {
    let (to, from) = (dTable.floats(Int(tokens[r])), dx.floats(r))
    for c in to.lanes { to[lanes: c] += from[lanes: c] }
  }
}
