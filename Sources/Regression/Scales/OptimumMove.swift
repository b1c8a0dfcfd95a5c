import Formats
import Glibc
package import Mixtures
package import Parallel

/// How the best mixture moves from the largest scale that was fitted to the target.
///
/// Both optima are of the family's predictions, between the least and the most that runs had of
/// each domain. Intervals are of draws of the laws' parameters from what is known of them.
package struct OptimumMove: Codable, Equatable, Sendable {
  /// The family that tells it: one whose terms in size and length depend on the weights.
  package var family: String
  /// The largest scale that was fitted.
  package var nearest: ModelScale
  /// The best weights there and at the target, by domain.
  package var nearestWeights: [String: Double]
  package var targetWeights: [String: Double]
  /// Half the sum of the absolute differences of the two.
  package var distance: Estimate
  /// The objective at the target of the mixture that is best at the nearest scale, less the least:
  /// what it costs to stay.
  package var cost: Estimate
  /// The objective that the target's best mixture has at both scales.
  package var nearestLoss: Estimate
  package var targetLoss: Estimate
  /// The deviation of one run's objective at the target; nil if it is not known.
  package var noise: Double?

  private static let draws = 60

  /// Whether the move is one that a run could tell: the cost of staying is above noise.
  package var isMove: Bool { cost.low > (noise ?? 0) }

  /// Searches both scales.
  ///
  /// - Parameters:
  ///   - data: runs of several sizes.
  ///   - fits: the family's fits at the nearest scale, and at the target.
  /// - Returns: nil if the family has no slopes.
  init?(
    _ family: String, _ data: RegressionData, nearest: ModelScale, fits: [any Regressor],
    seed: UInt64, pool: WorkerPool
  ) {
    guard fits[0].gradients(at: data.point(0)) != nil, let search = OptimumSearch(data) else {
      return nil
    }
    let found = search.optima(fits)
    let count = fits[0].lawParameters
    let drawn = pool.map(count == 0 ? 0 : Self.draws) { draw in
      var random = RandomStream(seed: seed, purpose: "optimum \(draw)")
      let z = (0..<count).map { _ in normal(using: &random) }
      let moved = search.optima(fits.map { $0.movedLaws(by: z) })
      return (distance: moved.distance, cost: moved.cost)
    }
    func level(_ fit: any Regressor) -> Estimate {
      let loss = search.value(fit, found.weights[1])
      let variance = fit.variance(at: search.point(found.weights[1]), of: data.objective)
      let radius = 1.645 * (variance?.latent ?? 0).squareRoot()
      return Estimate(value: loss, low: loss - radius, high: loss + radius)
    }
    let names = NameIndex(data.domains)
    (self.family, self.nearest) = (family, nearest)
    nearestWeights = names.dictionary(found.weights[0])
    targetWeights = names.dictionary(found.weights[1])
    distance = Estimate(
      found.distance, resampled: drawn.map(\.distance), coverage: Bootstrap.coverage)
    cost = Estimate(found.cost, resampled: drawn.map(\.cost), coverage: Bootstrap.coverage)
    (nearestLoss, targetLoss) = (level(fits[0]), level(fits[1]))
    noise =
      fits[1].variance(at: search.point(found.weights[1]), of: data.objective)?.noise.squareRoot()
  }

  /// The families that can tell, the first there is being taken.
  private static let families = ["scale-joint-gp", "scale-joint"]

  /// Fits that one of `families` at both scales which can tell of a move, and searches them; where
  /// none can, the one of the name `chosen`.
  ///
  /// - Returns: nil if `data` have no scales, or the family no slopes.
  /// - Throws: `FitError` if the family cannot be fitted.
  package static func measure(
    _ families: [any ScaleFamily], chosen: String, _ data: RegressionData, seed: UInt64,
    pool: WorkerPool
  ) throws(FitError) -> OptimumMove? {
    let names = Self.families + [chosen]
    guard
      let family = names.lazy.compactMap({ name in families.first { $0.name == name } }).first,
      let scales = data.scales, let nearest = data.largestScale()
    else { return nil }
    let fits = try family.fit(data, at: [nearest, scales.target], pool: pool)
    return OptimumMove(
      family.name, data, nearest: nearest, fits: fits, seed: seed, pool: pool)
  }
}

extension Regressor {
  /// The number of parameters of the laws of scale in it; 0 if it has none.
  fileprivate var lawParameters: Int {
    if let law = self as? ScaleLawRegressor { return law.fits.first?.factor.count ?? 0 }
    return (self as? SumRegressor)?.parts.map(\.lawParameters).max() ?? 0
  }

  /// Returns it with the parameters of its laws of scale moved by R z.
  fileprivate func movedLaws(by z: [Double]) -> any Regressor {
    if let law = self as? ScaleLawRegressor { return law.moved(by: z) }
    guard let sum = self as? SumRegressor else { return self }
    return SumRegressor(sum.parts.map { $0.movedLaws(by: z) })
  }
}
