import Formats
import Parallel

/// The same family without and with MDE features.
package struct PairedComparison: Codable, Equatable, Sendable {
  package var without: String
  package var with: String
  /// Squared error without less squared error with, mean over the runs: above 0 where the features help.
  package var gain: Estimate
  /// Of the gain's sign, by flipping signs of whole groups at random; two-sided.
  package var pValue: Double
  /// ρ with less ρ without.
  package var spearmanGain: Estimate?
  package init(
    without: String, with: String, gain: Estimate, pValue: Double, spearmanGain: Estimate?
  ) {
    (self.without, self.with, self.gain) = (without, with, gain)
    (self.pValue, self.spearmanGain) = (pValue, spearmanGain)
  }
}

/// Whether MDE features help a family: squared errors with and without them, run by run, on the same folds.
package struct PairedTest: Sendable {
  package static let flips = 10_000

  package let result: PairedComparison

  /// nil where no run has an objective.
  package init?(
    without: Comparison.Entry, with: Comparison.Entry, _ comparison: Comparison, seed: UInt64
  ) {
    let data = comparison.data
    let differences = comparison.squaredErrorGains(from: without, to: with)
    guard let gain = comparison.meanGain(differences) else { return nil }
    let known = differences.indices.filter { !differences[$0].isNaN }
    let observed = data.observedObjectives
    let predicted = [without, with].map { entry in
      entry.outOfFold.means.map { data.objective(of: $0) }
    }
    let isKnown = differences.map { !$0.isNaN }
    let ranks = comparison.bootstrap.estimate(runs: data.count) { rows in
      let rows = rows.filter { isKnown[$0] }
      let truth = rows.map { observed[$0] }
      guard let a = spearman(rows.map { predicted[0][$0] }, truth),
        let b = spearman(rows.map { predicted[1][$0] }, truth)
      else { return nil }
      return b - a
    }
    result = PairedComparison(
      without: without.family.name, with: with.family.name, gain: gain,
      pValue: Self.pValue(differences, groups: data.replicateGroups, known: known, seed: seed),
      spearmanGain: ranks)
  }

  /// How often the sum of the groups' differences is as far from 0 when each has a random sign.
  ///
  /// Source: Fisher's randomisation test; Good, Permutation, Parametric and Bootstrap Tests, 2005, 3.2.
  private static func pValue(
    _ differences: [Double], groups: [Int], known: [Int], seed: UInt64
  ) -> Double {
    var sums = [Double](repeating: 0, count: (groups.max() ?? -1) + 1)
    for run in known { sums[groups[run]] += differences[run] }
    let observed = abs(sums.reduce(0, +))
    var random = RandomStream(seed: seed, purpose: "sign flips")
    let extreme = (0..<flips).count { _ in
      let sum = sums.reduce(0) { $0 + (random.next() >> 63 == 0 ? $1 : -$1) }
      return abs(sum) >= observed * (1 - 1e-12)
    }
    return Double(extreme + 1) / Double(flips + 1)
  }
}

extension Comparison {
  /// By run: the squared error of `a` less that of `b`, over the repeats; NaN where the objective was not measured.
  func squaredErrorGains(from a: Entry, to b: Entry) -> [Double] {
    let observed = data.observedObjectives
    func squares(_ entry: Entry) -> [Double] {
      let repeats = entry.outOfFold.predictions
      return observed.indices.map { run in
        repeats.reduce(0) {
          let error = data.objective(of: $1[run]) - observed[run]
          return $0 + error * error
        } / Double(repeats.count)
      }
    }
    return zip(squares(a), squares(b)).map { $0 - $1 }
  }

  /// The mean of what is not NaN; nil if nothing is left.
  func meanGain(_ differences: [Double]) -> Estimate? {
    bootstrap.estimate(runs: data.count) { rows in
      let known = rows.lazy.map { differences[$0] }.filter { !$0.isNaN }
      return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
    }
  }
}
