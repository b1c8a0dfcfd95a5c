import Glibc
import LinearAlgebra
import Mixtures

/// Laws of all sets in weights and scale, at one target: an ordinary regressor of the weights.
///
/// Errors of the laws go together between sets, as one axis of every set's parameters is moved by
/// the same standard normal variable: a level that is off is off in all sets. Besides what
/// Laplace's covariance states, a law is taken to err by a part of what it adds beyond its runs,
/// and of the loss, in all sets alike, as sizes that were held out say (`HeldOutSizes`), and by a
/// part of what it adds for tokens beyond the length of the runs (`HeldOutLengths`).
package struct ScaleLawRegressor: Regressor {
  let domains: [String]
  let sets: [String]
  /// The laws, by set.
  var fits: [ScaleLawFit]
  /// The scale that is predicted.
  var target: ModelScale
  /// The largest scale that was fitted.
  let nearest: ModelScale
  /// The number of parameters of the smallest model whose mixtures were fitted; nil if it is not
  /// known, as in older files.
  var smallest: Double?
  /// The lengths of the runs that were fitted; nil if they are not known, as in older files.
  var lengths: RunLengths?
  /// Whether runs differ from the laws by noise; false where another model says by how much.
  let hasNoise: Bool
  /// How far runs held out were from it.
  var errors = ScaleErrors()

  package func predict(_ point: MixturePoint) -> [Double] {
    fits.map { $0.law.loss(point.weights, target) }
  }

  /// Returns the same laws at another target.
  func aimed(at target: ModelScale) -> ScaleLawRegressor {
    var copy = self
    copy.target = target
    return copy
  }

  /// Returns laws whose parameters are moved by R z; z holds standard normal variables.
  func moved(by z: [Double]) -> ScaleLawRegressor {
    var copy = self
    for i in fits.indices { copy.fits[i].law = fits[i].moved(by: z) }
    return copy
  }

  package func expansion(at point: MixturePoint, of criterion: [Double]) -> SecondOrderExpansion? {
    let size = point.weights.count + point.mde.count
    let k = point.weights.count
    var expansion = SecondOrderExpansion(
      gradient: [Double](repeating: 0, count: size),
      curvature: [Double](repeating: 0, count: size * size))
    for (weight, fit) in zip(criterion, fits) where weight != 0 {
      let slopes = fit.law.slopes(point.weights, target)
      for i in 0..<k {
        expansion.gradient[i] += weight * slopes.weights[i]
        for j in 0..<k {
          expansion.curvature[i * size + j] += weight * slopes.curvature[i * k + j]
        }
      }
    }
    return expansion
  }

  package func gradients(at point: MixturePoint) -> [[Double]]? {
    fits.map { fit in
      fit.law.slopes(point.weights, target).weights + point.mde.map { _ in 0 }
    }
  }

  package func variance(at point: MixturePoint, of criterion: [Double]) -> PredictiveVariance? {
    let spread = spread(at: point, of: criterion)
    return PredictiveVariance(
      latent: dot(spread, spread), noise: noise(at: point, of: criterion))
  }

  package func posterior(at points: [MixturePoint], of criterion: [Double]) -> JointPosterior? {
    let spreads = DenseMatrix(
      points.map { spread(at: $0, of: criterion) },
      columns: (fits.first?.factor.count ?? 0) + Self.sharedErrors)
    return JointPosterior(
      means: points.map { dot(criterion, predict($0)) },
      covariance: spreads.timesTransposed(spreads),
      noise: points.first.map { noise(at: $0, of: criterion) } ?? 0)
  }

  /// The errors of a level, beside those of parameters, that all sets and runs share.
  private static let sharedErrors = 3

  /// Returns a vector for each point whose products are the covariances of the criterion.
  private func spread(at point: MixturePoint, of criterion: [Double]) -> [Double] {
    let count = fits.first?.factor.count ?? 0
    var sum = [Double](repeating: 0, count: count + Self.sharedErrors)
    let shared = [Double](repeating: 0, count: Self.sharedErrors)
    for (weight, fit) in zip(criterion, fits) where weight != 0 {
      let slopes = fit.law.slopes(point.weights, target)
      let inLine = fit.law.loss(point.weights, inLine)
      addProduct(&sum, fit.spread(slopes.values) + shared, weight)
      let scaled = weight * errors.levelFactor
      sum[count] +=
        scaled * HeldOutSizes.addedDeviation * (inLine - fit.law.loss(point.weights, within))
      sum[count + 1] += scaled * HeldOutSizes.sizeDeviation * slopes.loss
      sum[count + 2] +=
        weight * errors.lengthFactor * HeldOutLengths.addedDeviation * (slopes.loss - inLine)
    }
    return sum
  }

  /// The scale of the target as far as it is no longer than runs of its size were.
  private var inLine: ModelScale { lengths?.within(target) ?? target }

  /// How many times longer the target is than runs of its size, as a logarithm.
  var excess: Double { lengths?.excess(target) ?? 0 }

  /// The scale of the target as far as it lies within the runs that were fitted.
  private var within: ModelScale {
    ModelScale(
      parameters: min(
        max(target.parameters, lengths?.sizes.first?.parameters ?? 0), nearest.parameters),
      tokens: min(inLine.tokens, nearest.tokens))
  }

  /// How far the target's size lies beyond those whose mixtures were fitted, as a logarithm; 0
  /// between them.
  private var distance: Double {
    max(
      0, log(target.parameters / nearest.parameters),
      smallest.map { log($0 / target.parameters) } ?? 0)
  }

  /// Returns what the laws add to Σ_j criterion_j L_j beyond the largest scale that was fitted, or
  /// below the smallest size, in runs no longer than those of its size.
  func added(at point: MixturePoint, of criterion: [Double]) -> Double {
    difference(point, criterion, inLine, within)
  }

  /// Returns what the laws add to Σ_j criterion_j L_j for tokens beyond the length of runs of the
  /// target's size.
  func addedByLength(at point: MixturePoint, of criterion: [Double]) -> Double {
    difference(point, criterion, target, inLine)
  }

  private func difference(
    _ point: MixturePoint, _ criterion: [Double], _ one: ModelScale, _ other: ModelScale
  ) -> Double {
    zip(criterion, fits).reduce(0) { sum, part in
      let law = part.1.law
      return sum + part.0 * (law.loss(point.weights, one) - law.loss(point.weights, other))
    }
  }

  private func noise(at point: MixturePoint, of criterion: [Double]) -> Double {
    let losses = predict(point)
    var variance = 0.0
    if let spread = errors.spread {
      // What weights do drifts with size, so deviations are in proportion beyond one step.
      let steps = max(1, spread.steps(over: distance))
      variance += steps * steps * spread.variance(losses, of: criterion)
    }
    if let spread = errors.lengthSpread, excess > 0 {
      variance += spread.steps(over: excess) * spread.variance(losses, of: criterion)
    }
    guard hasNoise else { return variance }
    return zip(zip(criterion, fits), losses).reduce(variance) { sum, part in
      let deviation = part.0.0 * part.0.1.noise * part.1
      return sum + deviation * deviation
    }
  }

  package var model: any StoredModel { ScaleLawModel(self) }
}
