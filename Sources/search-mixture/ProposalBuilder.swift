import Constraints
import Experts
import Formats
import Mixtures
import Regression
import Search
import Storage
import ToolKit

/// Puts a search's results under their names.
struct ProposalBuilder {
  let file: RegressorFile
  let family: RegressorFile.Family
  let target: Objective
  let objective: FittedObjective
  let feasible: FeasibleSet
  let inventory: Inventory
  let error: PredictionError

  /// - Parameter within: ε of the region; nil for one out-of-fold error.
  func proposal(
    _ found: MixtureSearch, _ certified: CertifiedMinimum?,
    others: [(id: String, weights: [Double])], within: Double?,
    curse: ProposalFile.WinnersCurse?,
    pareto: (objectives: [Objective], front: ParetoFront)?, provenance: Provenance
  ) -> ProposalFile {
    let best = candidate("proposal", found.weights)
    let compared = others.map { candidate($0.id, $0.weights) }
    return ProposalFile(
      provenance: provenance, weights: named(found.weights), objective: target,
      family: family.name, verdicts: verdicts(best, compared, curse), winnersCurse: curse,
      candidates: [best] + compared,
      certificate: certified.map { certified in
        .init(
          weights: named(certified.weights), objective: certified.objective, gap: certified.gap,
          shadowPrices: named(certified.shadowPrices),
          criterionWeights: certified.criterionWeights, iterations: certified.iterations)
      },
      constraints: constraints(found), limits: limits(found),
      region: region(found, epsilon: within ?? max(error.standardError, 1e-6)),
      pareto: pareto.map { pair in
        .init(
          objectives: pair.objectives,
          points: pair.front.points.map { .init(weights: named($0.weights), values: $0.values) })
      },
      search: .init(
        randomDraws: found.draws.count, bestRandom: found.draws.best.first?.value,
        starts: found.starts, evaluations: found.evaluations))
  }

  /// Mixtures named `next-001` and so on, from the first number that no run has.
  func records(_ mixtures: [[Double]], after runs: [String]) throws -> [MixtureRecord] {
    let used = runs.filter { $0.hasPrefix("next-") }.compactMap { Int($0.dropFirst(5)) }.max() ?? 0
    return try mixtures.enumerated().map { offset, weights in
      let number = String(used + offset + 1)
      return MixtureRecord(
        id: "next-" + String(repeating: "0", count: max(0, 3 - number.count)) + number,
        mixture: try Mixture(named(weights)))
    }
  }

  private func named<Value>(_ values: [Value]) -> [String: Value] {
    Dictionary(uniqueKeysWithValues: zip(feasible.domains, values))
  }

  private func candidate(
    _ id: String, _ weights: [Double]
  ) -> ProposalFile.Candidate {
    let prediction = objective.predict(weights)
    let radius = error.radius(deviation: objective.variance(weights, prediction)?.deviation)
    let mde = objective.cache.map { cache in
      target.value(Dictionary(uniqueKeysWithValues: zip(cache.sets.map(\.name), prediction.mde)))
    }
    return ProposalFile.Candidate(
      id: id, weights: named(weights), epochs: inventory.epochs(of: named(weights)),
      isFeasible: feasible.contains(weights, tolerance: 1e-6), objective: prediction.objective,
      interval: [prediction.objective - radius, prediction.objective + radius],
      losses: Dictionary(uniqueKeysWithValues: zip(objective.sets, prediction.losses)),
      mde: mde.flatMap { $0.isNaN ? nil : $0 })
  }

  /// Against natural and uniform, if they are among the baselines, and the best run.
  private func verdicts(
    _ best: ProposalFile.Candidate, _ others: [ProposalFile.Candidate],
    _ curse: ProposalFile.WinnersCurse?
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

  private func region(_ found: MixtureSearch, epsilon: Double) -> ProposalFile.Region {
    let near = NearBest(
      objective, best: (found.weights, found.value), epsilon: epsilon, others: found.draws.best,
      feasible: feasible)
    return .init(
      epsilon: epsilon, weights: named(near.ranges.map { [$0.lowerBound, $0.upperBound] }))
  }

  private func constraints(_ found: MixtureSearch) -> [String: ProposalFile.Constraint] {
    named(
      feasible.domains.indices.map { i in
        let (low, high) = (feasible.minimum[i], feasible.maximum[i])
        let (lower, upper) = (found.multipliers?.lower[i], found.multipliers?.upper[i])
        let binding = high - low <= 1e-12 ? "both" : Self.binding(found.weights[i], low, high)
        // Less than nothing is no offer, so a minimum of 0 has no price.
        let price: Double? =
          switch (binding, lower, upper) {
          case ("minimum", let lower?, _) where low > 0: -0.01 * lower
          case ("maximum", _, let upper?): -0.01 * upper
          case ("both", let lower?, let upper?): -0.01 * (low > 0 ? max(lower, upper) : upper)
          default: nil
          }
        return .init(
          minimum: low, maximum: high, reason: feasible.reasons[i], binding: binding, price: price)
      })
  }

  private func limits(_ found: MixtureSearch) -> [ProposalFile.Limit] {
    let multipliers = found.multipliers?.limits.map { Double?.some($0) }
    var limits = zip(feasible.limits, multipliers ?? feasible.limits.map { _ in nil }).map {
      limit, multiplier in
      let value = limit.value(at: found.weights)
      let binding = limit.isEquality ? "both" : Self.binding(value, limit.low, limit.high)
      return ProposalFile.Limit(
        name: limit.name, value: value, minimum: limit.low.isFinite ? limit.low : nil,
        maximum: limit.high.isFinite ? limit.high : nil, binding: binding,
        price: binding == nil ? nil : multiplier.map { -0.01 * abs($0) })
    }
    if let distance = feasible.distance {
      let value = distance.value(at: found.weights)
      let binding = Self.binding(value, -.infinity, distance.radius)
      limits.append(
        .init(
          name: distance.description, value: value, minimum: nil, maximum: distance.radius,
          binding: binding,
          price: binding == nil ? nil : found.multipliers.map { -0.01 * $0.distance }))
    }
    return limits
  }

  private static func binding(_ value: Double, _ low: Double, _ high: Double) -> String? {
    value <= low + 1e-6 ? "minimum" : value >= high - 1e-6 ? "maximum" : nil
  }
}
