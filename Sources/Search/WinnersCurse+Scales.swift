import Constraints
import Mixtures
import Parallel
import Regression

// Of a fit across scales the runs of other sizes are not kept, so it cannot be fitted again.
extension WinnersCurse {
  /// Estimates the amount from fits as other runs would have had them (`redrawn`), in place of
  /// refits. What they are off at the fit's own minimum, mostly an error of the level, is no matter
  /// of the search, and taken out.
  ///
  /// - Returns: the amounts; nil if the regressor tells no distribution of this kind, or half of
  ///   it lies too far out.
  static func redrawn(
    _ objective: FittedObjective, points: [MixturePoint], feasible: FeasibleSet, seed: UInt64,
    pool: WorkerPool
  ) -> [Double]? {
    let own = minimum(of: objective, points: points, feasible: feasible)
    let known = objective.predict(own).objective
    let found = pool.map(refits) { refit -> Double? in
      var random = RandomStream(seed: seed, purpose: "winner's curse \(refit)")
      guard let regressor = objective.regressor.redrawn(using: &random) else { return nil }
      let again = objective.replacingRegressor(regressor, pool: WorkerPool(threads: 1))
      guard OptimumMove.isNear(again.predict(own).objective, known) else { return nil }
      let best = minimum(of: again, points: points, feasible: feasible)
      let there = objective.replacingRegressor(objective.regressor, pool: again.pool).predict(best)
      return there.objective - again.predict(best).objective
        - (known - again.predict(own).objective)
    }.compactMap(\.self)
    return found.count > refits / 2 && found.allSatisfy(\.isFinite) ? found : nil
  }

  /// Returns the best mixture that descents from the best of `points` find.
  private static func minimum(
    of objective: FittedObjective, points: [MixturePoint], feasible: FeasibleSet
  ) -> [Double] {
    let values = points.map { objective.quickStanding($0.weights, mde: $0.mde) }
    let order = values.indices.sorted {
      values[$0].merit(RandomDraws.penalty) < values[$1].merit(RandomDraws.penalty)
    }
    let minima = order.prefix(descents).map {
      LocalMinimum(of: objective, from: points[$0].weights, feasible: feasible)
    }
    guard let best = minima.min(by: { $0.value.isBetter(than: $1.value) }),
      best.value.isBetter(than: values[order[0]])
    else { return points[order[0]].weights }
    return best.weights
  }
}
