import Formats
import Kernels
import Parallel

/// How a batch is divided among tasks; it depends on shapes alone, and so do the results.
///
/// A task has whole sequences, which attention needs, and works on pieces of at most 128 rows.
struct Blocks: Sendable {
  let sequences: Int
  let time: Int

  /// Rows of a product: with the columns handled together they stay in the second-level cache.
  static let rows = 128
  /// Columns handled together.
  static let columns = 128
  /// Rows of a weight's gradient that one task computes.
  static let weightRows = 64
  /// Tokens of the vocabulary for which one task computes the gradient.
  static let vocabulary = 512
  /// Rows whose gradient of the logits is kept at once.
  static let headRows = 2048

  /// Columns of whole attention heads that start with a panel, about as many as `columns`.
  static func headColumns(_ config: ModelConfig) -> Int {
    var whole = config.headSize
    while whole % Panels.width != 0 { whole += config.headSize }
    return whole * max(1, columns / whole)
  }

  /// Sequences of one task.
  var sequencesOfTask: Int { min(sequences, max(1, Self.rows / time)) }
  var rowsOfTask: Int { sequencesOfTask * time }
  /// Pieces of one task.
  var piecesOfTask: Int { Self.count(rowsOfTask, by: Self.rows) }
  /// Pieces in the batch, and at least as many as 128 rows at a time would make.
  var pieceCount: Int { Self.count(sequences, by: sequencesOfTask) * piecesOfTask }

  /// Rows of the batch in panels, where each task's rows start with a step.
  var panelRows: Int { Self.count(sequences, by: sequencesOfTask) * panelRowsOfTask }
  /// The place in panels of rows that belong to one task.
  func panelRows(_ rows: Range<Int>) -> Range<Int> {
    let (task, start) = rows.lowerBound.quotientAndRemainder(dividingBy: rowsOfTask)
    let first = task * panelRowsOfTask + start
    return first..<first + rows.count
  }
  private var panelRowsOfTask: Int { (rowsOfTask + 1) / 2 * 2 }

  /// Rows cut into pieces of at most 128.
  static func pieces(_ range: Range<Int>) -> RangeParts { range.parts(of: rows) }

  static func count(_ n: Int, by size: Int) -> Int { (n + size - 1) / size }
}
