import Glibc
package import Kernels
package import Mixtures
package import Storage

/// The minimum of the plain MDE objective Σ_j v_j F_j(λ) over a feasible set, with a proof of it.
///
/// F is convex, so Newton steps (each a small quadratic programme over the set, with a line search)
/// converge from anywhere, quadratically at the end. With g_i = Σ_j v_j mean_t p_i/p_λ and Σ_j v_j = 1,
/// Jensen's inequality bounds what any feasible μ can gain:
///
///     F(λ) − F(μ) = Σ_j v_j mean_t log(p_μ/p_λ) ≤ log Σ_i μ_i g_i ≤ log max_μ Σ_i μ_i g_i
///
/// and the last maximum is a knapsack. Over the whole simplex it is log max_i g_i.
package struct CertifiedMinimum: Sendable {
  package let weights: [Double]
  /// Nats per token.
  package let objective: Double
  /// No feasible mixture is better by more than this, in nats per token.
  package let gap: Double
  /// What one more unit of weight on each domain is worth: g_i.
  package let gains: [Double]
  /// Newton steps.
  package let iterations: Int
  private let feasible: FeasibleSet

  /// - Parameters:
  ///   - setWeights: v, one for each set of `cache`, summing to 1.
  ///   - start: any feasible mixture.
  /// - Throws: `SearchError.notConverged` if the gap stays above `gap`.
  package init(
    of cache: ProbabilityCache, setWeights: [Double], feasible: FeasibleSet, start: [Double],
    gap target: Double = 1e-6, pool: WorkerPool
  ) throws(SearchError) {
    func evaluate(_ weights: [Double], _ order: CachedSet.Order) -> CachedSet.Evaluation {
      weighted(cache.evaluate(weights, order: order, pool: pool), by: setWeights)
    }
    var weights = start
    var gap = Double.infinity
    for iteration in 0..<100 {
      let here = evaluate(weights, .hessian)
      gap = log(max(1, feasible.maximizer(of: here.gains).value))
      if gap <= target {
        (self.weights, objective, self.gap) = (weights, here.loss, gap)
        (gains, iterations, self.feasible) = (here.gains, iteration, feasible)
        return
      }
      let newton = quadraticStep(
        from: weights, gains: here.gains, curvature: here.curvature, feasible: feasible)
      let direction = zip(newton, weights).map { $0 - $1 }
      let promised = zip(direction, here.gains).reduce(0) { $0 + $1.0 * $1.1 }
      var length = 1.0
      while length > 1e-10 {
        let next = zip(weights, direction).map { $0 + length * $1 }
        if evaluate(next, .value).loss <= here.loss - 1e-4 * length * promised {
          weights = next
          break
        }
        length /= 2
      }
      if length <= 1e-10 { break }
    }
    throw .notConverged(gap: gap, target: target)
  }

  /// Nats per token for one more hundredth of each domain, by Lagrange multipliers.
  ///
  /// Negative where a maximum keeps weight from a domain, positive where a minimum (or zero) keeps it
  /// in, 0 where no bound is in the way.
  package var shadowPrices: [Double] {
    let free = weights.indices.filter {
      weights[$0] > feasible.minimum[$0] + 1e-9 && weights[$0] < feasible.maximum[$0] - 1e-9
    }
    let total = free.reduce(0) { $0 + weights[$1] }
    let level =
      total > 0
      ? free.reduce(0) { $0 + weights[$1] * gains[$1] } / total
      : feasible.maximizer(of: gains).marginal
    return weights.indices.map { free.contains($0) ? 0 : 0.01 * (level - gains[$0]) }
  }
}

/// Σ_j v_j of losses, gains and curvature.
func weighted(
  _ sets: [CachedSet.Evaluation], by weights: [Double]
) -> CachedSet.Evaluation {
  var sum = sets[0]
  func combine(_ terms: [Double]) -> Double { zip(weights, terms).reduce(0) { $0 + $1.0 * $1.1 } }
  sum.loss = combine(sets.map(\.loss))
  for i in sum.gains.indices { sum.gains[i] = combine(sets.map { $0.gains[i] }) }
  for i in sum.curvature.indices { sum.curvature[i] = combine(sets.map { $0.curvature[i] }) }
  return sum
}

package enum SearchError: ReportableError {
  case notConverged(gap: Double, target: Double)
  case regressor(path: String, problem: String)
  case local(code: Int)

  package var kind: FailureKind {
    switch self {
    case .regressor: .badData
    default: .computation
    }
  }

  package var message: String {
    switch self {
    case .notConverged(let gap, let target):
      "search: the minimum is certain to \(gap) nats only, not to \(target); allow a larger --gap"
    case .regressor(let path, let problem): "\(path): \(problem)"
    case .local(let code): "search: NLopt refused its input (\(code))"
    }
  }
}
