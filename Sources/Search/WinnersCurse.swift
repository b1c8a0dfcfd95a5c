package import Constraints
import Formats
import Experts
import Glibc
import LinearAlgebra
import Mixtures
package import Parallel
package import Regression

/// The amount by which the predicted minimum is too low, as a search finds errors in its favour.
///
/// The fit is taken for the truth. Each refit sees the runs with the losses of that truth plus
/// out-of-fold residuals of runs drawn at random. It is searched as the fit itself is, downhill
/// from the best of many draws and under the same guards, and the truth is looked up at its
/// minimum. The mean of truth less prediction is what to expect of the search itself. (The best
/// draw alone is no minimum: on the demo's runs, estimates made with it were .028, .017 and .031
/// nats for gp-of-mde, ridge-log-mde and law-gp, and .035, .026 and .042 with the search.)
///
/// It is a parametric bootstrap of the optimism of a minimum.
/// Source: Efron, Tibshirani, An Introduction to the Bootstrap, 1993, chapter 17.
package struct WinnersCurse: Sendable {
  package static let refits = 40
  /// The number of draws that the searches of all refits share.
  private static let mixtures = 2000
  /// The number of the best draws that the search of a refit starts from.
  ///
  /// With 8 the estimates of smooth families change by less than a hundredth of them.
  static let descents = 2

  package let estimate: Proposal.WinnersCurse

  /// Estimates the amount from refits.
  ///
  /// - Parameters:
  ///   - fitSeed: The seed with which the family was fitted.
  /// - Returns: The estimate, or nil if the family cannot be fitted again from the runs, or none of
  ///   them was held out; of a fit across scales from fits as other runs would have had them.
  package init?(
    _ fitted: FittedRuns, family: FittedFamily, objective: FittedObjective, feasible: FeasibleSet,
    fitSeed: UInt64, seed: UInt64, pool: WorkerPool
  ) {
    if fitted.scale != nil {
      let points = Self.points(objective, feasible: feasible, seed: seed)
      guard
        let amounts = Self.redrawn(
          objective, points: points, feasible: feasible, seed: seed, pool: pool),
        let found = Self.estimate(amounts)
      else { return nil }
      estimate = found
      return
    }
    let data = fitted.data
    // R* stays as it was fitted or given: it moves little, and takes ten times as long.
    let settings = FamilyRegistry.Settings(
      logFloor: fitted.logFloor, seed: fitSeed,
      repetitionConstant: objective.regressor.repetitionConstant)
    guard
      let fitter = FamilyRegistry.rows(for: data, settings).map(\.family)
        .first(where: { $0.name == family.name }),
      !fitter.inputs.contains(.mde) || objective.cache?.sets.map(\.name) ?? [] == data.mdeSets
    else { return nil }
    // Of the runs themselves, which may repeat domains otherwise than the run that is searched for.
    let fit = data.epochsAtFullWeight.map(objective.regressor.repeating) ?? objective.regressor
    let truth = data.ids.indices.map { fit.predict(data.point($0)) }
    // By set, of the runs that measured it.
    let residuals = data.sets.indices.map { set in
      data.rows(measuring: set).map { data.losses[$0][set] - family.outOfFold[$0][set] }
    }
    guard !residuals.joined().contains(where: \.isNaN) else { return nil }
    let points = Self.points(objective, feasible: feasible, seed: seed)
    let known = points.map { objective.predict($0.weights, mde: $0.mde).objective }
    let optimism = pool.map(Self.refits) { refit -> Double? in
      var random = RandomStream(seed: seed, purpose: "winner's curse \(refit)")
      var again = data
      for run in data.ids.indices {
        // One place in the order of the runs for all sets: their errors go together.
        let drawn = random.unit()
        for set in data.sets.indices where !data.losses[run][set].isNaN {
          again.losses[run][set] =
            truth[run][set] + residuals[set][Int(drawn * Double(residuals[set].count))]
        }
      }
      guard let fit = try? fitter.fit(again) else { return nil }
      return Self.optimism(
        of: objective.replacingRegressor(fit, pool: WorkerPool(threads: 1)), points: points,
        known: known, truth: objective, feasible: feasible)
    }.compactMap { $0 }.filter(\.isFinite)
    guard optimism.count == Self.refits, let found = Self.estimate(optimism) else { return nil }
    estimate = found
  }

  private static func estimate(_ amounts: [Double]) -> Proposal.WinnersCurse? {
    guard let mean = MeanEstimate(of: amounts), let error = mean.standardError else { return nil }
    return .init(expected: mean.mean, standardError: error, refits: amounts.count)
  }

  /// Returns the truth at the minimum of `refit` less its prediction there, or nil if it has none.
  private static func optimism(
    of refit: FittedObjective, points: [MixturePoint], known: [Double], truth: FittedObjective,
    feasible: FeasibleSet
  ) -> Double? {
    let values = points.map { refit.quickStanding($0.weights, mde: $0.mde) }
    let order = values.indices.sorted {
      values[$0].merit(RandomDraws.penalty) < values[$1].merit(RandomDraws.penalty)
    }
    guard let chosen = order.first else { return nil }
    let minima = order.prefix(descents).map {
      LocalMinimum(of: refit, from: points[$0].weights, feasible: feasible)
    }
    guard let best = minima.min(by: { $0.value.isBetter(than: $1.value) }),
      best.value.isBetter(than: values[chosen])
    else { return known[chosen] - values[chosen].objective }
    let there = refit.replacingRegressor(truth.regressor, pool: refit.pool).predict(best.weights)
    return there.objective - best.value.objective
  }

  /// Returns random mixtures of the set with their MDE losses.
  private static func points(
    _ objective: FittedObjective, feasible: FeasibleSet, seed: UInt64
  ) -> [MixturePoint] {
    var random = RandomStream(seed: seed, purpose: "winner's curse")
    let draws = (0..<mixtures).map { _ in
      let concentration = exp(log(0.3) + (log(10) - log(0.3)) * random.unit())
      return feasible.adapted(
        dirichlet(
          [Double](repeating: concentration, count: feasible.domains.count), using: &random))
    }
    return zip(draws, objective.sampledLosses(draws)).map { MixturePoint(weights: $0, mde: $1) }
  }
}
