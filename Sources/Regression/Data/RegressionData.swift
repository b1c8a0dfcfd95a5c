/// Observed runs beside their MDE features, joined by id.
package struct RegressionData: Equatable, Sendable {
  package var ids: [String]
  package var domains: [String]
  package var sets: [String]
  /// The sets whose MDE losses are known; empty where there are no experts.
  package var mdeSets: [String]
  /// The weights λ of the domains, (runs, domains).
  package var weights: [[Double]]
  /// The MDE losses in nats per token, (runs, mdeSets).
  package var mde: [[Double]]
  /// The observed losses in nats per token, (runs, sets); NaN where a run was not measured.
  package var losses: [[Double]]
  /// The weight of every set's loss in the objective, by set.
  package var objective: [Double]
  /// The number of epochs over each domain's data in a run of weight 1; nil where runs disagree on
  /// it.
  package var epochsAtFullWeight: [Double]?
  /// The scales of the runs and the one to predict; nil for runs of one scale.
  package var scales: RunScales?

  package init(
    ids: [String], domains: [String], sets: [String], mdeSets: [String] = [],
    weights: [[Double]], mde: [[Double]]? = nil, losses: [[Double]], objective: [Double],
    epochsAtFullWeight: [Double]? = nil
  ) {
    precondition(ids.count == weights.count && ids.count == losses.count)
    precondition(objective.count == sets.count)
    (self.ids, self.domains, self.sets, self.mdeSets) = (ids, domains, sets, mdeSets)
    (self.weights, self.losses, self.objective) = (weights, losses, objective)
    self.mde = mde ?? ids.map { _ in [] }
    self.epochsAtFullWeight = epochsAtFullWeight
    precondition(self.mde.allSatisfy { $0.count == mdeSets.count } && self.mde.count == ids.count)
  }

  package var count: Int { ids.count }

  package func point(_ run: Int) -> MixturePoint {
    MixturePoint(weights: weights[run], mde: mde[run])
  }

  /// Returns the data of the runs `rows` alone.
  package func restricted(to rows: [Int]) -> RegressionData {
    var part = self
    part.ids = rows.map { ids[$0] }
    part.weights = rows.map { weights[$0] }
    part.mde = rows.map { mde[$0] }
    part.losses = rows.map { losses[$0] }
    part.scales?.points = rows.compactMap { scales?.points[$0] }
    return part
  }

  /// Returns the data with the losses of `sets` alone; each has to be one of its sets.
  package func restricted(toSets sets: [String]) -> RegressionData {
    let columns = sets.compactMap { self.sets.firstIndex(of: $0) }
    precondition(columns.count == sets.count)
    var part = self
    part.sets = sets
    part.objective = columns.map { objective[$0] }
    part.losses = losses.map { row in columns.map { row[$0] } }
    return part
  }

  /// Whether it is known how often domains were read, and a run read one more than once.
  package var repeatsDomains: Bool {
    weights.contains { weights in
      zip(weights, epochsAtFullWeight ?? []).contains { $0 * $1 > 1 }
    }
  }

  /// The runs in which `set` was measured.
  package func rows(measuring set: Int) -> [Int] {
    losses.indices.filter { !losses[$0][set].isNaN }
  }

  /// The fewest runs that measured a set, over all sets.
  package var fewestMeasured: Int { sets.indices.map { rows(measuring: $0).count }.min() ?? 0 }

  /// The sets grouped by the runs that measured them, with those runs; one group where no loss is
  /// missing.
  package var setGroups: [(sets: [Int], rows: [Int])] {
    var groups: [(sets: [Int], rows: [Int])] = []
    for set in sets.indices {
      let rows = rows(measuring: set)
      if let group = groups.firstIndex(where: { $0.rows == rows }) {
        groups[group].sets.append(set)
      } else {
        groups.append(([set], rows))
      }
    }
    return groups
  }

  /// The group of every run, counted from 0 in the order of the runs; runs of the same weights
  /// share one.
  package var replicateGroups: [Int] { Replicates(weights).groups }

  /// The objective Σ_j weight_j · loss_j of one run's losses; NaN where a loss that counts was not
  /// measured.
  package func objective(of losses: [Double]) -> Double {
    zip(objective, losses).reduce(0) { $0 + ($1.0 == 0 ? 0 : $1.0 * $1.1) }
  }

  /// The observed objective of every run; NaN where it was not measured.
  package var observedObjectives: [Double] { losses.map { objective(of: $0) } }
}

/// A mixture, with what the experts predict for it.
package struct MixturePoint: Equatable, Sendable {
  /// The weights λ, by domain.
  package var weights: [Double]
  /// The MDE losses, by set of the MDE.
  package var mde: [Double]
  package init(weights: [Double], mde: [Double] = []) { (self.weights, self.mde) = (weights, mde) }
}
