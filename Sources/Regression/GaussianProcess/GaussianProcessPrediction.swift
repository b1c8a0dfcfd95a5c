extension GaussianProcess {
  /// A prediction for every set, with means in nats per token and variances in their squares.
  package struct Prediction: Equatable, Sendable {
    package var means: [Double]
    /// The variances of the losses without noise.
    package var variances: [Double]
    /// The variances of one more run's noise.
    package var noiseVariances: [Double]
  }

  package func predict(_ x: [Double]) -> Prediction {
    let variances = state.standards.indices.map { set in
      variance(x, of: state.standards.indices.map { $0 == set ? 1 : 0 })
    }
    return Prediction(
      means: means(x), variances: variances.map(\.latent), noiseVariances: variances.map(\.noise))
  }

  /// Returns the variance of Σ_j criterion_j · L_j, with the covariance of sets.
  package func variance(_ x: [Double], of criterion: [Double]) -> PredictiveVariance {
    let scaled = zip(criterion, state.standards).map { $0 * $1.scale }
    return PredictiveVariance(
      latent: predictor.variance(state.warp(x), of: scaled), noise: predictor.noise(of: scaled))
  }

  /// Returns the means alone, in time linear in the number of runs, where variances take quadratic
  /// time.
  package func means(_ x: [Double]) -> [Double] {
    zip(state.standards, predictor.means(state.warp(x))).map { $0.mean + $0.scale * $1 }
  }

  /// Returns the derivatives of the means by the features before the warp, (sets, features).
  package func meanGradient(_ x: [Double]) -> [[Double]] {
    let (point, slopes) = (state.warp(x), state.warp.slopes(x))
    return zip(state.standards, predictor.gradient(point)).map { standard, row in
      zip(row, slopes).map { standard.scale * $0 * $1 }
    }
  }
}
