/// A fitted model of the losses of all evaluation sets at a mixture.
package protocol Regressor: Sendable {
  /// Returns the losses by set, in nats per token.
  func predict(_ point: MixturePoint) -> [Double]

  /// Returns Σ_j criterion_j · L̂_j to second order around `point`; nil for models that are
  /// constant in pieces.
  ///
  /// - Parameter criterion: the weight of every set's loss.
  func expansion(at point: MixturePoint, of criterion: [Double]) -> SecondOrderExpansion?

  /// Returns ∇L̂_j of every set, (sets, variables of the expansion); nil where there is no
  /// expansion.
  func gradients(at point: MixturePoint) -> [[Double]]?

  /// Returns the variance of Σ_j criterion_j · L̂_j that the model itself states; nil if it states
  /// none.
  func variance(at point: MixturePoint, of criterion: [Double]) -> PredictiveVariance?

  /// Returns Σ_j criterion_j · L̂_j at all of `points` with the covariance that the model itself
  /// states; nil if it states none.
  func posterior(at points: [MixturePoint], of criterion: [Double]) -> JointPosterior?

  /// Returns the model for runs that repeat domains otherwise.
  ///
  /// - Parameter epochsAtFullWeight: The epochs over each domain in a run of weight 1, in the order
  ///   of the weights.
  func repeating(_ epochsAtFullWeight: [Double]) -> any Regressor

  /// R*, by which repeats are worth less (`RepeatedEpochs`); nil where the model knows of none.
  var repetitionConstant: Double? { get }

  /// The model as it is written, under the names of domains and sets.
  var model: any StoredModel { get }
}

extension Regressor {
  package func variance(at point: MixturePoint, of criterion: [Double]) -> PredictiveVariance? {
    nil
  }

  package func posterior(at points: [MixturePoint], of criterion: [Double]) -> JointPosterior? {
    nil
  }

  /// Returns the model itself, of which epochs are no part.
  package func repeating(_ epochsAtFullWeight: [Double]) -> any Regressor { self }

  package var repetitionConstant: Double? { nil }

  package func gradients(at point: MixturePoint) -> [[Double]]? {
    let sets = predict(point).indices
    let gradients = sets.compactMap { set in
      expansion(at: point, of: sets.map { $0 == set ? 1 : 0 })?.gradient
    }
    return gradients.count == sets.count ? gradients : nil
  }
}

/// The uncertainty that a model states for a prediction, in squared nats per token.
package struct PredictiveVariance: Equatable, Sendable {
  /// The variance of the loss of a mixture, averaged over seeds.
  package var latent: Double
  /// The variance of one more run about that average.
  package var noise: Double

  /// The standard deviation of the next run's loss, in nats per token.
  package var deviation: Double { (latent + noise).squareRoot() }

  static func + (left: Self, right: Self) -> Self {
    Self(latent: left.latent + right.latent, noise: left.noise + right.noise)
  }
}

/// Derivatives of a prediction with respect to its v variables: the weights, then the MDE losses.
package struct SecondOrderExpansion: Equatable, Sendable {
  /// The first derivatives, (v).
  package var gradient: [Double]
  /// The second derivatives, (v, v) by rows.
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
