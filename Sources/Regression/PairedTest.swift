package import Formats
import Kernels

/// Whether MDE features help a family: squared errors with and without them, run by run, on the same folds.
package struct PairedTest: Sendable {
  package static let flips = 10_000

  package let line: AuditLine.PairLine

  /// nil where no run has an objective.
  package init?(
    without: Comparison.Entry, with: Comparison.Entry, _ comparison: Comparison, seed: UInt64
  ) {
    let data = comparison.data
    let observed = data.observedObjectives
    func squares(_ entry: Comparison.Entry) -> [Double] {
      let repeats = entry.outOfFold.predictions
      return observed.indices.map { run in
        repeats.reduce(0) {
          let error = data.objective(of: $1[run]) - observed[run]
          return $0 + error * error
        } / Double(repeats.count)
      }
    }
    let differences = zip(squares(without), squares(with)).map { $0 - $1 }
    let known = Set(observed.indices.filter { !differences[$0].isNaN })
    guard
      let gain = comparison.bootstrap.estimate(
        runs: data.count,
        { rows in
          let rows = rows.filter(known.contains)
          return rows.isEmpty ? nil : rows.reduce(0) { $0 + differences[$1] } / Double(rows.count)
        })
    else { return nil }
    func rank(_ entry: Comparison.Entry, _ rows: [Int]) -> Double? {
      let mean = entry.outOfFold.means
      return spearman(
        rows.map { data.objective(of: mean[$0]) }, rows.map { observed[$0] })
    }
    let ranks = comparison.bootstrap.estimate(runs: data.count) { rows in
      let rows = rows.filter(known.contains)
      guard let a = rank(without, rows), let b = rank(with, rows) else { return nil }
      return b - a
    }
    line = AuditLine.PairLine(
      without: without.family.name, with: with.family.name, gain: gain,
      pValue: Self.pValue(differences, groups: data.repeatGroups, known: known, seed: seed),
      spearmanGain: ranks)
  }

  /// How often the sum of the groups' differences is as far from 0 when each has a random sign.
  ///
  /// Source: Fisher's randomisation test; Good, Permutation, Parametric and Bootstrap Tests, 2005, 3.2.
  private static func pValue(
    _ differences: [Double], groups: [Int], known: Set<Int>, seed: UInt64
  ) -> Double {
    var sums = [Double](repeating: 0, count: (groups.max() ?? -1) + 1)
    for run in known.sorted() { sums[groups[run]] += differences[run] }
    let observed = abs(sums.reduce(0, +))
    var random = RandomStream(seed: seed, purpose: "sign flips")
    let extreme = (0..<flips).count { _ in
      let sum = sums.reduce(0) { $0 + (random.next() >> 63 == 0 ? $1 : -$1) }
      return abs(sum) >= observed * (1 - 1e-12)
    }
    return Double(extreme + 1) / Double(flips + 1)
  }
}
