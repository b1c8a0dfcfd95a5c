package import Constraints
import Mixtures

/// The feasible mixture with the lowest predicted objective.
///
/// The objective need not be convex. So Newton's method, or a pattern search where there are no
/// slopes, starts from several mixtures: the best random draws, the certified minimum of the plain
/// MDE objective, and those given. The result is never worse than any of them; what keeps the
/// guards is better than what does not.
package struct MixtureSearch: Sendable {
  package let weights: [Double]
  /// The predicted objective at `weights`, in nats per token.
  package let value: Double
  /// The most by which a guard is broken at `weights`, in nats per token.
  package let violation: Double
  package let draws: RandomDraws
  /// The number of mixtures that the search started from.
  package let starts: Int
  /// The number of evaluations of the objective on all tokens.
  package let evaluations: Int
  /// The multipliers of the constraints at the result; nil if the objective has no slopes.
  package let multipliers: Multipliers?
  /// The multipliers of the guards' rows; nil likewise.
  let guardMultipliers: [Double]?
  package let feasible: FeasibleSet

  /// Searches the set.
  ///
  /// - Parameters:
  ///   - given: The mixtures to start from beside the draws, feasible or not.
  ///   - randomStarts: The number of the best draws to start from.
  package init(
    _ objective: FittedObjective, feasible: FeasibleSet, given: [[Double]], drawCount: Int,
    randomStarts: Int, seed: UInt64
  ) {
    draws = RandomDraws(count: drawCount, objective: objective, feasible: feasible, seed: seed)
    let starts =
      given.map { feasible.adapted($0) } + draws.best.prefix(randomStarts).map { $0.weights }
    precondition(!starts.isEmpty, "a search without a start")
    let minima = starts.map { LocalMinimum(of: objective, from: $0, feasible: feasible) }
    var best = minima[0]
    for minimum in minima where minimum.value.isBetter(than: best.value) { best = minimum }
    (weights, multipliers) = (best.weights, best.multipliers)
    (value, violation) = (best.value.objective, best.value.violation)
    guardMultipliers = best.modelWeights.map { Array($0.suffix(objective.guardRows)) }
    (self.starts, self.feasible) = (starts.count, feasible)
    evaluations = minima.reduce(draws.best.count) { $0 + $1.evaluations }
  }
}

/// The mixture that a search ended at, whatever it minimised.
package struct FoundMixture: Sendable {
  package let weights: [Double]
  /// The value that was minimised, at `weights`, in nats per token.
  package let value: Double
  /// The multipliers of the constraints; nil if the objective has no slopes.
  let multipliers: Multipliers?
  /// The multipliers of the guards' rows; nil likewise.
  let guardMultipliers: [Double]?
  /// Other mixtures of the set that are known to be good and keep the guards, best first, with
  /// their values.
  let others: [(weights: [Double], value: Double)]
  let work: Proposal.Search

  /// Takes the minimum of what a regressor predicts.
  package init(_ search: MixtureSearch) {
    (weights, value, multipliers) = (search.weights, search.value, search.multipliers)
    guardMultipliers = search.guardMultipliers
    others = search.draws.best.filter(\.keepsGuards).map { ($0.weights, $0.value) }
    work = .init(
      randomDraws: search.draws.count, bestRandom: others.first?.value,
      starts: search.starts, evaluations: search.evaluations)
  }

  /// Takes the minimum of the MDE objective.
  package init(_ minimum: CertifiedMinimum) {
    (weights, value) = (minimum.weights, minimum.objective)
    (multipliers, guardMultipliers) = (minimum.multipliers, minimum.guardMultipliers)
    others = []
    work = .init(
      randomDraws: 0, bestRandom: nil, starts: 1, evaluations: minimum.iterations + 1)
  }
}
