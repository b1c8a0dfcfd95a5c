package import Constraints
import Mixtures

/// Mixtures that keep the guards, of which none is better than another in both of two objectives.
///
/// Let a* and b* be the minima of the two. A point of the front minimises the larger of
/// t (a − a*)/range and (1 − t) (b − b*)/range, for evenly spaced t. That also reaches points of a
/// front that is not convex, which weighted sums do not.
/// Source: Miettinen, Nonlinear Multiobjective Optimization, 1999, section 3.4.
package struct ParetoFront: Sendable {
  package struct Point: Sendable {
    package let weights: [Double]
    /// The values of the two objectives, in nats per token.
    package let values: [Double]
  }

  /// The points, from the best of the first objective to the best of the second.
  package let points: [Point]

  /// Searches the front.
  ///
  /// - Parameters:
  ///   - objective: An objective of two criteria.
  ///   - starts: The feasible mixtures to search from, at least one.
  ///   - count: The number of points wanted, ends included; there are fewer where they coincide.
  package init(
    _ objective: FittedObjective, starts: [[Double]], count: Int, feasible: FeasibleSet
  ) {
    precondition(objective.criteria.count == 2 && count >= 2 && !starts.isEmpty)
    func best(_ objective: any SearchObjective, _ starts: [[Double]]) -> [Double] {
      let minima = starts.map { LocalMinimum(of: objective, from: $0, feasible: feasible) }
      return minima.min { $0.value.isBetter(than: $1.value) }?.weights ?? starts[0]
    }
    func point(_ weights: [Double]) -> Point {
      Point(weights: weights, values: Array(objective.values(weights).prefix(2)))
    }
    let ends = objective.criteria.map { best(objective.replacingCriteria([$0]), starts) }
    var found = ends.map(point)
    let ideal = (0..<2).map { c in found.map { $0.values[c] }.min() ?? 0 }
    let ranges = (0..<2).map { c in (found.map { $0.values[c] }.max() ?? 0) - ideal[c] }
    if ranges.allSatisfy({ $0 > 1e-9 }) {
      var previous = ends[0]
      for step in 1..<count - 1 {
        let t = 1 - Double(step) / Double(count - 1)
        let scaled = ScaledObjective(
          base: objective, origins: ideal, factors: [t / ranges[0], (1 - t) / ranges[1]])
        previous = best(scaled, [previous, ends[1]] + starts.prefix(1))
        found.append(point(previous))
      }
    }
    points = found.filter { objective.standing($0.weights).keepsGuards }.filter { point in
      !found.contains { other in
        zip(other.values, point.values).allSatisfy { $0 <= $1 } && other.values != point.values
      }
    }.sorted { ($0.values[0], $0.values[1]) < ($1.values[0], $1.values[1]) }
      .reduce(into: [Point]()) { if $0.last?.values != $1.values { $0.append($1) } }
  }
}

/// The criteria of another objective as factor · (criterion − origin), under the same guards.
private struct ScaledObjective: SearchObjective {
  let base: FittedObjective
  var isSmooth: Bool { base.isSmooth }
  var guards: GuardBounds? { base.guards }
  let origins: [Double]
  let factors: [Double]

  func values(_ weights: [Double]) -> [Double] {
    base.values(weights).enumerated().map { c, value in
      c < factors.count ? factors[c] * (value - origins[c]) : value
    }
  }

  func models(_ weights: [Double]) -> [LocalModel] {
    base.models(weights).enumerated().map { c, model in
      guard c < factors.count else { return model }
      return LocalModel(
        value: factors[c] * (model.value - origins[c]),
        gradient: model.gradient.map { factors[c] * $0 },
        curvature: model.curvature.map { factors[c] * $0 })
    }
  }
}
