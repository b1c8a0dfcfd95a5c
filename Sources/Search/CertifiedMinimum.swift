package import Constraints
import Glibc
import LinearAlgebra
import Mixtures

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
///
/// Guards Σ_j w_rj F_j(μ) ≤ b_r with w ≥ 0 join with any multipliers z ≥ 0: where μ keeps them, the
/// largest criterion at μ is at least the Lagrangian Σ_j v_j F_j(μ) − Σ_r z_r b_r, now with
/// v = Σ_c u_c v_c + Σ_r z_r w_r. Its sum is V, no longer 1, and the inequality for v/V bounds what
/// μ gains by V log(max_μ Σ_i μ_i g_i / V).
package struct CertifiedMinimum: Sendable {
  package private(set) var weights: [Double]
  /// The objective at `weights`, in nats per token.
  package private(set) var objective: Double
  /// The most by which a feasible mixture that keeps the guards can be better, in nats per token.
  package private(set) var gap: Double
  /// The weights u of the criteria in the proof; 0 for a criterion that is not the largest.
  package private(set) var criterionWeights: [Double]
  package private(set) var multipliers: Multipliers
  /// The multipliers z of the guards' rows, each at least 0.
  package private(set) var guardMultipliers: [Double]
  /// The number of Newton steps.
  package let iterations: Int
  private let feasible: FeasibleSet

  /// Finds the minimum under guards that are upper bounds, if there are guards.
  ///
  /// - Parameters:
  ///   - start: A feasible mixture, any one.
  ///   - target: The gap that is small enough, in nats per token.
  /// - Throws: `SearchError.notConverged` if the gap stays above `target`, as where no mixture
  ///   keeps the guards.
  package init(
    of objective: MDEObjective, feasible: FeasibleSet, start: [Double], gap target: Double = 1e-6
  ) throws(SearchError) {
    var descent = Descent(objective, from: start, feasible: feasible)
    var least = Double.infinity
    for iteration in 0..<200 {
      let step = descent.step()
      let gap = descent.merit - Self.lowerBound(objective, descent.models, step, feasible)
      least = min(least, gap)
      if gap <= target, descent.value.keepsGuards {
        (weights, self.objective) = (descent.weights, descent.value.objective)
        self.gap = max(0, gap)
        criterionWeights = Array(step.modelWeights.prefix(objective.criteria.count))
        guardMultipliers = Array(step.modelWeights.dropFirst(objective.criteria.count))
        (multipliers, iterations) = (step.minimum.multipliers, iteration)
        self.feasible = feasible
        return
      }
      if gap <= target || !descent.take(step) { guard descent.raisePenalty() else { break } }
    }
    throw .notConverged(gap: least, target: target)
  }

  /// Finds a minimum under guards of which some are lower bounds, for which it is a local one.
  ///
  /// Without the lower bounds the minimum is certified. If it keeps them, it is the answer, with
  /// its gap. Otherwise the answer is the best of local searches, and its gap the distance to the
  /// least that the minimum without them can be.
  ///
  /// - Parameter starts: The feasible mixtures to search from.
  /// - Throws: `SearchError.notConverged` if the gap without lower bounds stays above `target`.
  package init(
    of objective: MDEObjective, feasible: FeasibleSet, starts: [[Double]], gap target: Double = 1e-6
  ) throws(SearchError) {
    precondition(!starts.isEmpty)
    let criteria = objective.criteria.count
    let convex = objective.guards?.convexRows ?? []
    let relaxed = try CertifiedMinimum(
      of: objective.keepingGuards(convex), feasible: feasible, start: starts[0], gap: target)
    var guardMultipliers = [Double](repeating: 0, count: objective.guardRows)
    for (row, z) in zip(convex, relaxed.guardMultipliers) { guardMultipliers[row] = z }
    self = relaxed
    self.guardMultipliers = guardMultipliers
    guard !objective.standing(relaxed.weights).keepsGuards else { return }
    let minima = ([relaxed.weights] + starts).map {
      LocalMinimum(of: objective, from: $0, feasible: feasible)
    }
    guard let best = minima.min(by: { $0.value.isBetter(than: $1.value) }), best.value.keepsGuards,
      let multipliers = best.multipliers, let modelWeights = best.modelWeights
    else { throw .notConverged(gap: .infinity, target: target) }
    (weights, self.objective, self.multipliers) = (best.weights, best.value.objective, multipliers)
    gap = max(0, self.objective - (relaxed.objective - relaxed.gap))
    criterionWeights = Array(modelWeights.prefix(criteria))
    self.guardMultipliers = Array(modelWeights.dropFirst(criteria))
  }

  /// Returns the lower bound Σ_c u_c f_c + Σ_r z_r h_r − V log(max_μ Σ_i μ_i g_i / V) of the
  /// minimum over the set.
  private static func lowerBound(
    _ objective: MDEObjective, _ models: [LocalModel], _ step: Descent.Step,
    _ feasible: FeasibleSet
  ) -> Double {
    let u = step.modelWeights
    let rows = objective.criteria + (objective.guards?.rows ?? [])
    let total = zip(u, rows).reduce(0) { $0 + $1.0 * $1.1.reduce(0, +) }
    let gains = weighted(models.map { $0.gradient.map { -$0 } }, by: u)
    return dot(u, models.map(\.value))
      - total * log(max(1, feasible.upperBound(of: gains, step.minimum.multipliers) / total))
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
