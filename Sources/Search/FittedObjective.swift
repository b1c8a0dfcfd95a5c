package import Formats
import Glibc
package import Kernels
package import Mixtures
package import Regression

/// What a fitted regressor predicts for any mixture: Σ_j v_j L̂_j(λ, F(λ)), with its gradient.
package struct FittedObjective: Sendable {
  package let cache: ProbabilityCache
  package let regressor: LinearRegressor
  /// By set of `cache`: how much it counts.
  package let setWeights: [Double]
  let pool: WorkerPool

  /// - Returns: nil if the family does not fit the domains and sets of `cache`.
  package init?(
    _ file: RegressorFile, family: RegressorFile.Family, cache: ProbabilityCache, pool: WorkerPool
  ) {
    let sets = cache.sets.map(\.name)
    guard file.domains == cache.domains,
      let regressor = LinearRegressor(
        family, domains: cache.domains, sets: sets, logFloor: file.logFloor)
    else { return nil }
    setWeights = sets.map { file.objective.weights[$0] ?? 0 }
    (self.cache, self.regressor, self.pool) = (cache, regressor, pool)
  }

  package struct Prediction: Sendable {
    package let objective: Double
    /// By set.
    package let losses: [Double]
    /// F_j, by set.
    package let mde: [Double]
  }

  package func predict(_ weights: [Double]) -> Prediction {
    let mde = cache.evaluate(weights, order: .value, pool: pool).map(\.loss)
    return predict(weights, mde: mde)
  }

  /// The same where the MDE losses are known.
  package func predict(_ weights: [Double], mde: [Double]) -> Prediction {
    let losses = regressor.predict(weights: weights, mde: mde)
    return Prediction(objective: combine(losses), losses: losses, mde: mde)
  }

  /// Objective and gradient; ∂F_j/∂λ_i = −g_ji.
  package func valueAndGradient(_ weights: [Double]) -> (value: Double, gradient: [Double]) {
    let sets = cache.evaluate(weights, order: .gradient, pool: pool)
    let prediction = predict(weights, mde: sets.map(\.loss))
    var gradient = [Double](repeating: 0, count: weights.count)
    let (k, floor) = (weights.count, regressor.map.logFloor)
    precondition(regressor.map.blocks == [.weights, .logWeights, .mde])
    for (j, coefficients) in regressor.coefficients.enumerated() where setWeights[j] != 0 {
      for i in 0..<k {
        var slope = coefficients[i]
        if coefficients[k + i] != 0 { slope += coefficients[k + i] / (weights[i] + floor) }
        for s in sets.indices { slope -= coefficients[2 * k + s] * sets[s].gains[i] }
        gradient[i] += setWeights[j] * slope
      }
    }
    return (prediction.objective, gradient)
  }

  private func combine(_ losses: [Double]) -> Double {
    zip(setWeights, losses).reduce(0) { $0 + ($1.0 == 0 ? 0 : $1.0 * $1.1) }
  }
}
