import Formats
import Kernels
import Parallel

/// The division of a batch among tasks, which depends on shapes alone, as do the results.
///
/// A task has whole sequences, which attention needs, and works on pieces of at most 128 rows.
struct Blocks: Sendable {
  let sequences: Int
  let time: Int

  /// The rows of one product, which stay in the second-level cache together with its columns.
  static let rows = 128
  /// The columns of one product.
  static let columns = 128
  /// The rows of a weight's gradient that one task computes.
  static let weightRows = 64
  /// The tokens of the vocabulary for which one task computes the gradient.
  static let vocabulary = 512
  /// The rows whose gradient of the logits is kept at once.
  static let headRows = 2048

  /// The columns of whole attention heads that start with a panel, about as many as `columns`.
  static func headColumns(_ config: ModelConfig) -> Int {
    var whole = config.headSize
    while whole % Panels.width != 0 { whole += config.headSize }
    return whole * max(1, columns / whole)
  }

  /// The number of sequences of one task.
  var sequencesOfTask: Int { min(sequences, max(1, Self.rows / time)) }
  /// The number of rows of one task.
  var rowsOfTask: Int { sequencesOfTask * time }
  /// The number of pieces of one task.
  var piecesOfTask: Int { Self.count(rowsOfTask, by: Self.rows) }
  /// The number of pieces in the batch, at least as many as 128 rows at a time would make.
  var pieceCount: Int { Self.count(sequences, by: sequencesOfTask) * piecesOfTask }

  /// The number of rows of the batch.
  var rowCount: Int { sequences * time }
  /// The number of rows of the batch in panels, where each task's rows start with a step.
  var panelRows: Int { Self.count(sequences, by: sequencesOfTask) * panelRowsOfTask }
  /// The place in panels of rows that belong to one task.
  func panelRows(_ rows: Range<Int>) -> Range<Int> {
    let (task, start) = rows.lowerBound.quotientAndRemainder(dividingBy: rowsOfTask)
    let first = task * panelRowsOfTask + start
    return first..<first + rows.count
  }
  private var panelRowsOfTask: Int { (rowsOfTask + 1) / 2 * 2 }

  /// The rows of a Float32 batch that one sum takes, before the next are added to it: all of them.
  ///
  /// A product cuts them into parts of 512. Where the rows of a task are odd, the parts are those
  /// that panels, with a row more for each task, would have.
  var summedRows: [Range<Int>] {
    guard rowsOfTask % 2 == 1 else { return [0..<rowCount] }
    return (0..<panelRows).parts(of: 512).map { part in
      func row(_ place: Int) -> Int {
        let (task, start) = place.quotientAndRemainder(dividingBy: panelRowsOfTask)
        return min(rowCount, task * rowsOfTask + min(start, rowsOfTask))
      }
      return row(part.lowerBound)..<row(part.upperBound)
    }
  }

  /// The rows of a range in pieces of at most 128.
  static func pieces(_ range: Range<Int>) -> RangeParts { range.parts(of: rows) }

  /// The number of parts of `size`, the last maybe smaller, that `n` elements make.
  static func count(_ n: Int, by size: Int) -> Int { (n + size - 1) / size }
}
