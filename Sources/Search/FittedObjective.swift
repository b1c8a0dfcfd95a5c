package import Experts
import Formats
import Glibc
import Kernels
import LinearAlgebra
package import Mixtures
package import Parallel
package import Regression

/// What a fitted regressor predicts for any mixture, max_c Σ_j v_cj L̂_j(λ, F(λ)), with its derivatives.
package struct FittedObjective: SearchObjective {
  package let domains: [String]
  /// Whose losses are predicted.
  package let sets: [String]
  /// For F; nil where there are no experts: then only weights count.
  package let cache: ProbabilityCache?
  package let regressor: any Regressor
  /// v, (criteria, sets).
  package let criteria: [[Double]]
  let pool: WorkerPool

  /// - Returns: nil if the family needs domains or sets that `fitted` or `cache` does not have.
  package init?(
    _ fitted: FittedRuns, family: FittedFamily, objective: Objective, cache: ProbabilityCache?,
    pool: WorkerPool
  ) {
    guard cache.map({ $0.domains == fitted.domains }) ?? true,
      objective.criteria.allSatisfy({ $0.keys.allSatisfy(fitted.sets.contains) }),
      let regressor = family.model.regressor(
        domains: fitted.domains, sets: fitted.sets, mdeSets: cache?.sets.map(\.name) ?? [])
    else { return nil }
    self.init(
      domains: fitted.domains, sets: fitted.sets, cache: cache, regressor: regressor,
      criteria: objective.rows(over: NameIndex(fitted.sets)), pool: pool)
  }

  private init(
    domains: [String], sets: [String], cache: ProbabilityCache?, regressor: any Regressor,
    criteria: [[Double]], pool: WorkerPool
  ) {
    (self.domains, self.sets, self.cache) = (domains, sets, cache)
    (self.regressor, self.criteria, self.pool) = (regressor, criteria, pool)
  }

  /// The same predictions, of another objective.
  package func replacingCriteria(_ criteria: [[Double]]) -> FittedObjective {
    FittedObjective(
      domains: domains, sets: sets, cache: cache, regressor: regressor, criteria: criteria,
      pool: pool)
  }

  /// The same objective of another fit.
  func replacingRegressor(_ regressor: any Regressor, pool: WorkerPool) -> FittedObjective {
    FittedObjective(
      domains: domains, sets: sets, cache: cache, regressor: regressor, criteria: criteria,
      pool: pool)
  }

  package struct Prediction: Sendable {
    package let objective: Double
    /// By set.
    package let losses: [Double]
    /// F_j, by set of the cache.
    package let mde: [Double]
  }

  package func predict(_ weights: [Double]) -> Prediction {
    predict(
      weights, mde: cache?.evaluate(weights, order: .value, pool: pool).map(\.loss) ?? [])
  }

  /// The same where the MDE losses are known.
  package func predict(_ weights: [Double], mde: [Double]) -> Prediction {
    let losses = regressor.predict(MixturePoint(weights: weights, mde: mde))
    return Prediction(objective: values(of: losses).max() ?? .nan, losses: losses, mde: mde)
  }

  /// The variance of the objective that the regressor states at a prediction; takes longer than that.
  package func variance(_ weights: [Double], _ prediction: Prediction) -> PredictiveVariance? {
    let values = values(of: prediction.losses)
    let largest = values.indices.max { values[$0] < values[$1] } ?? 0
    return regressor.variance(
      at: MixturePoint(weights: weights, mde: prediction.mde), of: criteria[largest])
  }

  package func values(_ weights: [Double]) -> [Double] { values(of: predict(weights).losses) }

  private func values(of losses: [Double]) -> [Double] { criteria.map { dot($0, losses) } }

  package var isSmooth: Bool {
    let point = MixturePoint(
      weights: domains.map { _ in 1 / Double(domains.count) },
      mde: cache?.sets.map { _ in 1 } ?? [])
    return regressor.expansion(at: point, of: criteria[0]) != nil
  }

  /// The chain rule through F: ∂F_s/∂λ_i = −g_si. Without a slope where the regressor is constant in pieces.
  package func models(_ weights: [Double]) -> [LocalModel] {
    let sets = cache?.evaluate(weights, order: .hessian, pool: pool) ?? []
    let point = MixturePoint(weights: weights, mde: sets.map(\.loss))
    let losses = regressor.predict(point)
    let k = weights.count
    return criteria.map { criterion in
      let value = dot(criterion, losses)
      guard let expansion = regressor.expansion(at: point, of: criterion) else {
        return LocalModel(
          value: value, gradient: weights.map { _ in 0 },
          curvature: [Double](repeating: 0, count: k * k))
      }
      return chained(expansion, value, sets, k)
    }
  }

  /// With D = [I; −g], ∇ = Dᵀ∇_v and ∇² = Dᵀ∇²_v D + Σ_s ∂/∂F_s ∇²F_s.
  private func chained(
    _ expansion: SecondOrderExpansion, _ value: Double, _ sets: [CachedSet.Evaluation], _ k: Int
  ) -> LocalModel {
    let size = k + sets.count
    let slopes = Array(expansion.gradient[k...])
    var gradient = Array(expansion.gradient[..<k])
    for (set, slope) in zip(sets, slopes) where slope != 0 {
      for i in 0..<k { gradient[i] -= slope * set.gains[i] }
    }
    func row(_ i: Int) -> [Double] {
      (0..<k).map { j in
        sets.indices.reduce(expansion.curvature[i * size + j]) {
          $0 - expansion.curvature[i * size + k + $1] * sets[$1].gains[j]
        }
      }
    }
    let rows = (0..<size).map(row)
    var curvature =
      sets.isEmpty
      ? [Double](repeating: 0, count: k * k) : weighted(sets.map(\.curvature), by: slopes)
    for i in 0..<k {
      for j in 0..<k {
        curvature[i * k + j] += sets.indices.reduce(rows[i][j]) {
          $0 - sets[$1].gains[i] * rows[k + $1][j]
        }
      }
    }
    return LocalModel(value: value, gradient: gradient, curvature: curvature)
  }
}
