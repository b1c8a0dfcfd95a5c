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

  /// Returns the standard deviation of a run's objective from seed to seed; nil if nothing tells
  /// it.
  ///
  /// It is that of the runs that were repeated, with what the family states, which counts like two
  /// repeats: two runs may be equal by luck. Where noise differs between mixtures and this one was
  /// repeated, it is the one to expect of this one.
  func seedNoise(
    _ fitted: FittedRuns, _ objective: FittedObjective, _ target: Objective, at weights: [Double]
  ) -> Double? {
    let stated = objective.variance(weights, objective.predict(weights))?.noise
    guard let repeated = fitted.noise, Objective(fitted.objective) == target else {
      return stated.map { $0.squareRoot() }
    }
    if let byMixture = repeated.byMixture, byMixture.differs,
      let run = fitted.data.weights.firstIndex(of: weights),
      let own = byMixture.deviation(of: fitted.data.ids[run])
    {
      return own
    }
    let measured = repeated.standardDeviation * repeated.standardDeviation
    guard let stated else { return repeated.standardDeviation }
    let repeats = Double(repeated.degreesOfFreedom)
    return ((repeats * measured + 2 * stated) / (repeats + 2)).squareRoot()
  }

  private func meanFlop(_ cost: Proposal.Cost) -> Double? {
    cost.models > 0 ? cost.flop.map { $0 / Double(cost.models) } : nil
  }

  /// Returns the cost with the step in it that was asked for, and the mixtures to train: none where
  /// the budget is spent, or they are expected to bring too little.
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
    cost.next.expectedGain = next.expectedGain?.mean
    cost.next.expectedRegret = next.expectedRegret?.mean
    cost.next.stop = count == 0 ? "budget" : try isTooLittle(cost.next) ? "noise" : nil
    let records = cost.next.stop == nil ? try records(next, data, fitted.groups) : []
    if cost.next.stop == nil, records.count < count {
      common.note(
        "search-mixture: only \(records.count) mixtures keep their distance from the runs "
          + "and each other")
    }
    cost.next.models = records.count
    cost.next.flop = meanFlop(cost).map { $0 * Double(records.count) }
    return (cost, records)
  }

  /// Whether the models are expected to bring less than `--least-gain`.
  private func isTooLittle(_ next: Proposal.NextStep) throws -> Bool {
    guard let least = answers.leastGain else { return false }
    guard let gain = next.expectedGain else {
      throw UsageError(
        "--least-gain: the family states no uncertainty of several mixtures together; choose "
          + "another --family")
    }
    switch least {
    case .nats(let nats): return gain < nats
    case .noise:
      guard let noise = next.noise else {
        throw UsageError("--least-gain noise: nothing tells the noise; train a mixture again")
      }
      return gain < noise
    }
  }

  /// Returns the mixtures under names that no run has: `next-005`, or `next-005-seed2` for that of
  /// a run which is to be trained with another seed.
  private func records(
    _ next: NextRuns, _ data: RegressionData, _ groups: DomainGroups
  ) throws -> [MixtureRecord] {
    let used = data.ids.filter { $0.hasPrefix("next-") }
      .compactMap { Int($0.dropFirst(5).prefix(while: \.isNumber)) }.max()
    var trained = data.weights
    return try zip(next.mixtures, next.repeats).enumerated().map { offset, chosen in
      let (weights, run) = chosen
      let record = MixtureRecord(
        "next", number: (used ?? 0) + offset + 1,
        mixture: try Mixture(groups.spread(weights), of: NameIndex(groups.domains)))
      defer { trained.append(weights) }
      guard run != nil else { return record }
      // The first run had the seed of the whole design, the others 2, 3 and so on but for that.
      let count = trained.count { $0 == weights }
      let seed = (2...).lazy.filter { $0 != Int(common.seed) }.dropFirst(count - 1).first ?? 2
      return MixtureRecord(id: "\(record.id)-seed\(seed)", mixture: record.mixture)
    }
  }
}
