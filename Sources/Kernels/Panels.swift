import CPanels

/// A matrix laid out for products, which sum over its rows: panels of 32 columns, see `CPanels.h`.
///
/// It is a window on a `PanelTensor`, to which the rules of `Matrix` apply.
@safe package struct Panels: @unchecked Sendable {
  let base: UnsafeMutableRawPointer
  /// The number of values in each sum, which is that of the matrix's rows.
  package let inner: Int
  package let columns: Int
  package let precision: Precision
  /// The bytes from one panel to the next.
  let panelStride: Int
  /// The bytes from one step of a panel to the next.
  let stepStride: Int

  /// The number of columns of one panel.
  package static let width = panel_columns

  fileprivate init(
    base: UnsafeMutableRawPointer, inner: Int, columns: Int, precision: Precision,
    panelStride: Int, stepStride: Int
  ) {
    unsafe self.base = base
    (self.inner, self.columns, self.precision) = (inner, columns, precision)
    (self.panelStride, self.stepStride) = (panelStride, stepStride)
  }

  /// The rows of a Float32 matrix, which products sum over where they lie.
  ///
  /// Past the end of a last panel that is narrower they read, and do not use, what follows.
  package init(rowsOf matrix: Matrix) {
    precondition(matrix.precision == .float32, "steps of bfloat16 are pairs of rows")
    unsafe self.init(
      base: matrix.base, inner: matrix.rows, columns: matrix.columns, precision: .float32,
      panelStride: panel_step_bytes, stepStride: matrix.stride * 4)
  }

  /// The columns of `range`, which starts with a panel.
  package func columns(_ range: Range<Int>) -> Panels {
    precondition(
      range.lowerBound % Self.width == 0 && range.lowerBound >= 0 && range.upperBound <= columns,
      "columns \(range) of \(columns)")
    return unsafe Panels(
      base: base + range.lowerBound / Self.width * panelStride, inner: inner, columns: range.count,
      precision: precision, panelStride: panelStride, stepStride: stepStride)
  }

  /// The rows of `range`, which starts with a step.
  package func inner(_ range: Range<Int>) -> Panels {
    precondition(
      range.lowerBound % precision.valuesPerStep == 0 && range.lowerBound >= 0
        && range.upperBound <= inner, "rows \(range) of \(inner)")
    return unsafe Panels(
      base: base + range.lowerBound / precision.valuesPerStep * stepStride,
      inner: range.count, columns: columns, precision: precision, panelStride: panelStride,
      stepStride: stepStride)
  }

  /// The number of steps of a product, each of which sums one value or a pair.
  var steps: Int { (inner + precision.valuesPerStep - 1) / precision.valuesPerStep }

  /// Overwrites the panels with `matrix` (inner, columns), Float32 or as precise as the panels.
  ///
  /// An odd last row gets zeros beside it.
  ///
  /// - Parameter isReadLate: Whether the panels are read when they would have left the caches
  ///   anyway.
  package func copy(_ matrix: Matrix, isReadLate: Bool = false) {
    precondition(matrix.rows == inner && matrix.columns == columns)
    var target = unsafe target
    unsafe target.is_read_late = isReadLate
    unsafe panels_from_rows(target, source(matrix))
  }

  /// The rows of `matrix` to be summed over: where they lie if they are Float32, otherwise copied
  /// into the first rows of these panels.
  func holding(_ matrix: Matrix) -> Panels {
    if matrix.precision == .float32 { return Panels(rowsOf: matrix) }
    let panels = inner(0..<matrix.rows)
    panels.copy(matrix)
    return panels
  }

  /// Overwrites the panels with the transpose of `matrix` (columns, inner).
  ///
  /// The matrix is Float32 or as precise as the panels; an odd last row gets zeros beside it.
  package func copy(transposed matrix: Matrix) {
    precondition(matrix.rows == columns && matrix.columns == inner)
    unsafe panels_from_columns(target, source(matrix))
  }

  private var target: panel_target {
    precondition(stepStride == panel_step_bytes, "rows of a matrix are no panels to copy into")
    return unsafe panel_target(
      panels: base, panel_stride: Int64(panelStride), is_bfloat16: precision == .bfloat16,
      is_read_late: false)
  }

  private func source(_ matrix: Matrix) -> panel_source {
    precondition(
      matrix.precision == .float32 || precision == .bfloat16, "bfloat16 does not become Float32")
    return unsafe panel_source(
      values: matrix.base, stride: Int64(matrix.stride), rows: Int64(matrix.rows),
      columns: Int64(matrix.columns), is_bfloat16: matrix.precision == .bfloat16)
  }

  /// Overwrites 16 columns, from `column` on, of the rows `row`, which is even, and `row` + 1.
  @inline(__always) func set(row: Int, column: Int, _ first: Lanes, _ second: Lanes) {
    precondition(row % 2 == 0 && row >= 0 && row < inner && column % 16 == 0 && column >= 0)
    precondition(column < columns || column < Self.width)
    let at = unsafe address(row: row, column: column)
    if precision == .bfloat16 {
      unsafe at.storeBytes(of: pairs(first, second), as: SIMD16<UInt32>.self)
    } else {
      unsafe at.storeBytes(of: first, as: Lanes.self)
      if row + 1 < inner {
        unsafe at.storeBytes(of: second, toByteOffset: stepStride, as: Lanes.self)
      }
    }
  }

  /// Overwrites one element.
  func set(row: Int, column: Int, _ value: Float) {
    precondition(0..<inner ~= row && 0..<columns ~= column)
    let at = unsafe address(row: row, column: column)
    if precision == .bfloat16 {
      unsafe at.storeBytes(of: bfloat16(value), toByteOffset: row % 2 * 2, as: UInt16.self)
    } else {
      unsafe at.storeBytes(of: value, as: Float.self)
    }
  }

  /// The address of the step that an element belongs to.
  @inline(__always) private func address(row: Int, column: Int) -> UnsafeMutableRawPointer {
    unsafe base + column / Self.width * panelStride + row / precision.valuesPerStep * stepStride
      + column % Self.width * 4
  }
}

/// A matrix (inner, columns) in panels that owns its memory; zero at first.
@safe package struct PanelTensor: ~Copyable, @unchecked Sendable {
  private let memory: Tensor
  package let view: Panels

  package init(inner: Int, columns: Int, precision: Precision) {
    let perStep = precision.valuesPerStep
    let steps = (inner + perStep - 1) / perStep
    let panels = (columns + Panels.width - 1) / Panels.width
    memory = Tensor(rows: panels, columns: steps * Panels.width)  // of 4 bytes, whatever is in them
    unsafe view = Panels(
      base: memory.view.base, inner: inner, columns: columns, precision: precision,
      panelStride: memory.view.stride * 4, stepStride: panel_step_bytes)
  }
}
