import Foundation

/// The cosines and sines of rotary embeddings: (time, 2 · half), cosines left, sines right.
///
/// The angle of pair i at position t is `t · base^(-2i / headSize)`.
/// Source: Su et al. 2021, arXiv:2104.09864, equation 15.
package func rotaryTable(time: Int, headSize: Int, base: Double) -> Tensor {
  let half = headSize / 2
  precondition(headSize == 2 * half, "rotary embeddings need an even head size, not \(headSize)")
  let table = Tensor(rows: time, columns: headSize)
  for t in 0..<time {
    for i in 0..<half {
      let angle = Double(t) * pow(base, -2 * Double(i) / Double(headSize))
      table.view[t, i] = Float(cos(angle))
      table.view[t, half + i] = Float(sin(angle))
    }
  }
  return table
}

/// Rotates the first `heads` heads of each row by its position and copies the rest (the values).
///
///     y      (rows, columns)   overwritten
///     x      (rows, columns)   heads side by side, queries, then keys, then values
///     table  (time, headSize)  from `rotaryTable`; row r is at position (first + r) mod time
///
/// Element i is paired with element i + half, as in Hugging Face's `rotate_half`. `inverse`
/// rotates back, which is the backward pass.
package func rotate(
  _ y: Matrix, _ x: Matrix, heads: Int, table: Matrix, first: Int = 0, inverse: Bool = false
) {
  let (size, half) = (table.columns, table.columns / 2)
  precondition(y.rows == x.rows && y.columns == x.columns && heads * size <= x.columns)
  let sign: Float = inverse ? -1 : 1
  for r in 0..<x.rows {
    let (y, x, angles) = (y.row(r), x.floats(r), table.floats((first + r) % table.rows))
    let (cosine, sine) = (angles.columns(0..<half), angles.columns(half..<size))
    for start in stride(from: 0, to: heads * size, by: size) {
      let left = x.columns(start..<start + half)
      let right = x.columns(start + half..<start + size)
      let newLeft = y.columns(start..<start + half)
      let newRight = y.columns(start + half..<start + size)
      for i in left.lanes {
        let (a, b, c, s) = (
          left[lanes: i], right[lanes: i], cosine[lanes: i], sine[lanes: i] * sign
        )
        newLeft[lanes: i] = a * c - b * s
        newRight[lanes: i] = b * c + a * s
      }
    }
    let (rest, newRest) = (
      x.columns(heads * size..<x.count), y.columns(heads * size..<x.count)
    )
    for c in rest.lanes { newRest[lanes: c] = rest[lanes: c] }
  }
}
