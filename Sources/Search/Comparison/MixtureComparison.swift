package import Constraints
import Formats
package import Mixtures

/// Several mixtures side by side, as they are predicted, each less the first of them.
package struct MixtureComparison: Sendable {
  package let objective: Objective
  /// The family that predicts; nil where losses are MDE losses, of which no error is known.
  package let family: String?
  package let sets: [String]
  package let domains: [String]
  package let mixtures: [Compared]
  /// The tokens that the epochs of `mixtures` are of; nil if they are not known.
  package let trainTokens: Double?

  /// A loss or a difference in nats per token, or in the objective's unit.
  package struct Loss: Equatable, Sendable {
    package let value: Double
    /// The radius of the interval that holds 90 % of single runs, or of differences between two;
    /// nil where none is known.
    package let radius: Double?

    package init(_ value: Double, radius: Double?) { (self.value, self.radius) = (value, radius) }
  }

  /// One of the mixtures.
  package struct Compared: Sendable {
    package let id: String
    /// The weights by domain.
    package let weights: [Double]
    package let objective: Loss
    /// The losses by set.
    package let losses: [Loss]
    /// The objective less that of the first mixture; nil for that one.
    package let difference: Loss?
    /// The losses less those of the first mixture, by set; nil for that one.
    package let differences: [Loss]?
    /// The epochs by domain; nil if they are not known of all.
    package let epochs: [Double]?
    /// The constraints on weights that it breaks.
    package let broken: [BrokenLimit]
    /// The guards that it breaks, and by how much.
    package let brokenGuards: [(text: String, excess: Double)]
    /// The domains whose weight is outside those of the runs that were fitted.
    package let beyondRuns: [String]
  }

  /// Where the mixtures come from and what they have to keep.
  package struct Subject {
    /// The mixtures by id; weights by domain.
    package var mixtures: [(id: String, weights: [Double])]
    package var groups: DomainGroups
    package var feasible: FeasibleSet
    package var inventory: Inventory

    package init(
      _ mixtures: [(id: String, weights: [Double])], groups: DomainGroups, feasible: FeasibleSet,
      inventory: Inventory
    ) {
      (self.mixtures, self.groups, self.feasible) = (mixtures, groups, feasible)
      self.inventory = inventory
    }
  }

  /// Compares mixtures by what predicts their losses.
  ///
  /// - Throws: `Mixture.Invalid` if weights are no mixture.
  package init(
    _ subject: Subject, _ predicted: PredictedLosses
  ) throws(Mixture.Invalid) {
    let (groups, stock) = (subject.groups, subject.inventory)
    let (predictor, criteria, runs) = (predicted.predictor, predicted.criteria, predicted.runs)
    (objective, family) = (predicted.objective, predicted.family)
    (sets, domains, trainTokens) = (predictor.sets, groups.domains, stock.trainTokens)
    let points = predictor.points(subject.mixtures.map { groups.joined($0.weights) })
    var compared: [Compared] = []
    for (mixture, point) in zip(subject.mixtures, points) {
      let parts = groups.joined(mixture.weights)
      let losses = criteria.map { predictor.loss($0, at: point) }
      let differences =
        compared.isEmpty
        ? nil : criteria.map { predictor.difference($0, at: point, from: points[0]) }
      let epochs = stock.epochs(of: try Mixture(mixture.weights, of: .init(groups.domains)))
      compared.append(
        Compared(
          id: mixture.id, weights: mixture.weights, objective: losses[0],
          losses: Array(losses.dropFirst()), difference: differences?[0],
          differences: differences.map { Array($0.dropFirst()) },
          epochs: epochs.map { epochs in groups.domains.map { epochs[$0] ?? 0 } },
          broken: subject.feasible.broken(by: parts),
          brokenGuards: predicted.guarded.excesses(parts),
          beyondRuns: groups.parts.indices.filter { i in
            let seen = runs.map { $0[i] }
            guard let least = seen.min(), let most = seen.max() else { return false }
            return parts[i] > most + FeasibleSet.rounding
              || parts[i] < least - FeasibleSet.rounding
          }.map { groups.parts[$0] }))
    }
    mixtures = compared
  }
}

extension SearchObjective {
  /// Returns the nats per token by which each guard is broken; it is kept where that is negative.
  func rowsOfGuards(_ weights: [Double]) -> [Double] {
    guard let bounds = guards else { return [] }
    let values = Array(values(weights).suffix(bounds.rows.count))
    return bounds.guards.indices.map { owner in
      values.indices.filter { bounds.owners[$0] == owner }.map { values[$0] }.max() ?? 0
    }
  }

  /// Returns the guards that a mixture breaks, each with the nats per token by which it does.
  func excesses(_ weights: [Double]) -> [(text: String, excess: Double)] {
    zip(guards?.guards ?? [], rowsOfGuards(weights)).compactMap { bound, excess in
      excess <= GuardBounds.tolerance ? nil : (text: bound.text.description, excess: excess)
    }
  }
}
