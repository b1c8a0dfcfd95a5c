package import Experts
import Formats
import LinearAlgebra
import Mixtures
package import Parallel

/// A function to minimise over mixtures, in nats per token: the largest of some smooth criteria,
/// where no guard is broken.
package protocol SearchObjective: Sendable {
  /// Returns the criteria at a mixture and, after them, the rows of the guards, which may not be
  /// positive; in nats per token.
  func values(_ weights: [Double]) -> [Double]
  /// Returns the values at many mixtures, in their order.
  func values(ofAll mixtures: [[Double]]) -> [[Double]]
  /// Returns the quadratic models of the same near a mixture.
  func models(_ weights: [Double]) -> [LocalModel]
  /// Returns the models, maybe with empty curvatures where those cost much more than the slopes.
  func slopes(_ weights: [Double]) -> [LocalModel]
  /// Whether `models` says how the criteria change; otherwise they are constant in pieces.
  var isSmooth: Bool { get }
  /// The guards whose rows come after the criteria; nil without guards.
  var guards: GuardBounds? { get }
  /// Returns what is added to each row of the guards at a mixture because predictions err, in nats
  /// per token.
  func margins(_ weights: [Double]) -> [Double]
}

extension SearchObjective {
  package var isSmooth: Bool { true }
  package func values(ofAll mixtures: [[Double]]) -> [[Double]] { mixtures.map { values($0) } }
  package func slopes(_ weights: [Double]) -> [LocalModel] { models(weights) }
  package var guards: GuardBounds? { nil }
  package func margins(_ weights: [Double]) -> [Double] { (guards?.rows ?? []).map { _ in 0 } }
  /// The number of values that are rows of guards.
  var guardRows: Int { guards?.rows.count ?? 0 }
  package func value(_ weights: [Double]) -> Double { standing(weights).objective }
  package func standing(_ weights: [Double]) -> SearchValue {
    SearchValue(values(weights), guards: guardRows)
  }
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
  package let guards: GuardBounds?
  let pool: WorkerPool

  package init(
    _ cache: ProbabilityCache, criteria: [[Double]], guards: GuardBounds? = nil, pool: WorkerPool
  ) {
    (self.cache, self.criteria, self.guards, self.pool) = (cache, criteria, guards, pool)
  }

  /// Creates the objective under guards on MDE losses; none for no guards.
  package init(
    _ cache: ProbabilityCache, criteria: [[Double]], guards: [LossGuard], pool: WorkerPool
  ) {
    let bounds = GuardBounds(guards, sets: NameIndex(cache.sets.map(\.name))) { bound in
      cache.evaluate(bound.reference ?? [], order: .value, pool: pool).map(\.loss)
    }
    self.init(cache, criteria: criteria, guards: guards.isEmpty ? nil : bounds, pool: pool)
  }

  /// Returns the same objective under some of the rows of the guards.
  func keepingGuards(_ rows: [Int]) -> MDEObjective {
    let kept = rows.isEmpty ? nil : guards?.keeping(rows)
    return MDEObjective(cache, criteria: criteria, guards: kept, pool: pool)
  }

  package func values(_ weights: [Double]) -> [Double] {
    let losses = cache.evaluate(weights, order: .value, pool: pool).map(\.loss)
    return criteria.map { dot($0, losses) } + (guards?.values(of: losses) ?? [])
  }

  package func values(ofAll mixtures: [[Double]]) -> [[Double]] {
    cache.losses(ofAll: mixtures, pool: pool).map { losses in
      criteria.map { dot($0, losses) } + (guards?.values(of: losses) ?? [])
    }
  }

  package func models(_ weights: [Double]) -> [LocalModel] { models(weights, .hessian) }

  /// The number of domains up to which slopes come with the curvature: it costs little then.
  private static let few = 16

  package func slopes(_ weights: [Double]) -> [LocalModel] {
    models(weights, weights.count > Self.few ? .gradient : .hessian)
  }

  private func models(_ weights: [Double], _ order: CachedSet.Order) -> [LocalModel] {
    let rows = criteria + (guards?.rows ?? [])
    let many = weights.count > Self.few
    let limits = criteria.map { _ in 0 } + (guards?.limits ?? [])
    var models = limits.map { limit in
      LocalModel(
        value: 0, gradient: weights.map { _ in 0 },
        curvature: [Double](
          repeating: 0, count: order < .hessian || many ? 0 : weights.count * weights.count))
    }
    var set = 0
    cache.forEachEvaluation(weights, order: many ? min(order, .gradient) : order, pool: pool) {
      evaluation in
      for (r, row) in rows.enumerated() where row[set] != 0 {
        models[r].value += row[set] * evaluation.loss
        addProduct(&models[r].gradient, evaluation.gains, -row[set])
        if !many { addProduct(&models[r].curvature, evaluation.curvature, row[set]) }
      }
      set += 1
    }
    for (r, limit) in limits.enumerated() {
      models[r].value -= limit
      if many, order == .hessian {
        models[r].curvature = cache.curvature(weights, of: rows[r], pool: pool)
      }
    }
    return models
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
