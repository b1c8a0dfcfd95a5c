package import LinearAlgebra

/// What a model states of one criterion at several points at once, in nats per token.
package struct JointPosterior: Sendable {
  /// The predictions, by point.
  package var means: [Double]
  /// The covariance of the losses averaged over seeds, (points, points), in nats².
  package var covariance: DenseMatrix
  /// The variance of one more run about that average, in nats².
  package var noise: Double

  package init(means: [Double], covariance: DenseMatrix, noise: Double) {
    precondition(covariance.rows == means.count && covariance.columns == means.count)
    (self.means, self.covariance, self.noise) = (means, covariance, noise)
  }

  static func + (left: Self, right: Self) -> Self {
    var sum = left
    for i in sum.means.indices { sum.means[i] += right.means[i] }
    for i in sum.covariance.values.indices {
      sum.covariance.values[i] += right.covariance.values[i]
    }
    sum.noise += right.noise
    return sum
  }
}
