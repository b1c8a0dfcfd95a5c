import CPanels

/// Values of one sum that are added up before the next ones: b's part of a panel, 64 KiB in bfloat16,
/// stays in the second-level cache for all rows.
private let innerBlock = 2048

/// The matrix product `c = base + a · b`; sums in Float32.
///
///     c     (rows, columns)  Float32 or the precision of `a`, overwritten
///     base  (rows, columns)  Float32; zero if it is missing; may be `c`
///     a     (rows, inner)    row-major
///     b     (inner, columns) the precision of `a`
///
/// Runs on the calling thread. Every element is one sum in a fixed order: its bits do not depend on
/// how rows or columns are divided among calls.
package func product(_ c: Matrix, base: Matrix? = nil, _ a: Matrix, _ b: Panels) {
  precondition(
    a.precision == b.precision && a.rows == c.rows && a.columns == b.inner,
    "(\(c.rows), \(c.columns)) = (\(a.rows), \(a.columns)) · (\(b.inner), \(b.columns))")
  unsafe multiply(
    c, base: base, a: a.base, row: a.stride * a.precision.bytes, step: 4, b, block: innerBlock)
}

/// The matrix product `c = base + aᵀ · b` of two operands in panels: a gradient of weights.
///
///     c, base  (rows, columns)
///     a        (inner, rows)     at most one panel of 32 rows at a time is fastest
///     b        (inner, columns)
package func product(_ c: Matrix, base: Matrix? = nil, transposed a: Panels, _ b: Panels) {
  precondition(
    a.precision == b.precision && a.columns == c.rows && a.inner == b.inner,
    "(\(c.rows), \(c.columns)) = (\(a.inner), \(a.columns))ᵀ · (\(b.inner), \(b.columns))")
  for start in stride(from: 0, to: max(a.columns, 1), by: Panels.width) {
    let rows = start..<min(start + Panels.width, a.columns)
    unsafe multiply(
      c.rows(rows), base: base?.rows(rows), a: a.columns(rows).base, row: 4, step: a.stepStride, b,
      block: innerBlock / 4)
  }
}

/// - Parameters:
///   - row: Bytes from one row of a to the next; `step`: from one step to the next.
///   - block: Values added up at a time.
@unsafe private func multiply(
  _ c: Matrix, base: Matrix?, a: UnsafeMutableRawPointer, row: Int, step: Int, _ b: Panels,
  block: Int
) {
  precondition(c.columns == b.columns && base?.precision ?? .float32 == .float32)
  precondition(base.map { $0.rows == c.rows && $0.columns == c.columns } ?? true)
  // Partial sums are kept in c, which must hold them exactly.
  let block = c.precision == .float32 ? block : max(b.inner, 1)
  for first in stride(from: 0, to: max(b.inner, 1), by: block) {
    let part = b.inner(first..<min(first + block, b.inner))
    let start: Matrix? = first == 0 ? base : c
    for column in stride(from: 0, to: c.columns, by: Panels.width) {
      let panel = unsafe panel_product(
        c: c.base + column * c.precision.bytes, c_stride: Int64(c.stride),
        c_is_bfloat16: c.precision == .bfloat16,
        base: start.map {
          unsafe UnsafePointer($0.base.assumingMemoryBound(to: Float.self) + column)
        },
        base_stride: Int64(start?.stride ?? 0),
        a: a + first / b.precision.valuesPerStep * step, a_row: Int64(row), a_step: Int64(step),
        b: part.base + column / Panels.width * b.panelStride, b_step: Int64(b.stepStride),
        steps: Int64(part.steps), rows: Int64(c.rows),
        columns: Int64(min(Panels.width, c.columns - column)))
      switch b.precision {
      case .float32: unsafe panel_product_float32(panel)
      case .bfloat16: unsafe panel_product_bfloat16(panel)
      }
    }
  }
}
