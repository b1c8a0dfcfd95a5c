package import Experts
import LinearAlgebra
import Mixtures
package import Parallel

/// A function to minimise over mixtures, in nats per token: the largest of some smooth criteria.
package protocol SearchObjective: Sendable {
  /// Returns the criteria at a mixture, in nats per token.
  func values(_ weights: [Double]) -> [Double]
  /// Returns the quadratic models of the criteria near a mixture.
  func models(_ weights: [Double]) -> [LocalModel]
  /// Whether `models` says how the criteria change; otherwise they are constant in pieces.
  var isSmooth: Bool { get }
}

extension SearchObjective {
  package var isSmooth: Bool { true }
  package func value(_ weights: [Double]) -> Double { values(weights).max() ?? .nan }
}

/// The quadratic model of a criterion near a mixture.
package struct LocalModel: Sendable {
  package var value: Double
  /// The first derivatives by domain.
  package var gradient: [Double]
  /// The second derivatives, (domains, domains), row by row; symmetric.
  package var curvature: [Double]

  package init(value: Double, gradient: [Double], curvature: [Double]) {
    (self.value, self.gradient, self.curvature) = (value, gradient, curvature)
  }
}

/// The largest of some mean losses of mixtures of data experts, max_c Σ_j v_cj F_j(λ); convex.
package struct MDEObjective: SearchObjective {
  package let cache: ProbabilityCache
  /// The weights v of the sets, (criteria, sets); each row sums to 1.
  package let criteria: [[Double]]
  let pool: WorkerPool

  package init(_ cache: ProbabilityCache, criteria: [[Double]], pool: WorkerPool) {
    (self.cache, self.criteria, self.pool) = (cache, criteria, pool)
  }

  package func values(_ weights: [Double]) -> [Double] {
    let losses = cache.evaluate(weights, order: .value, pool: pool).map(\.loss)
    return criteria.map { dot($0, losses) }
  }

  package func models(_ weights: [Double]) -> [LocalModel] {
    let sets = cache.evaluate(weights, order: .hessian, pool: pool)
    return criteria.map { criterion in
      LocalModel(
        value: dot(criterion, sets.map(\.loss)),
        gradient: weights.indices.map { i in -dot(criterion, sets.map { $0.gains[i] }) },
        curvature: weighted(sets.map(\.curvature), by: criterion))
    }
  }
}

/// Returns Σ_j weight_j · array_j.
func weighted(_ arrays: [[Double]], by weights: [Double]) -> [Double] {
  var sum = arrays[0].map { _ in 0.0 }
  for (array, weight) in zip(arrays, weights) where weight != 0 {
    for i in sum.indices { sum[i] += weight * array[i] }
  }
  return sum
}
