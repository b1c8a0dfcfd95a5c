/// The gated unit of a feed-forward layer: `h = silu(gate) · up`, `silu(x) = x / (1 + e^-x)`.
///
///     h                   (rows, columns)  operand, overwritten
///     kept                (rows, columns)  overwritten: gate and up in the precision of products,
///                                          for the backward pass, if there will be one
///     gate, up            (rows, columns)  Float32
///
/// Source: Shazeer 2020, arXiv:2002.05202, equation 6.
package func swiGLUForward(
  _ h: Matrix, kept: (gate: Matrix, up: Matrix)?, gate: Matrix, up: Matrix
) {
  precondition(h.rows == gate.rows && h.columns == gate.columns && up.columns == gate.columns)
  for r in 0..<h.rows {
    let (h, gate, up) = (h.row(r), gate.floats(r), up.floats(r))
    guard let kept else {
      for c in h.lanes { h[lanes: c] = gate[lanes: c] * logistic(gate[lanes: c]) * up[lanes: c] }
      continue
    }
    let (keptGate, keptUp) = (kept.gate.row(r), kept.up.row(r))
    for c in h.lanes {
      let (g, u) = (gate[lanes: c], up[lanes: c])
      keptGate.stream(lanes: c, g)
      keptUp.stream(lanes: c, u)
      h[lanes: c] = g * logistic(g) * u
    }
  }
}

/// The backward pass of `swiGLUForward`.
///
///     dGate, dUp  (rows, columns)  operand, overwritten
///     dh          (rows, columns)  Float32
///     gate, up    (rows, columns)  what the forward pass kept
package func swiGLUBackward(dGate: Matrix, dUp: Matrix, _ dh: Matrix, gate: Matrix, up: Matrix) {
  precondition(dh.rows == gate.rows && dh.columns == gate.columns && up.columns == gate.columns)
  for r in 0..<dh.rows {
    let (dh, gate, up) = (dh.floats(r), gate.row(r), up.row(r))
    let (dGate, dUp) = (dGate.row(r), dUp.row(r))
    for c in dh.lanes {
      let (g, u, d) = (gate[lanes: c], up[lanes: c], dh[lanes: c])
      let sigma = logistic(g)
      let silu = g * sigma
      dGate[lanes: c] = d * u * (sigma + silu - silu * sigma)
      dUp[lanes: c] = d * silu
    }
  }
}
