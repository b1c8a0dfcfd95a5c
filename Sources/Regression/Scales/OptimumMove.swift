package import Mixtures

/// How the best mixture moves from the largest scale that was fitted to the target.
///
/// Both optima are of the family's predictions, between the least and the most that runs had of
/// each domain. Intervals are of fits as other runs of the same mixtures and scales would have had
/// them.
package struct OptimumMove: Codable, Equatable, Sendable {
  /// The family that tells it: one whose terms in size and length depend on the weights.
  package var family: String
  /// The largest scale that was fitted.
  package var nearest: ModelScale
  /// The best weights there and at the target, by domain.
  package var nearestWeights: [String: Double]
  package var targetWeights: [String: Double]
  /// The change of each weight, by domain; nil in older files.
  package var changes: [String: Estimate]?
  /// Half the sum of the absolute differences of the two.
  package var distance: Estimate
  /// The objective at the target of the mixture that is best at the nearest scale, less the least:
  /// what it costs to stay.
  package var cost: Estimate
  /// The objective that the target's best mixture has at both scales.
  package var nearestLoss: Estimate
  package var targetLoss: Estimate
  /// What the target's loss is expected to exceed its prediction by, as a search finds errors in
  /// its favour; nil in older files.
  package var curse: Double?
  /// The deviation of one run's objective at the target; nil if it is not known.
  package var noise: Double?

  /// Whether the move is one that a run could tell: the cost of staying is above noise.
  package var isMove: Bool { cost.low > (noise ?? 0) }

  package init(
    family: String, nearest: ModelScale, nearestWeights: [String: Double],
    targetWeights: [String: Double], changes: [String: Estimate]?, distance: Estimate,
    cost: Estimate, nearestLoss: Estimate, targetLoss: Estimate, curse: Double?, noise: Double?
  ) {
    (self.changes, self.curse) = (changes, curse)
    (self.family, self.nearest) = (family, nearest)
    (self.nearestWeights, self.targetWeights) = (nearestWeights, targetWeights)
    (self.distance, self.cost) = (distance, cost)
    (self.nearestLoss, self.targetLoss, self.noise) = (nearestLoss, targetLoss, noise)
  }
}

extension Regressor {
  /// The number of parameters of the laws of scale in it; 0 if it has none.
  package var lawParameters: Int {
    if let law = self as? ScaleLawRegressor { return law.fits.first?.factor.count ?? 0 }
    return (self as? SumRegressor)?.parts.map(\.lawParameters).max() ?? 0
  }
}
