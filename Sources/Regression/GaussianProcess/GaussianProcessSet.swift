import LinearAlgebra

/// The hyper-parameters of the process of one evaluation set, in units of standardised losses: it
/// has the covariance a² k, and the noise σ² besides.
package struct GaussianProcessSet: Codable, Equatable, Sendable {
  let kernel: GaussianProcessKernel
  /// The standard deviation a.
  let amplitude: Double
  /// The standard deviation σ of the noise.
  let noise: Double

  var variance: Double { amplitude * amplitude }
  var noiseVariance: Double { noise * noise }
}

/// The hyper-parameters of the process u that all evaluation sets share: it has the covariance k,
/// and what moves all losses of one run besides, of variance τ².
package struct GaussianProcessShared: Codable, Equatable, Sendable {
  let kernel: GaussianProcessKernel
  /// The standard deviation τ.
  let noise: Double
  /// The loadings w: how much u counts in each set, in standardised losses.
  let loadings: [Double]

  var noiseVariance: Double { noise * noise }

  /// Returns K + τ² R from the kernel's matrix K, (runs, runs), and R by run; nil for 1.
  func covariance(_ kernel: DenseMatrix, _ ratios: [Double]?) -> DenseMatrix {
    var matrix = kernel
    for i in 0..<matrix.rows { matrix[i, i] += noiseVariance * (ratios?[i] ?? 1) }
    return matrix
  }
}
