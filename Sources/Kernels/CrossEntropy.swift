import Foundation
import Parallel

/// The target of a row that is not to be learned or scored, such as padding.
package let ignoredTarget: Int32 = -1

/// Cross-entropy of each row's softmax against its target, in nats, with its gradient.
///
/// The logits come a block of columns at a time and are never kept. Two things remain of a block:
/// its exponentials e^(logit − peak), in the precision of products, and the peak, which is the
/// largest logit up to this block. Once the sum over all columns is known, the gradient is made
/// from them. Float32 exponentials replace the logits where these were computed.
/// Source: Milakov, Gimelshein 2018, arXiv:1805.02867, algorithm 3.
@safe package struct CrossEntropy: ~Copyable, @unchecked Sendable {
  private let logitsOfBlock: Tensor  // (rows, blockColumns)
  private let peaks: Tensor  // (rows, blocks): the largest logit up to this block
  private let sums: Tensor  // (1, rows): Σ e^(logit − last peak)
  private let scores: Tensor  // (1, rows): the target's logit

  /// The number of columns of a block.
  package static let blockColumns = 512

  /// Allocates memory for at most `rows` rows.
  package init(rows: Int, vocabulary: Int) {
    let blocks = (0..<vocabulary).parts(of: Self.blockColumns).count
    logitsOfBlock = Tensor(rows: rows, columns: Self.blockColumns)
    peaks = Tensor(rows: rows, columns: blocks)
    sums = Tensor(rows: 1, columns: rows)
    scores = Tensor(rows: 1, columns: rows)
  }

  /// Computes the losses −log p(target) in nats, 0 where the target is ignored.
  ///
  ///     losses        (rows, 1)               overwritten
  ///     exponentials  (rows, vocabulary)      operand, overwritten, for `gradient`; or nil
  ///     x             (rows, channels)        operand
  ///     head          (channels, vocabulary)  the logits are x · head
  ///
  /// - Parameter targets: One token for each row, from index `first` on.
  package func losses(
    _ losses: Matrix, exponentials: Matrix?, _ x: Matrix, head: Panels, targets: [Int32], first: Int
  ) {
    let vocabulary = head.columns
    for (block, columns) in (0..<vocabulary).parts(of: Self.blockColumns).enumerated() {
      let exponentials = exponentials?.columns(columns)
      let inPlace = exponentials?.precision == .float32 ? exponentials : nil
      let logits = inPlace ?? logitsOfBlock.view.rows(0..<x.rows).columns(0..<columns.count)
      product(logits, x, head.columns(columns))
      for r in 0..<x.rows where targets[first + r] != ignoredTarget {
        let target = Int(targets[first + r])
        let score = columns.contains(target) ? logits[r, target - columns.lowerBound] : nil
        absorb(logits.floats(r), row: r, block: block, exponentials: exponentials?.row(r))
        if let score { scores.view[0, r] = score }
      }
    }
    let last = peaks.view.columns - 1
    for r in 0..<x.rows {
      losses[r, 0] =
        targets[first + r] == ignoredTarget
        ? 0 : log(sums.view[0, r]) + (peaks.view[r, last] - scores.view[0, r])
    }
  }

  /// Whether no token has a higher logit than the target, after `losses` of that row.
  package func isTargetLargest(row: Int) -> Bool {
    scores.view[0, row] == peaks.view[row, peaks.view.columns - 1]
  }

  private func absorb(_ x: Row, row: Int, block: Int, exponentials: Row?) {
    var largest = Lanes(repeating: -.infinity)
    for c in x.lanes { largest = pointwiseMax(largest, x[lanes: c, padding: -.infinity]) }
    let before = block == 0 ? -.infinity : peaks.view[row, block - 1]
    let peak = max(before, largest.largest)
    var sum = Lanes.zero
    if let exponentials {
      for c in x.lanes {
        let value = exponential(x[lanes: c, padding: -.infinity] - peak)
        sum += value
        exponentials[lanes: c] = value
      }
    } else {
      for c in x.lanes { sum += exponential(x[lanes: c, padding: -.infinity] - peak) }
    }
    peaks.view[row, block] = peak
    // Past the end of the last block, e^-87 is nothing beside the sum, which is at least 1.
    sums.view[0, row] =
      sum.total + (block == 0 ? 0 : sums.view[0, row] * exp(before - peak))
  }

  /// Computes the gradient by the logits, (p − one-hot) · weight, after `losses` of the same rows.
  ///
  /// It is 0 where the target is ignored.
  ///
  ///     dLogits  (rows, vocabulary)  operand, updated: holds the exponentials
  ///     panels   (rows, vocabulary)  overwritten with the same, for sums over rows, or nil where
  ///                                  these sum the rows of `dLogits`
  ///
  /// - Parameter weight: The weight of one row's loss in the total: 1 / number of targets.
  package func gradient(
    _ dLogits: Matrix, panels: Panels?, targets: [Int32], first: Int, weight: Float
  ) {
    let (rows, vocabulary) = (dLogits.rows, dLogits.columns)
    let last = peaks.view.columns - 1
    for (block, columns) in (0..<vocabulary).parts(of: Self.blockColumns).enumerated() {
      func share(_ row: Int) -> Float {
        guard row < rows, targets[first + row] != ignoredTarget else { return 0 }
        let peaks = peaks.view.floats(row)
        return exp(peaks[block] - peaks[last]) * weight / sums.view[0, row]
      }
      for r in stride(from: 0, to: rows, by: 2) {
        let (share1, share2) = (share(r), share(r + 1))
        let one = dLogits.row(r).columns(columns)
        let two = dLogits.row(min(r + 1, rows - 1)).columns(columns)
        for c in one.lanes {
          let (d1, d2) = (
            share1 == 0 ? .zero : one[lanes: c] * share1,
            share2 == 0 ? .zero : two[lanes: c] * share2
          )
          one[lanes: c] = d1
          if r + 1 < rows { two[lanes: c] = d2 }
          panels?.set(row: r, column: columns.lowerBound + c, d1, d2)
        }
      }
    }
    for r in 0..<rows where targets[first + r] != ignoredTarget {
      let target = Int(targets[first + r])
      let p = exp(scores.view[0, r] - peaks.view[r, last]) / sums.view[0, r]
      dLogits[r, target] = (p - 1) * weight
      panels?.set(row: r, column: target, (p - 1) * weight)
    }
  }
}
