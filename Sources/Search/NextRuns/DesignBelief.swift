import LinearAlgebra

/// A joint normal belief about the objective at several mixtures, averaged over seeds.
struct DesignBelief: Sendable {
  /// The means, in nats per token.
  let means: [Double]
  /// The covariance, (mixtures, mixtures), in nats².
  private(set) var covariance: DenseMatrix
  /// The variance of one run about the average over seeds, in nats².
  let noise: Double

  init(means: [Double], covariance: DenseMatrix, noise: Double) {
    precondition(covariance.rows == means.count && covariance.columns == means.count)
    (self.means, self.covariance, self.noise) = (means, covariance, noise)
  }

  /// The mixture of the least mean; nil if there are none.
  var best: Int? { means.indices.min { means[$0] < means[$1] } }

  func variance(_ i: Int) -> Double { max(0, covariance[i, i]) }

  /// Returns how far the means move when a run of mixture `i` is one standard deviation above its
  /// own, by mixture; 0 where nothing about it is unknown.
  func slopes(_ i: Int) -> [Double] {
    let deviation = (variance(i) + noise).squareRoot()
    guard deviation > 0 else { return means.map { _ in 0 } }
    return covariance.row(i).map { $0 / deviation }
  }

  /// Takes a run of mixture `i` as done: the covariance falls, whatever the run's loss will be.
  ///
  /// The means stay, as they are expected to.
  mutating func observe(_ i: Int) {
    let slopes = slopes(i)
    for r in slopes.indices where slopes[r] != 0 {
      for c in slopes.indices { covariance[r, c] -= slopes[r] * slopes[c] }
    }
  }

  /// Returns how far the least mean is expected to fall with one run of mixture `i`.
  func knowledgeGradient(_ i: Int) -> Double {
    expectedReduction(means: means, slopes: slopes(i))
  }

  /// Returns the mixtures that may be better than `best`: by at most six standard deviations of the
  /// difference.
  func rivals(of best: Int) -> [Int] {
    means.indices.filter { i in
      let variance = variance(i) + variance(best) - 2 * covariance[i, best]
      return i != best && means[i] - means[best] < 6 * max(0, variance).squareRoot()
    }
  }

  /// Returns the factor of the covariance between `mixtures`, with as much added to its diagonal as
  /// rounding needs; nil if a thousandth of its mean does not suffice.
  func factor(_ mixtures: [Int]) -> Cholesky? {
    var matrix = DenseMatrix(rows: mixtures.count, columns: mixtures.count)
    for (a, i) in mixtures.enumerated() {
      for (b, j) in mixtures.enumerated() { matrix[a, b] = covariance[i, j] }
    }
    let mean = mixtures.reduce(0) { $0 + variance($1) } / Double(mixtures.count)
    for share in [1e-12, 1e-9, 1e-6, 1e-3] {
      var raised = matrix
      for a in mixtures.indices { raised[a, a] += max(share * mean, .leastNormalMagnitude) }
      if let factor = Cholesky(raised) { return factor }
    }
    return nil
  }
}
