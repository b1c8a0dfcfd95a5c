import Kernels

/// An operand (rows of the batch, columns) of gradients of weights, which sum over its rows.
///
/// Float32 is summed where the rows lie. bfloat16 is copied into panels, whose steps are pairs of
/// rows; each task copies its own.
final class BatchOperand: Sendable {
  private let blocks: Blocks
  private let precision: Precision
  private let rows: Tensor  // (rows, columns), Float32, if they are made for this alone
  private let copies: PanelTensor  // (rows in panels, columns), bfloat16

  /// Allocates the memory.
  ///
  /// - Parameter isKept: Whether the rows are kept elsewhere, for all of the batch at once.
  init(_ blocks: Blocks, columns: Int, precision: Precision, isKept: Bool) {
    (self.blocks, self.precision) = (blocks, precision)
    let isCopied = precision == .bfloat16
    rows = Tensor(rows: isCopied || isKept ? 0 : blocks.rowCount, columns: columns)
    copies = PanelTensor(
      inner: isCopied ? blocks.panelRows : 0, columns: columns, precision: precision)
  }

  /// The place where some rows are to be made: their own if they are Float32, otherwise `scratch`.
  func place(_ range: Range<Int>, scratch: @autoclosure () -> Matrix) -> Matrix {
    precision == .float32 ? rows.view.rows(range) : scratch()
  }

  /// Copies rows that were made, or are kept elsewhere, into panels if they are bfloat16.
  func keep(_ range: Range<Int>, _ matrix: Matrix) {
    guard precision == .bfloat16 else { return }
    copies.view.inner(blocks.panelRows(range)).copy(matrix, isReadLate: true)
  }

  /// The rows that were made in their places.
  var panels: Panels { panels(rows.view) }

  /// The rows that `matrix` keeps.
  func panels(_ matrix: Matrix) -> Panels {
    precision == .float32 ? Panels(rowsOf: matrix) : copies.view
  }
}
