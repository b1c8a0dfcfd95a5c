/// A fitted model of the losses of all evaluation sets at a mixture.
package protocol Regressor: Sendable {
  /// The losses by set, in nats per token.
  func predict(_ point: MixturePoint) -> [Double]

  /// Σ_j criterion_j · L̂_j to second order around `point`; nil for models that are constant in pieces.
  ///
  /// - Parameter criterion: by set.
  func expansion(at point: MixturePoint, of criterion: [Double]) -> SecondOrderExpansion?

  /// (sets, variables of the expansion): ∇L̂_j; nil where there is no expansion.
  func gradients(at point: MixturePoint) -> [[Double]]?

  /// The variance of Σ_j criterion_j · L̂_j that the model itself states; nil if it states none.
  func variance(at point: MixturePoint, of criterion: [Double]) -> PredictiveVariance?

  /// The model under the names of domains and sets.
  var model: any StoredModel { get }
}

extension Regressor {
  package func variance(at point: MixturePoint, of criterion: [Double]) -> PredictiveVariance? {
    nil
  }

  package func gradients(at point: MixturePoint) -> [[Double]]? {
    let sets = predict(point).indices
    let gradients = sets.compactMap { set in
      expansion(at: point, of: sets.map { $0 == set ? 1 : 0 })?.gradient
    }
    return gradients.count == sets.count ? gradients : nil
  }
}

/// How sure a model is of a prediction, in squared nats per token.
package struct PredictiveVariance: Equatable, Sendable {
  /// Of the loss of a mixture, over seeds.
  package var latent: Double
  /// Of one more run about that.
  package var noise: Double

  /// Of the next run's loss.
  package var deviation: Double { (latent + noise).squareRoot() }

  static func + (left: Self, right: Self) -> Self {
    Self(latent: left.latent + right.latent, noise: left.noise + right.noise)
  }
}

/// Derivatives with respect to the variables of a prediction: the weights, then the MDE losses, v in all.
package struct SecondOrderExpansion: Equatable, Sendable {
  /// (v).
  package var gradient: [Double]
  /// (v, v).
  package var curvature: [Double]

  package init(gradient: [Double], curvature: [Double]) {
    (self.gradient, self.curvature) = (gradient, curvature)
  }

  static func + (left: SecondOrderExpansion, right: SecondOrderExpansion) -> SecondOrderExpansion {
    SecondOrderExpansion(
      gradient: zip(left.gradient, right.gradient).map { $0 + $1 },
      curvature: zip(left.curvature, right.curvature).map { $0 + $1 })
  }
}
