import CPanels
import Parallel

/// The number of values of one sum that are added up before the next ones.
///
/// Their part of a panel of b, 128 KiB in bfloat16, stays in the second-level cache for all rows.
private let innerBlock = 2048

/// The matrix product `c = base + a · b`; sums in Float32.
///
///     c     (rows, columns)  Float32, overwritten; bfloat16 if `a` is and there is no base
///     base  (rows, columns)  Float32; zero if it is missing; may be `c`
///     a     (rows, inner)    row-major
///     b     (inner, columns) the precision of `a`
///
/// At least one value is summed. The product runs on the calling thread. Every element is one sum
/// in a fixed order: its bits do not depend on how rows or columns are divided among calls.
///
/// - Parameter later: What is read after the product, and is fetched meanwhile as far as there is
///   time: from its first element to its last, in the order of memory.
package func product(
  _ c: Matrix, base: Matrix? = nil, _ a: Matrix, _ b: Panels, fetching later: Matrix? = nil
) {
  precondition(
    a.precision == b.precision && a.rows == c.rows && a.columns == b.inner,
    "(\(c.rows), \(c.columns)) = (\(a.rows), \(a.columns)) · (\(b.inner), \(b.columns))")
  for part in parts(b.inner, of: innerBlock, c.precision) {
    let b = b.inner(part)
    unsafe multiply(
      c, base: part.lowerBound == 0 ? base : c, a: a.base + part.lowerBound * a.precision.bytes,
      row: a.stride * a.precision.bytes, step: 4, b, ahead: b.base + b.panelStride, last: b,
      fetching: part.lowerBound == 0 ? later : nil)
  }
}

/// The matrix product `c = base + aᵀ · b` of two operands in panels: a gradient of weights.
///
///     c, base  (rows, columns)
///     a        (inner, rows)
///     b        (inner, columns)
package func product(_ c: Matrix, base: Matrix? = nil, transposed a: Panels, _ b: Panels) {
  precondition(
    a.precision == b.precision && a.columns == c.rows && a.inner == b.inner,
    "(\(c.rows), \(c.columns)) = (\(a.inner), \(a.columns))ᵀ · (\(b.inner), \(b.columns))")
  let inner = parts(b.inner, of: innerBlock / 4, c.precision)
  let rows = (0..<a.columns).parts(of: Panels.width)
  for (number, part) in inner.enumerated() {
    let start = part.lowerBound == 0 ? base : c
    let nextPart = inner[min(number + 1, inner.count - 1)]
    let (b, nextB) = (b.inner(part), b.inner(nextPart))
    // The values of b stay in the second-level cache for all panels of a.
    for (panel, range) in rows.enumerated() {
      let isLast = panel == rows.count - 1
      let ofA = a.inner(part).columns(range)
      let nextOfA = isLast ? a.inner(nextPart) : a.inner(part).columns(rows[panel + 1])
      unsafe multiply(
        c.rows(range), base: start?.rows(range), a: ofA.base, row: 4, step: a.stepStride, b,
        ahead: isLast && panel > 0 ? nextB.base : b.base + b.panelStride, last: nextOfA)
    }
  }
}

/// The values of a sum cut into parts of `size`, or one part if partial sums would be rounded.
private func parts(_ inner: Int, of size: Int, _ precision: Precision) -> RangeParts {
  precondition(inner > 0, "a sum of nothing")
  return (0..<inner).parts(of: precision == .float32 ? size : inner)
}

/// Multiplies `a` and `b` panel by panel, with the whole of their inner dimension in one part.
///
/// - Parameters:
///   - row: The bytes from one row of a to the next.
///   - step: The bytes from one step of a to the next.
///   - ahead: The panels that are fetched while those of b, one by one, are multiplied.
///   - last: The panel that is fetched during the last one.
///   - later: What is fetched in the steps that are left.
@unsafe private func multiply(
  _ c: Matrix, base: Matrix?, a: UnsafeMutableRawPointer, row: Int, step: Int, _ b: Panels,
  ahead: UnsafeMutableRawPointer, last: Panels, fetching later: Matrix? = nil
) {
  precondition(c.columns == b.columns && base?.precision ?? .float32 == .float32)
  precondition(
    c.precision == .float32 || b.precision == .bfloat16 && base == nil,
    "a sum is kept in bfloat16 only of such operands, and without a base")
  precondition(base.map { $0.rows == c.rows && $0.columns == c.columns } ?? true)
  let laterBytes = later.map { $0.rows * $0.stride * $0.precision.bytes } ?? 0
  let panels = (c.columns + Panels.width - 1) / Panels.width
  /// The end of what the first `count` panels fetch.
  func end(_ count: Int) -> UnsafeMutableRawPointer? {
    unsafe later.map { unsafe $0.base + laterBytes * count / panels }
  }
  for column in stride(from: 0, to: c.columns, by: Panels.width) {
    let number = column / Panels.width
    let offset = number * b.panelStride
    let isLast = column + Panels.width >= c.columns
    let product = unsafe panel_product(
      c: c.base + column * c.precision.bytes, c_stride: Int64(c.stride),
      c_is_bfloat16: c.precision == .bfloat16,
      base: base.map {
        unsafe UnsafePointer($0.base.assumingMemoryBound(to: Float.self) + column)
      },
      base_stride: Int64(base?.stride ?? 0), a: a, a_row: Int64(row), a_step: Int64(step),
      b: b.base + offset, b_step: Int64(b.stepStride), next: isLast ? last.base : ahead + offset,
      next_step: Int64(isLast ? last.stepStride : b.stepStride),
      later: end(number), later_end: end(number + 1),
      steps: Int64(b.steps),
      rows: Int64(c.rows), columns: Int64(min(Panels.width, c.columns - column)))
    switch b.precision {
    case .float32: unsafe panel_product_float32(product)
    case .bfloat16: unsafe panel_product_bfloat16(product)
    }
  }
}
