/// Root-mean-square normalisation of each row: `y = x · s · gain`, `s = 1/√(mean x² + epsilon)`.
///
///     y      (rows, channels)  overwritten
///     scale  (rows, 1)         s, overwritten, for the backward pass
///     x      (rows, channels)  Float32
///     gain   (1, channels)     Float32
///
/// Source: Zhang, Sennrich 2019, arXiv:1910.07467, equation 4.
package func rmsNormForward(
  _ y: Matrix, scale: Matrix, _ x: Matrix, gain: Matrix, epsilon: Float
) {
  precondition(y.rows == x.rows && y.columns == x.columns && gain.columns == x.columns)
  let gain = gain.floats(0)
  for r in 0..<x.rows {
    let (x, y) = (x.floats(r), y.row(r))
    var squares = Lanes.zero
    for c in x.lanes { squares.addProduct(x[lanes: c], x[lanes: c]) }
    let s = 1 / (squares.total / Float(x.count) + epsilon).squareRoot()
    scale[r, 0] = s
    for c in x.lanes { y[lanes: c] = x[lanes: c] * gain[lanes: c] * s }
  }
}

/// The backward pass of `rmsNormForward`.
///
///     dx     (rows, channels)  added to: s · (dy gain − x s² mean(dy gain x))
///     dGain  (1, channels)     overwritten: Σ over these rows of dy x s
///     copy   (rows, channels)  overwritten: dx after the addition, as the next product's operand
///     dy, x  (rows, channels)  Float32
///     scale  (rows, 1)         as the forward pass left it
///     gain   (1, channels)
package func rmsNormBackward(
  _ dx: Matrix, dGain: Matrix, copy: Matrix, _ dy: Matrix, _ x: Matrix, scale: Matrix, gain: Matrix
) {
  precondition(dx.rows == x.rows && dy.rows == x.rows && dGain.columns == x.columns)
  dGain.fill(0)
  let (gain, dGain) = (gain.floats(0), dGain.floats(0))
  for r in 0..<x.rows {
    let (dx, copy, dy, x, s) = (
      dx.floats(r), copy.row(r), dy.floats(r), x.floats(r), scale[r, 0]
    )
    var dot = Lanes.zero
    for c in x.lanes { dot.addProduct(dy[lanes: c] * gain[lanes: c], x[lanes: c]) }
    let pull = dot.total / Float(x.count) * s * s * s
    for c in x.lanes {
      let (dyLanes, xLanes) = (dy[lanes: c], x[lanes: c])
      let sum = dx[lanes: c] + dyLanes * gain[lanes: c] * s - xLanes * pull
      dx[lanes: c] = sum
      copy[lanes: c] = sum
      dGain[lanes: c] = dGain[lanes: c].addingProduct(dyLanes * s, xLanes)
    }
  }
}
