/// The groups of equal rows of a matrix, which are repeats of a mixture.
///
/// Leave-one-out leaves a whole group out: a fit that saw one repeat would predict the others too
/// well.
struct Replicates: Sendable {
  /// The group of every row, counted from 0 in the order of the rows.
  let groups: [Int]
  /// The number of rows of every group.
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

  /// Returns, by row, Σ r / (1 − m h) over the m rows equal to it, each of leverage h.
  ///
  /// A least-squares fit without these rows misses each by its residual plus h times this value.
  ///
  /// - Parameters:
  ///   - residuals: r, by row.
  ///   - leverages: h, by row.
  ///   - least: the lower bound put on 1 − m h, which is 0 by rounding or with as many parameters
  ///     as rows.
  func leftOut(_ residuals: [Double], leverages: [Double], least: Double) -> [Double] {
    var sums = counts.map { _ in 0.0 }
    for (row, group) in groups.enumerated() { sums[group] += residuals[row] }
    return groups.indices.map { row in
      sums[groups[row]] / max(least, 1 - Double(counts[groups[row]]) * leverages[row])
    }
  }
}
