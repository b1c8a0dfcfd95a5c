/// Looks up tokens: `x[r] = table[tokens[first + r]]`.
///
///     x      (rows, channels)        overwritten
///     table  (vocabulary, channels)
package func embeddingForward(_ x: Matrix, table: Matrix, tokens: [Int32], first: Int) {
  for r in 0..<x.rows {
    let (to, from) = (x.row(r), table.row(Int(tokens[first + r])))
    to.forEachLanes { to[lanes: $0] = from[lanes: $0] }
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
    let (to, from) = (dTable.row(Int(tokens[r])), dx.row(r))
    to.forEachLanes { to[lanes: $0] += from[lanes: $0] }
  }
}
