/// Observed runs beside their MDE features, joined by id.
package struct RegressionData: Equatable, Sendable {
  package var ids: [String]
  package var domains: [String]
  package var sets: [String]
  /// Whose MDE losses are known; empty where there are no experts.
  package var mdeSets: [String]
  /// (runs, domains): λ.
  package var weights: [[Double]]
  /// (runs, mdeSets): MDE losses in nats per token.
  package var mde: [[Double]]
  /// (runs, sets): observed losses in nats per token; NaN where a run was not measured.
  package var losses: [[Double]]
  /// By set: how much it counts in the objective.
  package var objective: [Double]
  /// By domain: how often its data are read in a run of weight 1, where all runs agree on that.
  package var epochsAtFullWeight: [Double]?

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

  /// The runs `rows` alone.
  package func restricted(to rows: [Int]) -> RegressionData {
    var part = self
    part.ids = rows.map { ids[$0] }
    part.weights = rows.map { weights[$0] }
    part.mde = rows.map { mde[$0] }
    part.losses = rows.map { losses[$0] }
    return part
  }

  /// The same with the losses of `sets` alone, which have to be among its sets.
  package func restricted(toSets sets: [String]) -> RegressionData {
    let columns = sets.compactMap { self.sets.firstIndex(of: $0) }
    precondition(columns.count == sets.count)
    var part = self
    part.sets = sets
    part.objective = columns.map { objective[$0] }
    part.losses = losses.map { row in columns.map { row[$0] } }
    return part
  }

  /// The runs in which `set` was measured.
  package func rows(measuring set: Int) -> [Int] {
    losses.indices.filter { !losses[$0][set].isNaN }
  }

  /// Sets measured in the same runs, with those runs: one group where no loss is missing.
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

  /// By run: equal for runs of the same weights, counted from 0 in the order of the runs.
  package var replicateGroups: [Int] { Replicates(weights).groups }

  /// Σ_j weight_j · loss_j; NaN where a loss that counts was not measured.
  package func objective(of losses: [Double]) -> Double {
    zip(objective, losses).reduce(0) { $0 + ($1.0 == 0 ? 0 : $1.0 * $1.1) }
  }

  /// By run.
  package var observedObjectives: [Double] { losses.map { objective(of: $0) } }
}

/// A mixture and what the experts say of it.
package struct MixturePoint: Equatable, Sendable {
  /// λ, by domain.
  package var weights: [Double]
  /// MDE losses, by set of the MDE.
  package var mde: [Double]
  package init(weights: [Double], mde: [Double] = []) { (self.weights, self.mde) = (weights, mde) }
}
