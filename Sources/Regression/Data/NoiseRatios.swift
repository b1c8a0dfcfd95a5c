import LinearAlgebra

extension RegressionData {
  /// The variance of every run's noise over that of the mean mixture, as repeats tell it; nil where
  /// fewer than two mixtures have repeats, or one noise explains them as well.
  ///
  /// Set j and mixture m are taken to have the variance v_j r_m: seeds that move a mixture's losses
  /// far move all of them. Sums of squares over v_j, mean over the sets, then tell r_m, with
  /// `VariancePrior` as far as they can. A mixture of one run has the mean of those with repeats.
  var noiseRatios: [Double]? {
    let groups = replicateGroups
    var rows = [[Int]](repeating: [], count: groups.max().map { $0 + 1 } ?? 0)
    for (row, group) in groups.enumerated() { rows[group].append(row) }
    let repeats = rows.compactMap { Repeats($0, of: losses) }
    let known = sets.indices.filter { set in
      repeats.allSatisfy { !$0.squares[set].isNaN } && repeats.contains { $0.squares[set] > 0 }
    }
    guard repeats.count > 1, !known.isEmpty else { return nil }
    var found = repeats.map { _ in 1.0 }
    for _ in 0..<3 {
      let total = repeats.reduce(0) { $0 + $1.freedom }
      let variances = sets.indices.map { set in
        zip(repeats, found).reduce(0) { $0 + $1.0.squares[set] / $1.1 } / total
      }
      let independent = Self.independentSets(repeats, found, variances, known)
      let samples = repeats.map { repeated -> VariancePrior.Sample in
        let sum = known.reduce(0) { $0 + repeated.squares[$1] / variances[$1] }
        return (
          sum / (Double(known.count) * repeated.freedom), independent * repeated.freedom
        )
      }
      let prior = VariancePrior(samples)
      guard prior.freedom != nil else { return nil }
      found = samples.map { prior.expected($0) }
      let mean = found.reduce(0, +) / Double(found.count)
      found = found.map { $0 / mean }
    }
    var ratios = ids.map { _ in 1.0 }
    for (repeated, ratio) in zip(repeats, found) {
      for row in repeated.rows { ratios[row] = ratio }
    }
    return ratios
  }

  /// The number of independent sets that tell as much of variances as the sets `known`: k² over the
  /// sum of the squared correlations of their residuals, less what chance makes of none.
  private static func independentSets(
    _ repeats: [Repeats], _ ratios: [Double], _ variances: [Double], _ known: [Int]
  ) -> Double {
    let rows = zip(repeats, ratios).flatMap { repeated, ratio in
      repeated.residuals.map { row in
        known.map { row[$0] / (variances[$0] * ratio).squareRoot() }
      }
    }
    let products = DenseMatrix(rows, columns: known.count).transposed.lowerGram
    let freedom = repeats.reduce(0) { $0 + $1.freedom }
    var squares = 0.0
    for i in known.indices {
      for j in 0..<i {
        squares += 2 * products[i, j] * products[i, j] / (products[i, i] * products[j, j])
      }
    }
    let (count, pairs) = (Double(known.count), Double(known.count * (known.count - 1)))
    let beyondChance = max(0, (squares - pairs / freedom) / (1 - 1 / freedom))
    return count * count / (count + beyondChance)
  }

  /// The runs of one mixture, and how they differ.
  private struct Repeats {
    let rows: [Int]
    /// The losses less their means, (runs, sets); NaN where a run has none.
    let residuals: [[Double]]
    /// Their sums of squares, by set.
    let squares: [Double]
    var freedom: Double { Double(rows.count - 1) }

    /// Returns nil for one run, or for copies of one, which tell nothing of noise.
    init?(_ rows: [Int], of losses: [[Double]]) {
      guard rows.count > 1, let sets = losses.first?.indices else { return nil }
      let means = sets.map { set in
        rows.reduce(0) { $0 + losses[$1][set] } / Double(rows.count)
      }
      let residuals = rows.map { row in zip(losses[row], means).map { $0 - $1 } }
      self.rows = rows
      self.residuals = residuals
      squares = sets.map { set in residuals.reduce(0) { $0 + $1[set] * $1[set] } }
      guard squares.contains(where: { $0 > 0 }) else { return nil }
    }
  }
}
