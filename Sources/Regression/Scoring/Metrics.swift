/// The mean of the squared differences.
package func meanSquaredError(_ predicted: [Double], _ observed: [Double]) -> Double {
  precondition(predicted.count == observed.count && !predicted.isEmpty)
  return zip(predicted, observed).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    / Double(predicted.count)
}

/// The coefficient 1 − squared error / squared deviation from the mean; nil if all observed are
/// equal.
package func r2(_ predicted: [Double], _ observed: [Double]) -> Double? {
  let mean = observed.reduce(0, +) / Double(observed.count)
  let spread = observed.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(observed.count)
  return spread > 0 ? 1 - meanSquaredError(predicted, observed) / spread : nil
}

/// Spearman's ρ: the correlation of ranks, ties sharing their mean rank; nil if one side is
/// constant.
package func spearman(_ a: [Double], _ b: [Double]) -> Double? {
  precondition(a.count == b.count)
  let (x, y) = (ranks(a), ranks(b))
  let middle = Double(a.count - 1) / 2
  var (xx, yy, xy) = (0.0, 0.0, 0.0)
  for i in x.indices {
    xx += (x[i] - middle) * (x[i] - middle)
    yy += (y[i] - middle) * (y[i] - middle)
    xy += (x[i] - middle) * (y[i] - middle)
  }
  return xx > 0 && yy > 0 ? xy / (xx * yy).squareRoot() : nil
}

/// The rank of each value, from 0; equal values have the mean of the ranks they take.
private func ranks(_ values: [Double]) -> [Double] {
  let order = values.indices.sorted { values[$0] < values[$1] }
  var ranks = [Double](repeating: 0, count: values.count)
  var start = 0
  while start < order.count {
    var end = start
    while end < order.count && values[order[end]] == values[order[start]] { end += 1 }
    for i in order[start..<end] { ranks[i] = Double(start + end - 1) / 2 }
    start = end
  }
  return ranks
}

/// Regret@1: the observed value of the run predicted best less that of the best run. Of equal
/// predictions the worst run counts, since a constant is no choice.
package func regret(_ predicted: [Double], _ observed: [Double]) -> Double {
  guard let least = predicted.min(), let best = observed.min() else { return .nan }
  let chosen = zip(predicted, observed).filter { $0.0 == least }.map(\.1)
  return (chosen.max() ?? best) - best
}

/// Lower-tail optimism: observed less predicted, mean over the fifth of the runs with the lowest
/// predictions.
package func optimism(_ predicted: [Double], _ observed: [Double]) -> Double {
  let order = predicted.indices.sorted { predicted[$0] < predicted[$1] }
  let tail = order.prefix((order.count + 4) / 5)
  return tail.reduce(0) { $0 + observed[$1] - predicted[$1] } / Double(tail.count)
}

/// The radius that holds `coverage` of new values as well as it holds these.
///
/// It is the ⌈coverage · (n + 1)⌉th smallest absolute residual. For fewer than would have so many,
/// no rank covers enough, and it is that of normal errors of their mean square, Student's.
///
/// Source: split-conformal prediction, Lei et al. 2018, doi:10.1080/01621459.2017.1307116.
package func residualRadius(_ residuals: [Double], coverage: Double) -> Double {
  let sorted = residuals.map { abs($0) }.sorted()
  let rank = Int((coverage * Double(sorted.count + 1)).rounded(.up))
  guard rank > sorted.count else { return sorted[max(1, rank) - 1] }
  let squares = residuals.reduce(0) { $0 + $1 * $1 }
  return studentRadius(coverage: coverage, freedom: residuals.count)
    * (squares / Double(residuals.count)).squareRoot()
}

/// The radius that holds `coverage` of differences between two new values as well as it holds those
/// between two of these, at least two; for as few as `residualRadius` has no rank for, that of
/// normal errors.
package func differenceRadius(_ residuals: [Double], coverage: Double) -> Double {
  let count = residuals.count
  guard Int((coverage * Double(count + 1)).rounded(.up)) > count else {
    return residualRadius(
      residuals.indices.flatMap { i in (0..<i).map { residuals[i] - residuals[$0] } },
      coverage: coverage)
  }
  let mean = residuals.reduce(0, +) / Double(count)
  let squares = residuals.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  return studentRadius(coverage: coverage, freedom: count - 1)
    * (2 * squares / Double(count - 1)).squareRoot()
}
