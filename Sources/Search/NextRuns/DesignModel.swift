import Experts
import Glibc
import LinearAlgebra
package import Regression

/// What a fitted regressor says of the objective max_c Σ_j v_cj L̂_j at mixtures to be trained.
package struct DesignModel: Sendable {
  let domains: [String]
  /// The sets of the MDE losses.
  let mdeSets: [String]
  let regressor: any Regressor
  /// The weights v of the sets, (criteria, sets).
  let criteria: [[Double]]
  /// The standard deviation of the regressor's errors in nats per token, for a family that states
  /// no noise.
  let residual: Double
  /// The guards that an answer has to keep; a run need not.
  let guards: GuardBounds?

  package init(
    domains: [String], mdeSets: [String], regressor: any Regressor, criteria: [[Double]],
    residual: Double, guards: GuardBounds? = nil
  ) {
    (self.domains, self.mdeSets, self.guards) = (domains, mdeSets, guards)
    (self.regressor, self.criteria, self.residual) = (regressor, criteria, residual)
  }

  init(_ objective: FittedObjective, residual: Double) {
    self.init(
      domains: objective.domains, mdeSets: objective.cache?.sets.map(\.name) ?? [],
      regressor: objective.regressor, criteria: objective.criteria, residual: residual,
      guards: objective.guards)
  }

  /// Returns the prediction at a point, higher where a mixture is no answer as it breaks a guard.
  func mean(_ point: MixturePoint) -> Double {
    let losses = regressor.predict(point)
    let rows = guards?.values(of: losses) ?? []
    return SearchValue(criteria.map { dot($0, losses) } + rows, guards: rows.count)
      .merit(RandomDraws.penalty)
  }

  /// Returns the criterion that is the largest at a point.
  private func largestCriterion(_ point: MixturePoint) -> [Double] {
    guard criteria.count > 1 else { return criteria[0] }
    let losses = regressor.predict(point)
    let values = criteria.map { dot($0, losses) }
    return criteria[values.indices.max { values[$0] < values[$1] } ?? 0]
  }

  /// Returns the variances of the objective averaged over seeds, by point, in nats².
  func variances(_ points: [MixturePoint], runs: [MixturePoint]) -> [Double] {
    let stated = points.compactMap {
      regressor.variance(at: $0, of: largestCriterion($0))?.latent
    }
    if stated.count == points.count { return stated }
    let linear = LinearDesign(self, runs: runs)
    return points.map { residual * residual * (linear?.variance($0) ?? 0) }
  }

  /// Returns the belief about `points`, and whether the regressor states it.
  ///
  /// Of several criteria, the covariance is of the one that is the largest at the point of the
  /// least mean. Where the regressor states variances alone, `LinearDesign` gives correlations;
  /// where it states none, it gives all.
  func belief(
    _ points: [MixturePoint], runs: [MixturePoint]
  ) -> (belief: DesignBelief, isStated: Bool) {
    let means = points.map { mean($0) }
    let best = means.indices.min { means[$0] < means[$1] } ?? 0
    let criterion = largestCriterion(points[best])
    if let stated = regressor.posterior(at: points, of: criterion) {
      return (
        DesignBelief(means: means, covariance: stated.covariance, noise: stated.noise), true
      )
    }
    var covariance =
      LinearDesign(self, runs: runs)?.covariance(points)
      ?? DenseMatrix(rows: points.count, columns: points.count)
    let stated = points.map { regressor.variance(at: $0, of: criterion) }
    let scales = stated.enumerated().map { i, variance in
      variance.map { ($0.latent / max(covariance[i, i], 1e-12)).squareRoot() } ?? residual
    }
    for i in points.indices {
      for j in points.indices { covariance[i, j] *= scales[i] * scales[j] }
    }
    let noise = (stated.first ?? nil)?.noise ?? residual * residual
    return (DesignBelief(means: means, covariance: covariance, noise: noise), false)
  }
}
