package import Constraints
import LinearAlgebra
import Mixtures

/// The range of each weight within which some mixture is within ε of the best objective.
///
/// Its ends are the smallest and the largest λ_i where every criterion is at most `limit` and the
/// guards are kept, found by sequential quadratic programming: each step minimises ±λ_i with the
/// criteria and guards linearised and the curvature of their Lagrangian, from a mixture drawn back
/// towards the best one until it keeps them. So each end is a weight of a mixture that is feasible
/// and near the best. Where objective and guards are convex it is the outermost, to `precision` of
/// ε in the objective; of many domains `NearBestOfMany` finds them faster and less far out. Where
/// there are no slopes, the ranges are those of the known mixtures within the limit.
package struct NearBest: Sendable {
  /// The largest objective allowed, in nats per token.
  package let limit: Double
  /// The range of each weight, by domain.
  package let ranges: [ClosedRange<Double>]

  /// The share of ε by which an end of a range may miss the limit, or break a guard.
  private static let precision = 1e-3

  /// Finds the ranges.
  ///
  /// - Parameters:
  ///   - best: The best mixture, which is feasible, with its objective.
  ///   - others: Mixtures of the set that are known already, with their objective.
  package init(
    _ objective: any SearchObjective, best: (weights: [Double], value: Double), epsilon: Double,
    others: [(weights: [Double], value: Double)] = [], feasible: FeasibleSet
  ) {
    let limit = best.value + epsilon
    self.limit = limit
    let known = [best] + others.filter { $0.value <= limit }
    guard objective.isSmooth else {
      ranges = best.weights.indices.map { i in
        let weights = known.map { $0.weights[i] }
        return (weights.min() ?? 0)...(weights.max() ?? 1)
      }
      return
    }
    if best.weights.count > NearBestOfMany.few {
      ranges = NearBestOfMany(objective, best: best.weights, limit: limit, feasible: feasible)
        .ranges(known: known.map(\.weights))
      return
    }
    let models = objective.models(best.weights)
    ranges = best.weights.indices.map { i in
      let ends = [1.0, -1.0].map { sign in
        Self.end(
          objective, i, sign: sign, best: best.weights, models: models, epsilon: epsilon,
          limit: limit, feasible: feasible)
      }
      let weights = known.map { $0.weights[i] } + ends
      return (weights.min() ?? 0)...(weights.max() ?? 1)
    }
  }

  /// Returns the least (sign 1) or largest (sign −1) weight of domain `i` within the limit.
  private static func end(
    _ objective: any SearchObjective, _ i: Int, sign: Double, best: [Double],
    models start: [LocalModel], epsilon: Double, limit: Double, feasible: FeasibleSet
  ) -> Double {
    let k = best.count
    let allowance = max(GuardBounds.tolerance, precision * epsilon)
    let target = best.indices.map { $0 == i ? sign : 0 }
    var (weights, models) = (best, start)
    // If F were quadratic and λ_i alone moved, the multiplier would be 1/√(2 ε F_ii).
    let bend = max(1e-6, abs(models[0].curvature[i * k + i]))
    var multipliers = models.map { _ in
      1 / (2 * epsilon * bend).squareRoot() / Double(models.count)
    }
    var end = best[i]
    for _ in 0..<20 {
      let curvature = withAbsoluteEigenvalues(weighted(models.map(\.curvature), by: multipliers))
      let bent = (0..<k).map { dot(curvature[$0 * k..<($0 + 1) * k], weights) }
      let criteria = models.count - objective.guardRows
      let ceilings = models.enumerated().map { place, model in
        FeasibleSet.Affine(
          slope: model.gradient,
          offset: model.value - (place < criteria ? limit : 0) - dot(model.gradient, weights))
      }
      let step = feasible.minimum(
        quadratic: curvature, linear: zip(target, bent).map { $0 - $1 }, ceilings: ceilings,
        near: weights)
      // Linearised ceilings of a function that is not convex may exclude everything.
      guard step.weights.allSatisfy(\.isFinite), feasible.contains(step.weights, tolerance: 1e-6)
      else { break }
      let excess = excess(objective, step.weights, limit: limit, allowance: allowance)
      // Far outside the limit, as where a weight nears 0, curvature tells nothing of the inside.
      // The best may be at the edge of a guard, so that only what breaks it a little is near.
      let next =
        excess <= epsilon
        ? step.weights
        : drawnBack(
          objective, from: step.weights, to: best, limit: limit, allowance: epsilon, halvings: 6)
      let moved = zip(next, weights).reduce(0) { max($0, abs($1.0 - $1.1)) }
      (weights, models) = (next, objective.models(next))
      let isNear =
        excess <= 0
        || (excess > epsilon
          && self.excess(objective, next, limit: limit, allowance: allowance) <= 0)
      if isNear, sign * next[i] < sign * end { end = next[i] }
      multipliers = zip(multipliers, step.ceilingMultipliers).map { max(0.1 * $0, $1) }
      if moved < 1e-6 || (moved < 1e-3 && excess < precision * epsilon) { break }
    }
    let last = drawnBack(
      objective, from: weights, to: best, limit: limit, allowance: allowance, halvings: 12)[i]
    return sign * last < sign * end ? last : end
  }

  /// Returns how far a mixture is beyond the limit or, if that is more, breaks a guard beyond the
  /// allowance; in nats per token, not above 0 where it is near the best.
  private static func excess(
    _ objective: any SearchObjective, _ weights: [Double], limit: Double, allowance: Double
  ) -> Double {
    let there = objective.standing(weights)
    let beyond = there.objective - limit
    return objective.guardRows == 0 ? beyond : max(beyond, there.violation - allowance)
  }

  /// Returns the first point on the way from `start` to `best` that is near the best.
  private static func drawnBack(
    _ objective: any SearchObjective, from start: [Double], to best: [Double], limit: Double,
    allowance: Double, halvings: Int
  ) -> [Double] {
    func isNear(_ weights: [Double]) -> Bool {
      excess(objective, weights, limit: limit, allowance: allowance) <= 0
    }
    func point(_ share: Double) -> [Double] { zip(best, start).map { $0 + share * ($1 - $0) } }
    if isNear(start) { return start }
    var (inside, outside) = (0.0, 1.0)
    for _ in 0..<halvings {
      let middle = 0.5 * (inside + outside)
      if isNear(point(middle)) { inside = middle } else { outside = middle }
    }
    return point(inside)
  }
}
