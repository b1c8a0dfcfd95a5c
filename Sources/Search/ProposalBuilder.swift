package import Constraints
import Experts
import Formats
package import Mixtures
package import Regression

/// A builder of proposals, which puts a search's results under their names.
package struct ProposalBuilder {
  let target: Objective
  let feasible: FeasibleSet
  /// The parts whose weights were searched, and their domains, which the proposal is written in.
  let groups: DomainGroups
  /// The weights of the domains in the baselines, by id.
  private let known: [String: [Double]]
  let inventory: Inventory
  let experts: MDEObjective?
  let prediction: Prediction?
  let domains: NameIndex

  /// What predicts the losses of trained models.
  package struct Prediction {
    let family: FittedFamily
    let objective: FittedObjective
    let error: PredictionError

    /// - Parameters:
    ///   - objective: The objective as `family` predicts it.
    ///   - error: The error of the family's predictions.
    package init(_ family: FittedFamily, _ objective: FittedObjective, error: PredictionError) {
      (self.family, self.objective, self.error) = (family, objective, error)
    }
  }

  /// Creates a builder.
  ///
  /// - Parameters:
  ///   - target: The objective, which `experts` and `prediction` are of.
  ///   - experts: The MDE objective; nil if there are no experts, or they did not score every set.
  ///   - prediction: What predicts; nil where nothing was fitted.
  package init(
    target: Objective, feasible: FeasibleSet, groups: DomainGroups,
    known: [(id: String, weights: [Double])] = [], inventory: Inventory, experts: MDEObjective?,
    prediction: Prediction?
  ) {
    (self.target, self.feasible, self.inventory) = (target, feasible, inventory)
    (self.experts, self.prediction) = (experts, prediction)
    (self.groups, domains) = (groups, NameIndex(groups.domains))
    self.known = Dictionary(known.map { ($0.id, $0.weights) }) { first, _ in first }
  }

  /// Returns the mixture of the domains that weights of the parts stand for.
  private func mixture(_ weights: [Double]) throws(Mixture.Invalid) -> Mixture {
    try Mixture(groups.spread(weights), of: domains)
  }

  /// The results that a proposal is made of.
  package struct Results {
    /// What was minimised.
    package var minimized: Proposal.Minimized
    /// The objective that was minimised.
    package var objective: any SearchObjective
    package var found: FoundMixture
    /// The probability with which guards hold; nil where the predictions count.
    package var confidence: Double?
    /// The certified minimum of the MDE objective; nil without experts.
    package var certified: CertifiedMinimum?
    /// The mixtures to compare with; the last is the best observed run, if there is one.
    package var others: [(id: String, weights: [Double])]
    /// The ε of the region, in nats per token.
    package var within: Double
    package var curse: Proposal.WinnersCurse?
    package var pareto: (objectives: [Objective], front: ParetoFront)?
    package var cost: Proposal.Cost
    package var warnings: [ExpertsWarning]

    package init(
      minimized: Proposal.Minimized, objective: any SearchObjective, found: FoundMixture,
      confidence: Double? = nil, certified: CertifiedMinimum?,
      others: [(id: String, weights: [Double])], within: Double,
      curse: Proposal.WinnersCurse? = nil,
      pareto: (objectives: [Objective], front: ParetoFront)? = nil, cost: Proposal.Cost,
      warnings: [ExpertsWarning]
    ) {
      (self.minimized, self.objective, self.found) = (minimized, objective, found)
      (self.certified, self.others, self.within) = (certified, others, within)
      (self.curse, self.confidence) = (curse, confidence)
      (self.pareto, self.cost, self.warnings) = (pareto, cost, warnings)
    }
  }

  /// Returns the proposal, with all that speaks for it.
  ///
  /// - Throws: `Mixture.Invalid` if weights are no mixture.
  package func proposal(_ results: Results) throws(Mixture.Invalid) -> Proposal {
    let best = try candidate(
      results.minimized == .mde ? "mde-optimum" : "proposal", results.found.weights,
      results.objective)
    var compared: [Proposal.Candidate] = []
    for other in results.others where other.id != best.id {
      compared.append(try candidate(other.id, other.weights, results.objective))
    }
    var points: [Proposal.Pareto.Point] = []
    for point in results.pareto?.front.points ?? [] {
      points.append(.init(weights: try mixture(point.weights), values: point.values))
    }
    var certificate: Proposal.Certificate?
    if let certified = results.certified {
      certificate = .init(
        weights: try mixture(certified.weights), objective: certified.objective,
        gap: certified.gap,
        shadowPrices: NameIndex(groups.parts).dictionary(certified.shadowPrices),
        criterionWeights: certified.criterionWeights, iterations: certified.iterations)
    }
    return Proposal(
      minimized: results.minimized, weights: best.weights, objective: target,
      family: prediction?.family.name, verdicts: verdicts(best, compared, results.curse),
      winnersCurse: results.curse, candidates: [best] + compared, certificate: certificate,
      constraints: constraints(results.found), limits: limits(results.found),
      guards: guards(results), region: region(results),
      pareto: results.pareto.map {
        .init(objectives: $0.objectives, points: points)
      }, search: results.found.work, cost: results.cost, warnings: results.warnings)
  }

  private func candidate(
    _ id: String, _ weights: [Double], _ objective: any SearchObjective
  ) throws(Mixture.Invalid) -> Proposal.Candidate {
    let mixture =
      if let given = known[id] { try Mixture(given, of: domains) } else { try mixture(weights) }
    let predicted = prediction.map { predicting in
      let prediction = predicting.objective.predict(weights)
      let deviation = predicting.objective.variance(weights, prediction)?.deviation
      return (prediction, radius: predicting.error.radius(deviation: deviation))
    }
    return Proposal.Candidate(
      id: id, weights: mixture, epochs: inventory.epochs(of: mixture),
      isFeasible: feasible.contains(weights, tolerance: 1e-6),
      brokenGuards: objective.brokenGuards(weights),
      objective: predicted?.0.objective,
      interval: predicted.map { [$0.0.objective - $0.radius, $0.0.objective + $0.radius] },
      losses: predicted.flatMap { predicted in
        prediction.map { NameIndex($0.objective.sets).dictionary(predicted.0.losses) }
      },
      mde: experts?.value(weights))
  }

  /// Returns the verdicts against the answer of the experts alone, natural and uniform, as far as
  /// they are compared with, and the best run.
  private func verdicts(
    _ best: Proposal.Candidate, _ others: [Proposal.Candidate],
    _ curse: Proposal.WinnersCurse?
  ) -> [Verdict] {
    guard let prediction, let objective = best.objective else { return [] }
    var names = ["mde-optimum", "natural", "uniform"]
    if let run = others.last, !names.contains(run.id) { names.append(run.id) }
    return names.compactMap { name in
      guard let other = others.first(where: { $0.id == name }), let baseline = other.objective
      else { return nil }
      let deviation = prediction.objective.differenceDeviation(
        parts(best.weights), parts(other.weights))
      return prediction.error.verdict(
        objective, against: baseline, named: name, deviation: deviation,
        curse: curse?.expected ?? 0)
    }
  }

  private func parts(_ mixture: Mixture) -> [Double] {
    groups.joined(domains.names.map { mixture[$0] })
  }

  private func region(_ results: Results) -> Proposal.Region {
    let found = results.found
    let near = NearBest(
      results.objective, best: (found.weights, found.value), epsilon: results.within,
      others: found.others, feasible: feasible)
    return .init(
      epsilon: results.within,
      weights: domains.dictionary(
        zip(groups.partOf, groups.ratios).map { part, ratio in
          [ratio * near.ranges[part].lowerBound, ratio * near.ranges[part].upperBound]
        }))
  }
}
