import LinearAlgebra

/// The covariance of predictions at several points: as `variance` at each of them, and between
/// them.
extension GaussianProcess {
  /// Returns the means and covariance of Σ_j criterion_j · L_j at all points.
  package func posterior(_ points: [[Double]], of criterion: [Double]) -> JointPosterior {
    let z = DenseMatrix(points.map { state.warp($0) }, columns: state.warp.isWeight.count)
    var covariance = DenseMatrix(rows: points.count, columns: points.count)
    var noise = 0.0
    for predictor in predictors {
      let scaled = predictor.group.sets.map { criterion[$0] * state.standards[$0].scale }
      guard scaled.contains(where: { $0 != 0 }) else { continue }
      predictor.addCovariance(of: scaled, at: z, to: &covariance)
      noise += zip(scaled, predictor.group.noiseVariances).reduce(0) {
        $0 + $1.0 * $1.0 * $1.1
      }
    }
    for i in 0..<points.count {
      for j in 0..<i { covariance[j, i] = covariance[i, j] }
      covariance[i, i] = max(0, covariance[i, i])
    }
    let means = points.map { point in
      zip(criterion, self.means(point)).reduce(0) { $0 + $1.0 * $1.1 }
    }
    return JointPosterior(means: means, covariance: covariance, noise: noise)
  }
}

extension GaussianProcessPredictor {
  /// Adds the covariance of Σ_t c_t f_t between the warped points `z` to the lower triangle of
  /// `sum`.
  ///
  /// - Parameters:
  ///   - criterion: the weights c, by set of the group.
  ///   - z: the points, (points, features).
  fileprivate func addCovariance(
    of criterion: [Double], at z: DenseMatrix, to sum: inout DenseMatrix
  ) {
    let prior = group.kernel.matrix(z).values
    let values = DenseMatrix(
      (0..<z.rows).map { group.kernel.vector(self.z, z.row($0)).values }, columns: self.z.rows)
    func add(_ scale: Double, _ explained: DenseMatrix, times share: Double) {
      let products = explained.lowerGram
      for i in 0..<z.rows {
        for j in 0...i { sum[i, j] += share * (scale * prior[i, j] - products[i, j]) }
      }
    }
    switch covariance {
    case .dense(let factor):
      let weights = criterion.indices.map { t in
        criterion.indices.reduce(0) { $0 + sets[t, $1] * criterion[$1] }
      }
      var rows = DenseMatrix(rows: z.rows, columns: entries.count)
      for (e, entry) in entries.enumerated() {
        for i in 0..<z.rows { rows[i, e] = weights[entry.set] * values[i, entry.run] }
      }
      let whole = zip(criterion, weights).reduce(0) { $0 + $1.0 * $1.1 }
      add(whole, factor.whitened(rows: rows), times: 1)
    case .rotated(let factors, let rotation, let eigenvalues):
      for (s, (factor, eigenvalue)) in zip(factors, eigenvalues).enumerated() {
        let share = criterion.indices.reduce(0) {
          $0 + criterion[$1] * group.noise[$1] * rotation[$1, s]
        }
        var rows = values
        for i in rows.values.indices { rows.values[i] *= eigenvalue }
        add(eigenvalue, factor.whitened(rows: rows), times: share * share)
      }
    }
  }
}
