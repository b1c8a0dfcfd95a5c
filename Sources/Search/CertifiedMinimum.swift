package import Constraints
import Glibc
import LinearAlgebra
import Mixtures
package import Storage

/// The proven minimum of the plain MDE objective max_c Σ_j v_cj F_j(λ) over a feasible set.
///
/// F is convex, so Newton steps converge from anywhere, quadratically at the end. Take any weights
/// u of the criteria, v = Σ_c u_c v_c and g_i = Σ_j v_j mean_t p_i/p_λ. Then Jensen's inequality
/// bounds what any feasible μ can gain:
///
///     Σ_j v_j (F_j(λ) − F_j(μ)) = Σ_j v_j mean_t log(p_μ/p_λ) ≤ log Σ_i μ_i g_i
///                               ≤ log max_μ Σ_i μ_i g_i
///
/// The last maximum is bounded from above by duality; over the whole simplex it is max_i g_i. The
/// largest criterion at μ is at least Σ_j v_j F_j(μ), so Σ_j v_j F_j(λ) less that logarithm is a
/// lower bound of the minimum.
package struct CertifiedMinimum: Sendable {
  package let weights: [Double]
  /// The objective at `weights`, in nats per token.
  package let objective: Double
  /// The most by which a feasible mixture can be better, in nats per token.
  package let gap: Double
  /// The weights u of the criteria in the proof; 0 for a criterion that is not the largest.
  package let criterionWeights: [Double]
  package let multipliers: Multipliers
  /// The number of Newton steps.
  package let iterations: Int
  private let feasible: FeasibleSet

  /// Finds the minimum.
  ///
  /// - Parameters:
  ///   - start: A feasible mixture, any one.
  ///   - target: The gap that is small enough, in nats per token.
  /// - Throws: `SearchError.notConverged` if the gap stays above `target`.
  package init(
    of objective: MDEObjective, feasible: FeasibleSet, start: [Double], gap target: Double = 1e-6
  ) throws(SearchError) {
    var descent = Descent(objective, from: start, feasible: feasible)
    var least = Double.infinity
    for iteration in 0..<100 {
      let step = descent.step()
      let bound = Self.lowerBound(descent.models, step.minimum, feasible)
      let gap = descent.value - bound
      least = min(least, gap)
      if gap <= target {
        (weights, self.objective, self.gap) = (descent.weights, descent.value, max(0, gap))
        criterionWeights = Self.criterionWeights(descent.models, step.minimum)
        (multipliers, iterations) = (step.minimum.multipliers, iteration)
        self.feasible = feasible
        return
      }
      guard descent.take(step) else { break }
    }
    throw .notConverged(gap: least, target: target)
  }

  /// Returns the weights u: what each criterion counts at the minimum of their models.
  private static func criterionWeights(
    _ models: [LocalModel], _ minimum: FeasibleSet.Minimum
  ) -> [Double] {
    models.count == 1 ? [1] : minimum.pieceWeights
  }

  /// Returns the lower bound Σ_c u_c f_c − log max_μ Σ_i μ_i g_i of the minimum over the set.
  private static func lowerBound(
    _ models: [LocalModel], _ minimum: FeasibleSet.Minimum, _ feasible: FeasibleSet
  ) -> Double {
    let u = criterionWeights(models, minimum)
    let gains = weighted(models.map { $0.gradient.map { -$0 } }, by: u)
    return dot(u, models.map(\.value))
      - log(max(1, feasible.upperBound(of: gains, minimum.multipliers)))
  }

  /// The change of the minimum for one more hundredth of each domain, in nats per token.
  ///
  /// It comes from Lagrange multipliers. It is negative where a maximum keeps weight from a domain,
  /// positive where a minimum (or zero) keeps it in, and 0 where no bound of its own is in the way.
  package var shadowPrices: [Double] {
    weights.indices.map { i in
      var price = 0.0
      if weights[i] <= feasible.minimum[i] + 1e-7 { price += 0.01 * multipliers.lower[i] }
      if weights[i] >= feasible.maximum[i] - 1e-7 { price -= 0.01 * multipliers.upper[i] }
      return price
    }
  }
}

/// The reasons why a search gives no proposal.
package enum SearchError: ReportableError {
  case notConverged(gap: Double, target: Double)
  case regressor(path: String, problem: String)

  package var kind: FailureKind {
    switch self {
    case .regressor: .badData
    case .notConverged: .computation
    }
  }

  package var message: String {
    switch self {
    case .notConverged(let gap, let target):
      "search: the minimum is certain to \(gap) nats only, not to \(target); allow a larger --gap"
    case .regressor(let path, let problem): "\(path): \(problem)"
    }
  }
}
