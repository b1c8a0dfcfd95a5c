import Formats
import Parallel

/// The comparison of a family with MDE features and the same family without them.
package struct PairedComparison: Codable, Equatable, Sendable {
  package var without: String
  package var with: String
  /// The squared error without the features less that with them, mean over the runs: above 0 where
  /// the features help.
  package var gain: Estimate
  /// The two-sided p-value of the gain, from random flips of the signs of whole groups of repeats.
  package var pValue: Double
  /// Spearman's ρ with the features less ρ without them; nil where either is not defined.
  package var spearmanGain: Estimate?
  package init(
    without: String, with: String, gain: Estimate, pValue: Double, spearmanGain: Estimate?
  ) {
    (self.without, self.with, self.gain) = (without, with, gain)
    (self.pValue, self.spearmanGain) = (pValue, spearmanGain)
  }
}

/// A test of whether MDE features help a family, on its squared errors with and without them, run
/// by run, on the same folds.
package struct PairedTest: Sendable {
  package static let flips = 10_000

  package let result: PairedComparison

  /// Tests two entries of one comparison; nil where no run has an objective.
  package init?(
    without: Comparison.Entry, with: Comparison.Entry, _ comparison: Comparison, seed: UInt64
  ) {
    let data = comparison.data
    let differences = comparison.squaredErrorGains(from: without, to: with)
    guard let gain = comparison.meanGain(differences) else { return nil }
    let known = differences.indices.filter { !differences[$0].isNaN }
    let observed = data.observedObjectives
    let predicted = [without, with].map { entry in
      entry.outOfFold?.means.map { data.objective(of: $0) } ?? observed
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

  /// The share of random sign flips of the groups' differences whose sum is as far from 0 as
  /// observed.
  ///
  /// Source: Fisher's randomisation test; Good, Permutation, Parametric and Bootstrap Tests, 2005,
  /// 3.2.
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
  /// Returns, by run, the squared error of `a` less that of `b`, mean over the repeats; NaN where
  /// the objective was not measured.
  func squaredErrorGains(from a: Entry, to b: Entry) -> [Double] {
    zip(squaredErrors(a), squaredErrors(b)).map { $0 - $1 }
  }

  /// Returns the squared error of the objective, mean over the runs that have one; nil if none has.
  func squaredError(_ entry: Entry) -> Double? {
    let known = squaredErrors(entry).filter { !$0.isNaN }
    return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
  }

  /// The squared errors of the objective by run, mean over the repeats; NaN where it was not
  /// measured or held out.
  private func squaredErrors(_ entry: Entry) -> [Double] {
    let observed = data.observedObjectives
    guard let repeats = entry.outOfFold?.predictions else { return observed.map { _ in .nan } }
    return observed.indices.map { run in
      repeats.reduce(0) {
        let error = data.objective(of: $1[run]) - observed[run]
        return $0 + error * error
      } / Double(repeats.count)
    }
  }

  /// The mean of the differences that are not NaN, with its interval; nil if none are left.
  func meanGain(_ differences: [Double]) -> Estimate? {
    bootstrap.estimate(runs: data.count) { rows in
      let known = rows.lazy.map { differences[$0] }.filter { !$0.isNaN }
      return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
    }
  }
}
