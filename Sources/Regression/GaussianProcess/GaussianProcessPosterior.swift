import LinearAlgebra

/// The covariance of predictions at several points: as `variance` at each of them, and between
/// them.
extension GaussianProcess {
  /// Returns the means and covariance of Σ_j criterion_j · L_j at all points.
  package func posterior(_ points: [[Double]], of criterion: [Double]) -> JointPosterior {
    let z = DenseMatrix(points.map { state.warp($0) }, columns: state.warp.isWeight.count)
    let scaled = zip(criterion, state.standards).map { $0 * $1.scale }
    var covariance = predictor.covariance(of: scaled, at: z)
    for i in 0..<points.count {
      for j in 0..<i { covariance[j, i] = covariance[i, j] }
      covariance[i, i] = max(0, covariance[i, i])
    }
    let means = points.map { dot(criterion, self.means($0)) }
    return JointPosterior(
      means: means, covariance: covariance, noise: predictor.noise(of: scaled))
  }
}

extension GaussianProcessPredictor {
  /// Returns the lower triangle of the covariance of Σ_t c_t f_t between the warped points `z`.
  ///
  /// - Parameters:
  ///   - criterion: the weights c, by set.
  ///   - z: the points, (points, features).
  fileprivate func covariance(of criterion: [Double], at z: DenseMatrix) -> DenseMatrix {
    guard let shared else { return ownCovariance(of: criterion, at: z) }
    let loading = sharedLoading(criterion)
    var result = DenseMatrix(rows: z.rows, columns: z.rows)
    result.addLower(shared.process.kernel.values(z), times: loading * loading)
    let common = values(shared.process.kernel, at: z)
    var sum = DenseMatrix(rows: z.rows, columns: self.z.rows)
    for (t, block) in blocks.enumerated() {
      let (c, process) = (criterion[t], processes[t])
      var whole = common
      for i in whole.values.indices { whole.values[i] *= loading * shared.process.loadings[t] }
      if c != 0 {
        result.addLower(process.kernel.values(z), times: c * c * process.variance)
        let own = values(process.kernel, at: z)
        for i in whole.values.indices { whole.values[i] += c * process.variance * own.values[i] }
      }
      result.addLower(
        block.factor.whitened(rows: whole.columns(block.rows)).lowerGram, times: -1)
      for i in 0..<z.rows {
        for (run, value) in block.solve(whole.row(i)).enumerated() {
          sum[i, run] += shared.process.loadings[t] * value
        }
      }
    }
    result.addLower(shared.block.factor.whitened(rows: sum).lowerGram, times: 1)
    return result
  }

  /// The covariance where no process is shared. With V_t those of single sets, D = Σ_t c_t² V_t and
  /// g(x) = Σ_t c_t √V_t(x, x) / √D(x, x), it is D(x, x′) (1 − ρ + ρ g(x) g(x′)): on the diagonal
  /// that of errors of which any two have the correlation ρ, and never indefinite.
  private func ownCovariance(of criterion: [Double], at z: DenseMatrix) -> DenseMatrix {
    var result = DenseMatrix(rows: z.rows, columns: z.rows)
    var together = [Double](repeating: 0, count: z.rows)
    for (t, block) in blocks.enumerated() where criterion[t] != 0 {
      let (c, process) = (criterion[t], processes[t])
      var own = values(process.kernel, at: z).columns(block.rows)
      for i in own.values.indices { own.values[i] *= process.variance }
      let products = block.factor.whitened(rows: own).lowerGram
      result.addLower(process.kernel.values(z), times: c * c * process.variance)
      result.addLower(products, times: -c * c)
      for i in 0..<z.rows {
        let rest = process.variance * process.kernel.variance - products[i, i]
        together[i] += c * max(0, rest).squareRoot()
      }
    }
    guard correlation > 0 else { return result }
    let shares = (0..<z.rows).map { i in
      result[i, i] > 0 ? together[i] / result[i, i].squareRoot() : 0
    }
    for i in 0..<z.rows {
      for j in 0...i {
        result[i, j] *= 1 - correlation + correlation * shares[i] * shares[j]
      }
    }
    return result
  }

  /// The values of a kernel between the points `z` and the runs, (points, runs).
  private func values(_ kernel: GaussianProcessKernel, at z: DenseMatrix) -> DenseMatrix {
    DenseMatrix(
      (0..<z.rows).map { kernel.values(self.z, z.row($0)) }, columns: self.z.rows)
  }
}

extension DenseMatrix {
  /// Adds `factor` times the lower triangle of `other`.
  fileprivate mutating func addLower(_ other: DenseMatrix, times factor: Double) {
    for i in 0..<rows { for j in 0...i { self[i, j] += factor * other[i, j] } }
  }

  /// Returns some of the columns.
  fileprivate func columns(_ columns: [Int]) -> DenseMatrix {
    var result = DenseMatrix(rows: rows, columns: columns.count)
    for i in 0..<rows { for (b, c) in columns.enumerated() { result[i, b] = self[i, c] } }
    return result
  }
}
