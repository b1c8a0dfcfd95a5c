package import Formats
import Glibc
package import Kernels
package import Mixtures
package import Regression

/// What a fitted regressor predicts for any mixture, max_c Σ_j v_cj L̂_j(λ, F(λ)), with its derivatives.
package struct FittedObjective: SearchObjective {
  package let cache: ProbabilityCache
  package let regressor: LinearRegressor
  /// v, (criteria, sets of `cache`).
  package let criteria: [[Double]]
  let pool: WorkerPool

  /// - Returns: nil if the family does not fit the domains and sets of `cache`.
  package init?(
    _ file: RegressorFile, family: RegressorFile.Family, objective: ProposalFile.Objective,
    cache: ProbabilityCache, pool: WorkerPool
  ) {
    let sets = cache.sets.map(\.name)
    guard file.domains == cache.domains,
      objective.criteria.allSatisfy({ $0.keys.allSatisfy(sets.contains) }),
      let regressor = LinearRegressor(
        family, domains: cache.domains, sets: sets, logFloor: file.logFloor)
    else { return nil }
    self.init(
      cache: cache, regressor: regressor, criteria: objective.rows(over: sets), pool: pool)
  }

  private init(
    cache: ProbabilityCache, regressor: LinearRegressor, criteria: [[Double]], pool: WorkerPool
  ) {
    (self.cache, self.regressor, self.criteria, self.pool) = (cache, regressor, criteria, pool)
  }

  /// The same predictions, of another objective.
  package func replacingCriteria(_ criteria: [[Double]]) -> FittedObjective {
    FittedObjective(cache: cache, regressor: regressor, criteria: criteria, pool: pool)
  }

  package struct Prediction: Sendable {
    package let objective: Double
    /// By set.
    package let losses: [Double]
    /// F_j, by set.
    package let mde: [Double]
  }

  package func predict(_ weights: [Double]) -> Prediction {
    predict(weights, mde: cache.evaluate(weights, order: .value, pool: pool).map(\.loss))
  }

  /// The same where the MDE losses are known.
  package func predict(_ weights: [Double], mde: [Double]) -> Prediction {
    let losses = regressor.predict(weights: weights, mde: mde)
    return Prediction(objective: values(of: losses).max() ?? .nan, losses: losses, mde: mde)
  }

  package func values(_ weights: [Double]) -> [Double] { values(of: predict(weights).losses) }

  private func values(of losses: [Double]) -> [Double] { criteria.map { dot($0, losses) } }

  /// ∂F_s/∂λ_i = −g_si.
  package func models(_ weights: [Double]) -> [LocalModel] {
    let sets = cache.evaluate(weights, order: .hessian, pool: pool)
    let losses = regressor.predict(weights: weights, mde: sets.map(\.loss))
    let (k, floor) = (weights.count, regressor.map.logFloor)
    precondition(regressor.map.blocks == [.weights, .logWeights, .mde])
    return criteria.map { criterion in
      let coefficients = weighted(regressor.coefficients, by: criterion)
      let ofSets = Array(coefficients[(2 * k)...])
      var gradient = weighted(sets.map(\.gains), by: ofSets).map { -$0 }
      var curvature = weighted(sets.map(\.curvature), by: ofSets)
      for i in 0..<k {
        gradient[i] += coefficients[i]
        guard coefficients[k + i] != 0 else { continue }
        gradient[i] += coefficients[k + i] / (weights[i] + floor)
        curvature[i * k + i] -=
          coefficients[k + i] / ((weights[i] + floor) * (weights[i] + floor))
      }
      return LocalModel(value: dot(criterion, losses), gradient: gradient, curvature: curvature)
    }
  }
}
