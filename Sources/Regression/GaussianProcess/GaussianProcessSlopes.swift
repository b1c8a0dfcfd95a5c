import LinearAlgebra

extension GaussianProcessSet {
  /// Turns the derivatives by C = a² K + σ² R, (runs, runs), into those by log ℓ, log c, log a and
  /// log σ, and by the warped features z.
  func gradient(
    _ z: DenseMatrix, _ kernel: (values: DenseMatrix, slopes: DenseMatrix), by dc: DenseMatrix,
    ratios: [Double]?
  ) -> (values: [Double], z: DenseMatrix) {
    var (dk, own, trace) = (dc, 0.0, 0.0)
    for i in dk.values.indices {
      own += dc.values[i] * kernel.values.values[i]
      dk.values[i] *= variance
    }
    for i in 0..<dc.rows { trace += dc[i, i] * (ratios?[i] ?? 1) }
    let gradient = self.kernel.gradient(z, slopes: kernel.slopes, dk: dk)
    return (
      gradient.lengthScales + [gradient.constant, 2 * variance * own, 2 * noiseVariance * trace],
      gradient.z
    )
  }
}

extension GaussianProcessShared {
  /// Turns the derivatives by K + τ² R, (runs, runs), into those by log ℓ, log c and log τ, and by
  /// the warped features z.
  func gradient(
    _ z: DenseMatrix, _ kernel: (values: DenseMatrix, slopes: DenseMatrix), by dc: DenseMatrix,
    ratios: [Double]?
  ) -> (values: [Double], z: DenseMatrix) {
    let trace = (0..<dc.rows).reduce(0) { $0 + dc[$1, $1] * (ratios?[$1] ?? 1) }
    let gradient = self.kernel.gradient(z, slopes: kernel.slopes, dk: dc)
    return (
      gradient.lengthScales + [gradient.constant, 2 * noiseVariance * trace], gradient.z
    )
  }
}
