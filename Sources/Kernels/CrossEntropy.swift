import Foundation

/// The target of a row that is not to be learned or scored: padding.
package let ignoredTarget: Int32 = -1

/// Cross-entropy of each row's softmax against its target, in nats, with its gradient.
///
///     losses   (rows, 1)           overwritten: −log p(target), 0 where the target is ignored
///     dLogits  (rows, vocabulary)  overwritten: (p − one-hot) · weight, 0 where ignored
///     logits   (rows, vocabulary)  Float32, overwritten by e^(logit − max)
///
/// - Parameters:
///   - targets: One token for each row, from index `first` on.
///   - weight: What one row's loss counts in the total: 1 / number of targets.
package func crossEntropy(
  _ losses: Matrix, dLogits: Matrix, _ logits: Matrix, targets: [Int32], first: Int, weight: Float
) {
  precondition(losses.rows == logits.rows && dLogits.rows == logits.rows)
  for r in 0..<logits.rows {
    let target = targets[first + r]
    let (x, dx) = (logits.floats(r), dLogits.row(r))
    guard target != ignoredTarget else {
      losses[r, 0] = 0
      for c in dx.lanes { dx[lanes: c] = .zero }
      continue
    }
    let score = x[Int(target)]
    let (peak, sum) = exponentials(x)
    losses[r, 0] = log(sum) + (peak - score)
    let share = weight / sum
    for c in x.lanes { dx[lanes: c] = x[lanes: c] * share }
    dx[Int(target)] = x[Int(target)] * share - weight
  }
}

/// −log p(target) of each row alone; the shapes of `crossEntropy`.
package func crossEntropy(_ losses: Matrix, _ logits: Matrix, targets: [Int32], first: Int) {
  precondition(losses.rows == logits.rows)
  for r in 0..<logits.rows {
    let target = targets[first + r]
    losses[r, 0] = 0
    guard target != ignoredTarget else { continue }
    let x = logits.floats(r)
    let score = x[Int(target)]
    let (peak, sum) = exponentials(x)
    losses[r, 0] = log(sum) + (peak - score)
  }
}

/// Replaces x by e^(x − max); returns the maximum and the sum.
private func exponentials(_ x: Row) -> (peak: Float, sum: Float) {
  var peaks = Lanes(repeating: -.infinity)
  for c in x.lanes { peaks = pointwiseMax(peaks, x[lanes: c, padding: -.infinity]) }
  let peak = peaks.largest
  var sums = Lanes.zero
  for c in x.lanes {
    // Past the end, e^-87 is nothing beside the sum, which is at least 1.
    let power = exponential(x[lanes: c, padding: -.infinity] - peak)
    sums += power
    x[lanes: c] = power
  }
  return (peak, sums.total)
}
