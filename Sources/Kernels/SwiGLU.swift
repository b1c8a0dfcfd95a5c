/// The gated unit of a feed-forward layer: `h = silu(gate) · up`, `silu(x) = x / (1 + e^-x)`.
///
///     h       (rows, inner)      overwritten
///     kept    (rows, 2 · inner)  overwritten: `gateUp` in the precision of products
///     gateUp  (rows, 2 · inner)  Float32: gate in the left half, up in the right
///
/// Source: Shazeer 2020, arXiv:2002.05202, equation 6.
package func swiGLUForward(_ h: Matrix, kept: Matrix, _ gateUp: Matrix) {
  let inner = h.columns
  precondition(h.rows == gateUp.rows && gateUp.columns == 2 * inner && kept.columns == 2 * inner)
  for r in 0..<h.rows {
    let (h, both, kept) = (h.row(r), gateUp.floats(r), kept.row(r))
    let (gate, up) = (both.columns(0..<inner), both.columns(inner..<2 * inner))
    let (keptGate, keptUp) = (kept.columns(0..<inner), kept.columns(inner..<2 * inner))
    for c in h.lanes {
      let (g, u) = (gate[lanes: c], up[lanes: c])
      keptGate[lanes: c] = g
      keptUp[lanes: c] = u
      h[lanes: c] = g * logistic(g) * u
    }
  }
}

/// The backward pass of `swiGLUForward`.
///
///     dGateUp  (rows, 2 · inner)  overwritten
///     dh       (rows, inner)      Float32
///     gateUp   (rows, 2 · inner)  what the forward pass kept
package func swiGLUBackward(_ dGateUp: Matrix, _ dh: Matrix, _ gateUp: Matrix) {
  let inner = dh.columns
  precondition(dh.rows == gateUp.rows && gateUp.columns == 2 * inner)
  for r in 0..<dh.rows {
    let (dh, both, dBoth) = (dh.floats(r), gateUp.row(r), dGateUp.row(r))
    let (gate, up) = (both.columns(0..<inner), both.columns(inner..<2 * inner))
    let (dGate, dUp) = (dBoth.columns(0..<inner), dBoth.columns(inner..<2 * inner))
    for c in dh.lanes {
      let (g, u, d) = (gate[lanes: c], up[lanes: c], dh[lanes: c])
      let sigma = logistic(g)
      let silu = g * sigma
      dGate[lanes: c] = d * u * (sigma + silu - silu * sigma)
      dUp[lanes: c] = d * silu
    }
  }
}
