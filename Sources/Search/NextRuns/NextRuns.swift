package import Constraints
import Experts
package import Formats
import Glibc
import Mixtures
import Parallel
import Regression

/// The mixtures to train next, chosen together, and what training them is expected to bring.
///
/// A batch is chosen one by one, by what each adds to the runs and to those chosen before. What a
/// run's loss will be is not known when the next is chosen, but the covariance that it leaves is:
///
///     gain         the largest fall of the least mean: what the final answer gains on average
///     improvement  the largest expected improvement on the best run,
///                  (f* − f) Φ(u) + σ φ(u), u = (f* − f)/σ
///     variance     the largest variance: D-optimal for a linear family
///     space        the largest fall of the mean Hellinger distance from a feasible mixture to the
///                  nearest run: no family is asked
///
/// `gain` may choose the mixture of a run again, where noise makes a second seed worth more than
/// any other mixture. With the others, no mixture is nearer than `leastDistance` (Hellinger) to a
/// run or to another of the batch.
/// Source: Frazier, Powell, Dayanik 2009, doi:10.1287/ijoc.1080.0314; Jones, Schonlau, Welch 1998,
/// doi:10.1023/A:1008306431147; Fedorov, Theory of Optimal Experiments, 1972; Flury, Principal
/// Points, 1990, doi:10.1093/biomet/77.1.33.
package struct NextRuns: Sendable {
  package enum Criterion: String, CaseIterable, Sendable { case variance, improvement, gain, space }
  package static let leastDistance = 0.05
  package static let candidateCount = 4096
  /// The number of runs and candidates whose joint belief is worked with.
  static let shortlisted = 1024

  /// The mixtures chosen, fewer than asked for where the set has no room for more.
  package let mixtures: [[Double]]
  /// The index of the run whose mixture each one repeats, to be trained with another seed; nil for
  /// a new mixture.
  package let repeats: [Int?]
  /// How far the batch is expected to lower the loss of the final answer, in nats per token; nil if
  /// the family states no joint posterior.
  package let expectedGain: MeanEstimate?
  /// How far the mixture of the lowest prediction is expected to be above the best of all now, in
  /// nats per token; nil if the family states no joint posterior.
  package let expectedRegret: MeanEstimate?

  /// Chooses `count` mixtures.
  ///
  /// - Parameters:
  ///   - residual: The deviation of the regressor's errors, for a family that states none.
  ///   - runs: The weights of the observed runs, at least one.
  ///   - best: The mixture of the lowest prediction; candidates are drawn around it too.
  package init(
    _ count: Int, by criterion: Criterion, objective: FittedObjective, residual: Double,
    runs: [[Double]], best: [Double], feasible: FeasibleSet, seed: UInt64
  ) {
    let drawn = [best] + Self.candidates(around: best, feasible: feasible, seed: seed)
    let candidates = zip(drawn, objective.sampledLosses(drawn)).map {
      MixturePoint(weights: $0, mde: $1)
    }
    let observed = runs.map { MixturePoint(weights: $0, mde: objective.predict($0).mde) }
    let selection = RunSelection(
      among: candidates, runs: observed, model: DesignModel(objective, residual: residual),
      by: criterion, limit: Self.shortlisted)
    let isGain = criterion == .gain
    let chosen = selection.chosen(
      count, leastDistance: isGain ? 0 : Self.leastDistance, allowsRepeats: isGain)
    let mixtures = chosen.map { $0 < runs.count ? runs[$0] : drawn[$0 - runs.count] }
    self.mixtures = mixtures
    repeats = mixtures.map { runs.firstIndex(of: $0) }
    expectedGain = selection.expectedGain(of: chosen, seed: seed)
    expectedRegret = selection.expectedRegret(seed: seed)
  }

  /// Returns random mixtures of the set, half of them anywhere, half around the best mixture.
  private static func candidates(
    around best: [Double], feasible: FeasibleSet, seed: UInt64
  ) -> [[Double]] {
    var random = RandomStream(seed: seed, purpose: "next runs")
    return (0..<candidateCount).map { n in
      let concentration = exp(log(0.3) + (log(30) - log(0.3)) * random.unit())
      let center = n.isMultiple(of: 2) ? best.map { _ in 1.0 } : best
      let shares = center.map { concentration * ($0 + 0.01) * (n.isMultiple(of: 2) ? 1 : 7) }
      return feasible.rounded(feasible.adapted(dirichlet(shares, using: &random)))
    }
  }
}
