import LinearAlgebra
import Mixtures

/// Laws of all sets in weights and scale, at one target: an ordinary regressor of the weights.
///
/// Errors of the laws go together between sets, as one axis of every set's parameters is moved by
/// the same standard normal variable: a level that is off is off in all sets. Besides what
/// Laplace's covariance states, a law is taken to err by a part of what it adds beyond its runs,
/// and of the loss, in all sets alike, as sizes that were held out say (`HeldOutSizes`).
package struct ScaleLawRegressor: Regressor {
  let domains: [String]
  let sets: [String]
  /// The laws, by set.
  var fits: [ScaleLawFit]
  /// The scale that is predicted.
  var target: ModelScale
  /// The largest scale that was fitted.
  let nearest: ModelScale
  /// Whether runs differ from the laws by noise; false where another model says by how much.
  let hasNoise: Bool
  /// How far runs held out were from it; nil where none were.
  var spread: HeldOutSpread?
  /// What the deviations of a level are multiplied by (`HeldOutSizes.factor`).
  var levelFactor = 1.0

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
      points.map { spread(at: $0, of: criterion) }, columns: (fits.first?.factor.count ?? 0) + 2)
    return JointPosterior(
      means: points.map { dot(criterion, predict($0)) },
      covariance: spreads.timesTransposed(spreads),
      noise: points.first.map { noise(at: $0, of: criterion) } ?? 0)
  }

  /// Returns a vector for each point whose products are the covariances of the criterion.
  private func spread(at point: MixturePoint, of criterion: [Double]) -> [Double] {
    var sum = [Double](repeating: 0, count: (fits.first?.factor.count ?? 0) + 2)
    for (weight, fit) in zip(criterion, fits) where weight != 0 {
      let slopes = fit.law.slopes(point.weights, target)
      addProduct(&sum, fit.spread(slopes.values) + [0, 0], weight)
      let scaled = weight * levelFactor
      sum[sum.count - 2] +=
        scaled * HeldOutSizes.addedDeviation
        * (slopes.loss - fit.law.loss(point.weights, within))
      sum[sum.count - 1] += scaled * HeldOutSizes.sizeDeviation * slopes.loss
    }
    return sum
  }

  /// The scale of the target as far as it lies within the runs that were fitted.
  private var within: ModelScale {
    ModelScale(
      parameters: min(target.parameters, nearest.parameters),
      tokens: min(target.tokens, nearest.tokens))
  }

  /// Returns what the laws add to Σ_j criterion_j L_j beyond the largest scale that was fitted.
  func added(at point: MixturePoint, of criterion: [Double]) -> Double {
    zip(criterion, fits).reduce(0) { sum, part in
      let law = part.1.law
      return sum + part.0 * (law.loss(point.weights, target) - law.loss(point.weights, within))
    }
  }

  private func noise(at point: MixturePoint, of criterion: [Double]) -> Double {
    let losses = predict(point)
    let spread = spread?.variance(losses, of: criterion) ?? 0
    guard hasNoise else { return spread }
    return zip(zip(criterion, fits), losses).reduce(spread) { sum, part in
      let deviation = part.0.0 * part.0.1.noise * part.1
      return sum + deviation * deviation
    }
  }

  package var model: any StoredModel { ScaleLawModel(self) }
}
