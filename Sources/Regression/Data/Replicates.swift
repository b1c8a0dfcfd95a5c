/// Rows that are equal: repeats of a mixture, which leave-one-out leaves out together, or one would tell the other's
/// noise.
struct Replicates: Sendable {
  /// By row: equal for equal rows, counted from 0 in the order of the rows.
  let groups: [Int]
  /// By group: how many rows.
  let counts: [Int]

  init(_ rows: [[Double]]) {
    var first: [[Double]: Int] = [:]
    var (groups, counts): ([Int], [Int]) = ([], [])
    for row in rows {
      let group = first[row] ?? first.count
      first[row] = group
      if group == counts.count { counts.append(0) }
      counts[group] += 1
      groups.append(group)
    }
    (self.groups, self.counts) = (groups, counts)
  }

  /// By row: Σ r / (1 − m h) over the m rows equal to it, each of leverage h. Least squares without these rows miss each of them
  /// by its residual and h times this.
  ///
  /// - Parameter least: of 1 − m h, which rounding, or as many parameters as rows, make 0.
  func leftOut(_ residuals: [Double], leverages: [Double], least: Double) -> [Double] {
    var sums = counts.map { _ in 0.0 }
    for (row, group) in groups.enumerated() { sums[group] += residuals[row] }
    return groups.indices.map { row in
      sums[groups[row]] / max(least, 1 - Double(counts[groups[row]]) * leverages[row])
    }
  }
}
