import Glibc

/// The exponential law of one loss in the weights, L(λ) = c + exp(a + bᵀλ).
///
/// Source: Ye et al. 2024, arXiv:2403.16952, equation 6.
package struct ExponentialLaw: Equatable, Sendable {
  /// c.
  package let floor: Double
  /// a.
  package let logScale: Double
  /// b, by domain.
  package let slopes: [Double]

  package init(floor: Double, logScale: Double, slopes: [Double]) {
    (self.floor, self.logScale, self.slopes) = (floor, logScale, slopes)
  }

  package func predict(_ weights: [Double]) -> Double {
    floor + exp(zip(slopes, weights).reduce(logScale) { $0 + $1.0 * $1.1 })
  }
}

extension ExponentialLaw {
  /// A law, and what it predicts for each run without the runs of its mixture, floor and penalty kept.
  package struct Fit: Equatable, Sendable {
    package let law: ExponentialLaw
    package let leaveOneOut: [Double]
  }

  /// The runs that measured a loss.
  package struct Runs: Sendable {
    /// (runs, domains).
    package let weights: [[Double]]
    /// One for each run.
    package let losses: [Double]

    package init(weights: [[Double]], losses: [Double]) {
      precondition(weights.count == losses.count && !losses.isEmpty)
      (self.weights, self.losses) = (weights, losses)
    }
  }
}
