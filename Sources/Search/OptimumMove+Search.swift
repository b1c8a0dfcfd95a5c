import Constraints
import Formats
import Mixtures
package import Parallel
package import Regression

extension OptimumMove {
  /// The number of fits as other runs would have had them.
  private static let draws = 60
  /// The number of runs of least objective that searches start from.
  private static let starts = 3
  /// The families that can tell, the first there is being taken.
  private static let families = ["scale-joint-gp", "scale-joint"]

  /// Searches that one of `fitted` at both scales which can tell of a move; where none can, the one
  /// of the name `chosen`.
  ///
  /// - Parameter fitted: fits at the target by the names of their families, which state what runs
  ///   that were held out say of their errors.
  /// - Returns: Nil if `data` have no scales, or the family no slopes.
  package static func measure(
    _ fitted: [(name: String, fit: any Regressor)], chosen: String, _ data: RegressionData,
    seed: UInt64, pool: WorkerPool
  ) -> OptimumMove? {
    let names = Self.families + [chosen]
    guard
      let (name, fit) = names.lazy.compactMap({ name in fitted.first { $0.name == name } }).first,
      let nearest = data.largestScale()
    else { return nil }
    return OptimumMove(
      name, data, nearest: nearest, fits: [fit.predicting(nearest) ?? fit, fit], seed: seed,
      pool: pool)
  }

  /// Searches both scales.
  ///
  /// - Parameters:
  ///   - data: Runs of several sizes.
  ///   - fits: The family's fits at the nearest scale, and at the target.
  /// - Returns: Nil if the family has no slopes.
  private init?(
    _ family: String, _ data: RegressionData, nearest: ModelScale, fits: [any Regressor],
    seed: UInt64, pool: WorkerPool
  ) {
    guard let search = OptimumSearch(data),
      fits[0].expansion(at: search.point(search.starts[0]), of: data.objective) != nil
    else { return nil }
    let found = search.optima(fits)
    @Sendable func value(_ fit: any Regressor, _ weights: [Double]) -> Double {
      data.objective(of: fit.predict(search.point(weights)))
    }
    let drawn = pool.map(Self.draws) { draw -> Drawn? in
      let again = fits.compactMap { fit in
        var random = RandomStream(seed: seed, purpose: "optimum \(draw)")
        return fit.redrawn(using: &random)
      }
      guard again.count == fits.count else { return nil }
      let moved = search.optima(again)
      let (own, other) = (found.weights[1], moved.weights[1])
      guard Self.isNear(value(again[1], own), value(fits[1], own)) else { return nil }
      return Drawn(
        changes: zip(moved.weights[0], moved.weights[1]).map { $1 - $0 },
        distance: moved.distance, cost: moved.cost,
        curse: value(again[1], own) - value(again[1], other) + value(fits[1], other)
          - value(fits[1], own))
    }.compactMap(\.self)
    let best = search.point(found.weights[1])
    func level(_ fit: any Regressor) -> Estimate {
      let loss = data.objective(of: fit.predict(best))
      let variance = fit.variance(at: best, of: data.objective)
      let radius =
        studentRadius(coverage: Bootstrap.coverage, freedom: data.levelFreedom)
        * (variance?.latent ?? 0).squareRoot()
      return Estimate(value: loss, low: loss - radius, high: loss + radius)
    }
    let names = NameIndex(data.domains)
    self.init(
      family: family, nearest: nearest, nearestWeights: names.dictionary(found.weights[0]),
      targetWeights: names.dictionary(found.weights[1]),
      changes: names.dictionary(
        data.domains.indices.map { i in
          Estimate(
            found.weights[1][i] - found.weights[0][i], resampled: drawn.map { $0.changes[i] },
            coverage: Bootstrap.coverage)
        }),
      distance: Estimate(
        found.distance, resampled: drawn.map(\.distance), coverage: Bootstrap.coverage),
      cost: Estimate(found.cost, resampled: drawn.map(\.cost), coverage: Bootstrap.coverage),
      nearestLoss: level(fits[0]), targetLoss: level(fits[1]),
      curse: drawn.isEmpty ? nil : drawn.reduce(0) { $0 + $1.curse } / Double(drawn.count),
      noise: fits[1].variance(at: best, of: data.objective)?.noise.squareRoot())
  }

  /// What one draw tells.
  private struct Drawn: Sendable {
    var changes: [Double]
    var distance: Double
    var cost: Double
    /// What its own best mixture at the target is better by there than by the fits, beside theirs.
    var curse: Double
  }

  /// Whether a drawn fit's loss is within a half of the fit's: farther out, as of few runs, what is
  /// known of parameters is no normal distribution, and losses may overflow.
  static func isNear(_ drawn: Double, _ loss: Double) -> Bool {
    abs(drawn - loss) <= 0.5 * abs(loss)
  }

  /// The search for the best mixtures of two fits, between the least and the most weight that runs
  /// had of each domain.
  private struct OptimumSearch: Sendable {
    let data: RegressionData
    let feasible: FeasibleSet
    let starts: [[Double]]

    /// Prepares the search; nil if no run of the largest size measured the objective.
    init?(_ data: RegressionData) {
      let ends = data.scales?.sizes.last.map { data.ends(ofSize: $0) } ?? data
      let objectives = ends.observedObjectives
      let best = objectives.indices.filter { !objectives[$0].isNaN }
        .sorted { (objectives[$0], $0) < (objectives[$1], $1) }.prefix(OptimumMove.starts)
      func bounds(_ end: ([Double]) -> Double?) -> [String: FeasibleSet.Bound] {
        NameIndex(data.domains).dictionary(
          data.domains.indices.map { i in
            FeasibleSet.Bound(end(data.weights.map { $0[i] }) ?? 0, reason: "observed")
          })
      }
      guard !best.isEmpty,
        let feasible = try? FeasibleSet(
          domains: data.domains, minimum: bounds { $0.min() }, maximum: bounds { $0.max() })
      else { return nil }
      (self.data, self.feasible, starts) = (data, feasible, best.map { ends.weights[$0] })
    }

    func point(_ weights: [Double]) -> MixturePoint { MixturePoint(weights: weights, mde: []) }

    /// Returns the best mixtures of two fits, half the sum of their differences, and what the first
    /// costs by the second fit.
    func optima(
      _ fits: [any Regressor]
    ) -> (weights: [[Double]], distance: Double, cost: Double) {
      let objectives = fits.map {
        FittedObjective($0, of: data, pool: WorkerPool(threads: 1))
      }
      let weights = objectives.map { objective in
        let found = starts.map { LocalMinimum(of: objective, from: $0, feasible: feasible) }
        return found.min { $0.value.objective < $1.value.objective }?.weights ?? starts[0]
      }
      return (
        weights, 0.5 * zip(weights[0], weights[1]).reduce(0) { $0 + abs($1.0 - $1.1) },
        max(0, objectives[1].value(weights[0]) - objectives[1].value(weights[1]))
      )
    }
  }
}
