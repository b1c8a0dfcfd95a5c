package import Constraints
import Experts
import Formats
package import Mixtures
package import Regression

/// A builder of proposals, which puts a search's results under their names.
package struct ProposalBuilder {
  let family: FittedFamily
  let target: Objective
  let objective: FittedObjective
  let feasible: FeasibleSet
  let inventory: Inventory
  let error: PredictionError
  let domains: NameIndex

  /// Creates a builder.
  ///
  /// - Parameters:
  ///   - family: The family that predicts.
  ///   - target: The objective that was minimised, as `objective` predicts it.
  ///   - error: The error of the family's predictions.
  package init(
    family: FittedFamily, target: Objective, objective: FittedObjective, feasible: FeasibleSet,
    inventory: Inventory, error: PredictionError
  ) {
    (self.family, self.target, self.objective) = (family, target, objective)
    (self.feasible, self.inventory, self.error) = (feasible, inventory, error)
    domains = NameIndex(feasible.domains)
  }

  /// Returns the proposal, with all that speaks for it.
  ///
  /// - Parameters:
  ///   - certified: The certified minimum of the MDE objective; nil without experts.
  ///   - others: The mixtures to compare with; the last is the best observed run, if there is one.
  ///   - within: The ε of the region; nil for one out-of-fold error.
  package func proposal(
    _ found: MixtureSearch, _ certified: CertifiedMinimum?,
    others: [(id: String, weights: [Double])], within: Double?,
    curse: Proposal.WinnersCurse?,
    pareto: (objectives: [Objective], front: ParetoFront)?
  ) throws(Mixture.Invalid) -> Proposal {
    let best = try candidate("proposal", found.weights)
    var compared: [Proposal.Candidate] = []
    for other in others { compared.append(try candidate(other.id, other.weights)) }
    var points: [Proposal.Pareto.Point] = []
    for point in pareto?.front.points ?? [] {
      points.append(.init(weights: try Mixture(point.weights, of: domains), values: point.values))
    }
    var certificate: Proposal.Certificate?
    if let certified {
      certificate = .init(
        weights: try Mixture(certified.weights, of: domains), objective: certified.objective,
        gap: certified.gap, shadowPrices: domains.dictionary(certified.shadowPrices),
        criterionWeights: certified.criterionWeights, iterations: certified.iterations)
    }
    return Proposal(
      weights: best.weights, objective: target, family: family.name,
      verdicts: verdicts(best, compared, curse), winnersCurse: curse,
      candidates: [best] + compared, certificate: certificate, constraints: constraints(found),
      limits: limits(found),
      region: region(found, epsilon: within ?? max(error.standardError, 1e-6)),
      pareto: pareto.map { .init(objectives: $0.objectives, points: points) },
      search: .init(
        randomDraws: found.draws.count, bestRandom: found.draws.best.first?.value,
        starts: found.starts, evaluations: found.evaluations))
  }

  private func candidate(
    _ id: String, _ weights: [Double]
  ) throws(Mixture.Invalid) -> Proposal.Candidate {
    let mixture = try Mixture(weights, of: domains)
    let prediction = objective.predict(weights)
    let radius = error.radius(deviation: objective.variance(weights, prediction)?.deviation)
    let mde = objective.cache.map { cache in
      target.value(prediction.mde, of: NameIndex(cache.sets.map(\.name)))
    }
    return Proposal.Candidate(
      id: id, weights: mixture, epochs: inventory.epochs(of: mixture),
      isFeasible: feasible.contains(weights, tolerance: 1e-6), objective: prediction.objective,
      interval: [prediction.objective - radius, prediction.objective + radius],
      losses: NameIndex(objective.sets).dictionary(prediction.losses),
      mde: mde.flatMap { $0.isNaN ? nil : $0 })
  }

  /// Returns the verdicts against natural and uniform, if they are baselines, and the best run.
  private func verdicts(
    _ best: Proposal.Candidate, _ others: [Proposal.Candidate],
    _ curse: Proposal.WinnersCurse?
  ) -> [Verdict] {
    var names = ["natural", "uniform"]
    if let run = others.last, !names.contains(run.id) { names.append(run.id) }
    return names.compactMap { name in
      others.first { $0.id == name }.map {
        error.verdict(
          best.objective, against: $0.objective, named: name, curse: curse?.expected ?? 0)
      }
    }
  }

  private func region(_ found: MixtureSearch, epsilon: Double) -> Proposal.Region {
    let near = NearBest(
      objective, best: (found.weights, found.value), epsilon: epsilon, others: found.draws.best,
      feasible: feasible)
    return .init(
      epsilon: epsilon,
      weights: domains.dictionary(near.ranges.map { [$0.lowerBound, $0.upperBound] }))
  }
}
