package import Constraints
import LinearAlgebra
import Mixtures

/// The range of each weight within which some mixture is within ε of the best objective.
///
/// Its ends are the smallest and the largest λ_i where every criterion is at most `limit`, found by
/// sequential quadratic programming: each step minimises ±λ_i with the criteria linearised and the
/// curvature of their Lagrangian, from a mixture drawn back towards the best one until it keeps the
/// limit. So each end is a weight of a mixture that is feasible and near the best. For a convex
/// objective it is the outermost, to `precision` of ε in the objective. Where there are no slopes,
/// the ranges are those of the known mixtures within the limit.
package struct NearBest: Sendable {
  /// The largest objective allowed, in nats per token.
  package let limit: Double
  /// The range of each weight, by domain.
  package let ranges: [ClosedRange<Double>]

  /// The share of ε by which an end of a range may miss the limit.
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
    let known = [best] + others.filter { $0.value <= limit }
    guard objective.isSmooth else {
      ranges = best.weights.indices.map { i in
        let weights = known.map { $0.weights[i] }
        return (weights.min() ?? 0)...(weights.max() ?? 1)
      }
      self.limit = limit
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
    self.limit = limit
  }

  /// Returns the least (sign 1) or largest (sign −1) weight of domain `i` within the limit.
  private static func end(
    _ objective: any SearchObjective, _ i: Int, sign: Double, best: [Double],
    models start: [LocalModel], epsilon: Double, limit: Double, feasible: FeasibleSet
  ) -> Double {
    let k = best.count
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
      let ceilings = models.map {
        FeasibleSet.Affine(
          slope: $0.gradient, offset: $0.value - limit - dot($0.gradient, weights))
      }
      let step = feasible.minimum(
        quadratic: curvature, linear: zip(target, bent).map { $0 - $1 }, ceilings: ceilings,
        near: weights)
      // Linearised ceilings of a function that is not convex may exclude everything.
      guard step.weights.allSatisfy(\.isFinite), feasible.contains(step.weights, tolerance: 1e-6)
      else { break }
      let excess = objective.value(step.weights) - limit
      // Far outside the limit, as where a weight nears 0, curvature tells nothing of the inside.
      let next =
        excess <= epsilon
        ? step.weights
        : drawnBack(objective, from: step.weights, to: best, limit: limit, halvings: 6)
      let moved = zip(next, weights).reduce(0) { max($0, abs($1.0 - $1.1)) }
      (weights, models) = (next, objective.models(next))
      if excess <= 0 || excess > epsilon, sign * next[i] < sign * end { end = next[i] }
      multipliers = zip(multipliers, step.ceilingMultipliers).map { max(0.1 * $0, $1) }
      if moved < 1e-6 || (moved < 1e-3 && excess < precision * epsilon) { break }
    }
    let last = drawnBack(objective, from: weights, to: best, limit: limit, halvings: 12)[i]
    return sign * last < sign * end ? last : end
  }

  /// Returns the first point on the way from `start` to `best` whose objective is within `limit`.
  private static func drawnBack(
    _ objective: any SearchObjective, from start: [Double], to best: [Double], limit: Double,
    halvings: Int
  ) -> [Double] {
    func point(_ share: Double) -> [Double] { zip(best, start).map { $0 + share * ($1 - $0) } }
    if objective.value(start) <= limit { return start }
    var (inside, outside) = (0.0, 1.0)
    for _ in 0..<halvings {
      let middle = 0.5 * (inside + outside)
      if objective.value(point(middle)) <= limit { inside = middle } else { outside = middle }
    }
    return point(inside)
  }
}
