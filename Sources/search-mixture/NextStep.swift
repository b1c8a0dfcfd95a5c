import Experts
import Formats
import Mixtures
import Regression
import Search
import Storage
import ToolKit

// The cost of an answer, and the models to train next.
extension SearchMixture {
  /// The number of models that the next step is told of where none is asked for: two baselines that
  /// calibrate the experts, or a batch of four.
  private static func usualStep(hasRuns: Bool) -> Int { hasRuns ? 4 : 2 }

  /// Returns the cost of the experts and of the runs in the tables `--trained`.
  func cost(_ scores: ExpertScores?) throws -> Proposal.Cost {
    var runs: [ObservedRun] = []
    for path in trained { runs += try RunTable(reading: path).runs }
    let observed = runs.isEmpty ? nil : Proposal.Training(runs)
    var cost = Proposal.Cost(
      experts: scores.map { Proposal.Training($0.models) }, observed: observed,
      next: .init(models: Self.usualStep(hasRuns: regressor != nil)))
    cost.next.flop = meanFlop(cost).map { $0 * Double(cost.next.models) }
    return cost
  }

  /// Returns the standard deviation of a run's objective from seed to seed: of the runs that were
  /// repeated, or as the family states it; nil if neither tells.
  func seedNoise(
    _ fitted: FittedRuns, _ objective: FittedObjective, _ target: Objective, at weights: [Double]
  ) -> Double? {
    if let noise = fitted.noise, Objective(fitted.objective) == target {
      return noise.standardDeviation
    }
    let stated = objective.variance(weights, objective.predict(weights))?.noise
    return stated.map { $0.squareRoot() }
  }

  private func meanFlop(_ cost: Proposal.Cost) -> Double? {
    cost.models > 0 ? cost.flop.map { $0 / Double(cost.models) } : nil
  }

  /// Returns the mixtures to train next, within the budget and while they are worth it, and the
  /// cost with that step in it.
  func nextStep(
    _ fitted: FittedRuns, _ objective: FittedObjective, _ found: MixtureSearch, residual: Double,
    cost: Proposal.Cost
  ) throws -> (Proposal.Cost, [MixtureRecord]) {
    guard answers.next > 0 else { return (cost, []) }
    let data = fitted.data
    var cost = cost
    var count = answers.next
    if let budget = answers.budget { count = min(count, max(0, budget - cost.models)) }
    let next = NextRuns(
      max(1, count), by: answers.nextBy, objective: objective, residual: residual,
      runs: data.weights, best: found.weights, feasible: found.feasible, seed: common.seed)
    let mixtures = count == 0 ? [] : next.mixtures
    cost.next = .init(
      models: mixtures.count, flop: meanFlop(cost).map { $0 * Double(mixtures.count) },
      noise: cost.next.noise, stop: count == 0 ? "budget" : nil)
    if mixtures.count < count {
      common.note(
        "search-mixture: only \(mixtures.count) mixtures keep their distance from the runs "
          + "and each other")
    }
    // Named from the first number on that no run has.
    let used = data.ids.filter { $0.hasPrefix("next-") }.compactMap { Int($0.dropFirst(5)) }.max()
    let records = try mixtures.enumerated().map { offset, weights in
      MixtureRecord(
        "next", number: (used ?? 0) + offset + 1,
        mixture: try Mixture(weights, of: NameIndex(data.domains)))
    }
    return (cost, records)
  }
}
