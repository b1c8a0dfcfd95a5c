package import Experts
import Formats
import Glibc
import LinearAlgebra
package import Mixtures
package import Parallel
package import Regression

/// The objective max_c Σ_j v_cj L̂_j(λ, F(λ)) that a fitted regressor predicts, under guards.
package struct FittedObjective: SearchObjective {
  package let domains: [String]
  /// The evaluation sets whose losses are predicted.
  package let sets: [String]
  /// The experts' probabilities, which F comes from; nil without experts, where only weights count.
  package let cache: ProbabilityCache?
  package let regressor: any Regressor
  /// The weights v of the sets, (criteria, sets).
  package let criteria: [[Double]]
  let kept: KeptGuards?
  let pool: WorkerPool

  /// The epochs over each domain in a run of weight 1, where the predictions are for other runs
  /// than those fitted.
  private let epochsAtFullWeight: [Double]?

  /// Creates the objective that `family` predicts.
  ///
  /// - Parameter epochsAtFullWeight: The epochs over each domain in the run that it is for, at
  ///   weight 1; nil for those of the runs fitted.
  /// - Returns: The objective, or nil if `fitted` or `cache` lacks a domain or a set that it needs.
  package init?(
    _ fitted: FittedRuns, family: FittedFamily, objective: Objective, cache: ProbabilityCache?,
    epochsAtFullWeight: [Double]? = nil, pool: WorkerPool
  ) {
    guard cache.map({ $0.domains == fitted.domains }) ?? true,
      objective.criteria.allSatisfy({ $0.keys.allSatisfy(fitted.sets.contains) }),
      let regressor = family.model.regressor(
        domains: fitted.domains, sets: fitted.sets, mdeSets: cache?.sets.map(\.name) ?? [])
    else { return nil }
    self.init(
      domains: fitted.domains, sets: fitted.sets, cache: cache, regressor: regressor,
      epochsAtFullWeight: epochsAtFullWeight,
      criteria: objective.rows(over: NameIndex(fitted.sets)), kept: nil, pool: pool)
  }

  /// Creates the objective of `data` as `regressor` predicts it from the weights alone.
  init(_ regressor: any Regressor, of data: RegressionData, pool: WorkerPool) {
    self.init(
      domains: data.domains, sets: data.sets, cache: nil, regressor: regressor,
      epochsAtFullWeight: nil, criteria: [data.objective], kept: nil, pool: pool)
  }

  private init(
    domains: [String], sets: [String], cache: ProbabilityCache?, regressor: any Regressor,
    epochsAtFullWeight: [Double]?, criteria: [[Double]], kept: KeptGuards?, pool: WorkerPool
  ) {
    (self.domains, self.sets, self.cache, self.kept) = (domains, sets, cache, kept)
    self.regressor = epochsAtFullWeight.map(regressor.repeating) ?? regressor
    (self.epochsAtFullWeight, self.criteria, self.pool) = (epochsAtFullWeight, criteria, pool)
  }

  /// Returns another objective of the same predictions, under the same guards.
  package func replacingCriteria(_ criteria: [[Double]]) -> FittedObjective {
    FittedObjective(
      domains: domains, sets: sets, cache: cache, regressor: regressor,
      epochsAtFullWeight: epochsAtFullWeight, criteria: criteria, kept: kept, pool: pool)
  }

  /// Returns the same objective, under the same guards, of the predictions of another fit for the
  /// same run.
  func replacingRegressor(_ regressor: any Regressor, pool: WorkerPool) -> FittedObjective {
    let regressor = epochsAtFullWeight.map(regressor.repeating) ?? regressor
    return FittedObjective(
      domains: domains, sets: sets, cache: cache, regressor: regressor,
      epochsAtFullWeight: epochsAtFullWeight, criteria: criteria,
      kept: kept?.replacingRegressor(regressor, sets: sets), pool: pool)
  }

  /// Returns the same objective under guards on the predicted losses.
  ///
  /// - Parameter radii: The radius of each guard's margin, in units of the deviation that the
  ///   regressor states, or in nats per token if it states none; 0 where the prediction counts.
  package func guarded(by guards: [LossGuard], radii: [Double]) -> FittedObjective {
    let references = guards.map { bound in
      bound.reference.map { weights in
        MixturePoint(
          weights: weights,
          mde: cache?.evaluate(weights, order: .value, pool: pool).map(\.loss) ?? [])
      }
    }
    return FittedObjective(
      domains: domains, sets: sets, cache: cache, regressor: regressor,
      epochsAtFullWeight: epochsAtFullWeight, criteria: criteria,
      kept: guards.isEmpty
        ? nil : KeptGuards(guards, references, radii: radii, regressor, sets: sets),
      pool: pool)
  }

  package struct Prediction: Sendable {
    package let objective: Double
    /// The predicted losses in nats per token, by set.
    package let losses: [Double]
    /// The MDE losses F_j in nats per token, by set of the cache; none without experts.
    package let mde: [Double]
  }

  /// Returns the prediction for a mixture.
  package func predict(_ weights: [Double]) -> Prediction {
    predict(
      weights, mde: cache?.evaluate(weights, order: .value, pool: pool).map(\.loss) ?? [])
  }

  /// Returns the prediction for a mixture whose MDE losses are known.
  package func predict(_ weights: [Double], mde: [Double]) -> Prediction {
    let losses = regressor.predict(MixturePoint(weights: weights, mde: mde))
    return Prediction(objective: values(of: losses).max() ?? .nan, losses: losses, mde: mde)
  }

  /// Returns the variance of the objective that the regressor states at a prediction, or nil.
  ///
  /// It takes longer than the prediction.
  package func variance(_ weights: [Double], _ prediction: Prediction) -> PredictiveVariance? {
    let values = values(of: prediction.losses)
    let largest = values.indices.max { values[$0] < values[$1] } ?? 0
    return regressor.variance(
      at: MixturePoint(weights: weights, mde: prediction.mde), of: criteria[largest])
  }

  /// Returns the standard deviation of the difference between one run of each of two mixtures, by
  /// the criterion that is the largest at the first, as the regressor states it, or nil.
  package func differenceDeviation(_ first: [Double], _ second: [Double]) -> Double? {
    let predictions = [first, second].map { predict($0) }
    let values = values(of: predictions[0].losses)
    let largest = values.indices.max { values[$0] < values[$1] } ?? 0
    let points = zip([first, second], predictions).map {
      MixturePoint(weights: $0, mde: $1.mde)
    }
    return regressor.differenceDeviation(points[0], points[1], of: criteria[largest])
  }

  package func values(_ weights: [Double]) -> [Double] { values(weights, predict(weights)) }

  package func values(ofAll mixtures: [[Double]]) -> [[Double]] {
    let mde = cache?.losses(ofAll: mixtures, pool: pool) ?? mixtures.map { _ in [] }
    return zip(mixtures, mde).map { values($0, predict($0, mde: $1)) }
  }

  private func values(_ weights: [Double], _ prediction: Prediction) -> [Double] {
    let point = MixturePoint(weights: weights, mde: prediction.mde)
    return values(of: prediction.losses) + (kept?.values(prediction.losses, point, regressor) ?? [])
  }

  private func values(of losses: [Double]) -> [Double] { criteria.map { dot($0, losses) } }

  /// Returns what a mixture whose MDE losses are known is worth, without the margins of guards that
  /// take a posterior each.
  func quickStanding(_ weights: [Double], mde: [Double]) -> SearchValue {
    let losses = predict(weights, mde: mde).losses
    return SearchValue(
      values(of: losses) + (kept?.bounds.values(of: losses) ?? []), guards: guardRows)
  }

  package var guards: GuardBounds? { kept?.bounds }

  package func margins(_ weights: [Double]) -> [Double] {
    guard let kept else { return [] }
    let mde = cache?.evaluate(weights, order: .value, pool: pool).map(\.loss) ?? []
    return kept.margins(MixturePoint(weights: weights, mde: mde), regressor)
  }

  package var isSmooth: Bool {
    let point = MixturePoint(
      weights: domains.map { _ in 1 / Double(domains.count) },
      mde: cache?.sets.map { _ in 1 } ?? [])
    return regressor.expansion(at: point, of: criteria[0]) != nil
  }

  /// Returns the criteria with their derivatives, by the chain rule through F: ∂F_s/∂λ_i = −g_si.
  ///
  /// The derivatives are 0 if the regressor is constant in pieces.
  package func models(_ weights: [Double]) -> [LocalModel] {
    let sets = cache?.evaluate(weights, order: .hessian, pool: pool) ?? []
    let point = MixturePoint(weights: weights, mde: sets.map(\.loss))
    let losses = regressor.predict(point)
    let k = weights.count
    func model(_ row: [Double], less limit: Double) -> LocalModel {
      let value = dot(row, losses) - limit
      guard let expansion = regressor.expansion(at: point, of: row) else {
        return LocalModel(
          value: value, gradient: weights.map { _ in 0 },
          curvature: [Double](repeating: 0, count: k * k))
      }
      return chained(expansion, value, sets, k)
    }
    let models = criteria.map { model($0, less: 0) }
    guard let kept else { return models }
    let rows = zip(kept.bounds.rows, kept.bounds.limits).map { model($0, less: $1) }
    return models + kept.withMargins(rows, at: point, sets, regressor)
  }
}
