import Experts
import Formats
import LinearAlgebra
package import Mixtures
import Parallel
package import Regression

/// What predicts the losses of mixtures, with the intervals of single runs.
protocol LossPredictor {
  /// The evaluation sets whose losses are predicted.
  var sets: [String] { get }
  func points(_ mixtures: [[Double]]) -> [MixturePoint]
  /// Returns the losses by set.
  func losses(at point: MixturePoint) -> [Double]
  func loss(_ objective: Objective, at point: MixturePoint) -> MixtureComparison.Loss
  /// Returns the objective at `point` less that at `base`, of one run of each.
  func difference(
    _ objective: Objective, at point: MixturePoint, from base: MixturePoint
  ) -> MixtureComparison.Loss
}

/// A fitted family, whose errors `PredictionError` judges.
private struct FittedPredictor: LossPredictor {
  let fitted: FittedObjective
  let errors: [Objective: PredictionError]

  var sets: [String] { fitted.sets }

  func points(_ mixtures: [[Double]]) -> [MixturePoint] {
    let mde = fitted.cache?.losses(ofAll: mixtures, pool: fitted.pool)
    return mixtures.indices.map { MixturePoint(weights: mixtures[$0], mde: mde?[$0] ?? []) }
  }

  func losses(at point: MixturePoint) -> [Double] { fitted.regressor.predict(point) }

  func loss(_ objective: Objective, at point: MixturePoint) -> MixtureComparison.Loss {
    let (value, criterion) = largest(objective, at: point)
    let deviation = fitted.regressor.variance(at: point, of: criterion)?.deviation
    return .init(value, radius: errors[objective]?.radius(deviation: deviation))
  }

  func difference(
    _ objective: Objective, at point: MixturePoint, from base: MixturePoint
  ) -> MixtureComparison.Loss {
    let (first, criterion) = largest(objective, at: base)
    let deviation = fitted.regressor.differenceDeviation(base, point, of: criterion)
    return .init(
      largest(objective, at: point).value - first,
      radius: errors[objective].map { $0.differenceRadius * (deviation ?? 1) })
  }

  private func largest(
    _ objective: Objective, at point: MixturePoint
  ) -> (value: Double, criterion: [Double]) {
    let losses = fitted.regressor.predict(point)
    let rows = objective.rows(over: NameIndex(sets))
    let values = rows.map { dot($0, losses) }
    let place = values.indices.max { values[$0] < values[$1] } ?? 0
    return (values[place], rows[place])
  }
}

/// The experts alone, which tell an order of mixtures and no errors.
private struct ExpertsPredictor: LossPredictor {
  let cache: ProbabilityCache
  let pool: WorkerPool

  var sets: [String] { cache.sets.map(\.name) }

  func points(_ mixtures: [[Double]]) -> [MixturePoint] {
    zip(mixtures, cache.losses(ofAll: mixtures, pool: pool)).map {
      MixturePoint(weights: $0, mde: $1)
    }
  }

  func losses(at point: MixturePoint) -> [Double] { point.mde }

  func loss(_ objective: Objective, at point: MixturePoint) -> MixtureComparison.Loss {
    .init(objective.value(point.mde, of: NameIndex(sets)), radius: nil)
  }

  func difference(
    _ objective: Objective, at point: MixturePoint, from base: MixturePoint
  ) -> MixtureComparison.Loss {
    .init(loss(objective, at: point).value - loss(objective, at: base).value, radius: nil)
  }
}

/// What predicts the losses of mixtures, the objective, and the guards and runs there are.
package struct PredictedLosses {
  let predictor: any LossPredictor
  package let objective: Objective
  /// The family that predicts; nil where losses are MDE losses, of which no error is known.
  package let family: String?
  /// The objective whose guards mixtures may break.
  let guarded: any SearchObjective
  /// The weights of the runs that were fitted, by part; none of experts alone.
  let runs: [[Double]]

  /// Returns the objective and, after it, the loss of every set.
  func values(at point: MixturePoint) -> [Double] {
    let losses = predictor.losses(at: point)
    return [objective.value(losses, of: NameIndex(predictor.sets))] + losses
  }

  /// The objective, and after it every set.
  var criteria: [Objective] { [objective] + Self.single(predictor.sets) }

  private static func single(_ sets: [String]) -> [Objective] {
    sets.map { Objective(.init(name: $0, meanOf: [$0])) }
  }

  /// What `family` predicts.
  ///
  /// - Parameter wasChosen: Whether the family was chosen, among the others, by its errors.
  package init(
    _ fitted: FittedObjective, _ family: FittedFamily, in runs: FittedRuns, objective: Objective,
    wasChosen: Bool, guarded: any SearchObjective
  ) {
    var errors: [Objective: PredictionError] = [:]
    for known in [objective] + Self.single(fitted.sets) {
      errors[known] = PredictionError(family, in: runs, objective: known, wasChosen: wasChosen)
    }
    predictor = FittedPredictor(fitted: fitted, errors: errors)
    (self.objective, self.family, self.guarded) = (objective, family.name, guarded)
    self.runs = runs.data.weights
  }

  /// The MDE losses of the experts alone.
  package init(experts: MDEObjective, objective: Objective) {
    predictor = ExpertsPredictor(cache: experts.cache, pool: experts.pool)
    (self.objective, family, guarded, runs) = (objective, nil, experts, [])
  }
}
