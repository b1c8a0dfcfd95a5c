import Glibc

/// The exponential law of one loss in the weights, L(λ) = c + exp(a + bᵀλ).
///
/// Source: Ye et al. 2024, arXiv:2403.16952, equation 6.
struct ExponentialLaw: Equatable, Sendable {
  /// The floor c, in nats per token.
  let floor: Double
  /// The logarithm a of the scale.
  let logScale: Double
  /// The slopes b, by domain.
  let slopes: [Double]

  init(floor: Double, logScale: Double, slopes: [Double]) {
    (self.floor, self.logScale, self.slopes) = (floor, logScale, slopes)
  }

  func predict(_ weights: [Double]) -> Double {
    floor + exp(zip(slopes, weights).reduce(logScale) { $0 + $1.0 * $1.1 })
  }
}

extension ExponentialLaw {
  /// A law, with its prediction for each run from a fit without the runs of the same mixture, floor
  /// and penalty kept.
  struct Fit: Equatable, Sendable {
    let law: ExponentialLaw
    let leaveOneOut: [Double]
  }

  /// The runs that measured a loss.
  struct Runs: Sendable {
    /// The weights of the runs, (runs, domains).
    let weights: [[Double]]
    /// The losses in nats per token, one for each run.
    let losses: [Double]

    init(weights: [[Double]], losses: [Double]) {
      precondition(weights.count == losses.count && !losses.isEmpty)
      (self.weights, self.losses) = (weights, losses)
    }
  }
}
