import LinearAlgebra

/// The runs that measured the same sets, with the factors of their covariance R = η K + (1 − η) I
/// for every share η.
struct TrendRuns: Sendable {
  /// The sets that these runs measured, among all.
  let sets: [Int]
  /// The places of the runs, (runs, variables).
  let z: DenseMatrix
  /// The losses y and the MDE losses F of the sets, (sets, runs); the latter are 0 where a set has
  /// none.
  let (losses, features): ([[Double]], [[Double]])
  /// What there is for each share of `TrendPriors.shares`.
  let shares: [Share]

  /// The runs seen through R^-½ for one share: a column v stands for L⁻¹ (v − m_v), where L Lᵀ is R
  /// and m_v = 1ᵀ R⁻¹ v / 1ᵀ R⁻¹ 1 the mean that fits v best.
  struct Share: Sendable {
    let value: Double
    let factor: Cholesky
    /// L⁻¹ 1, and 1ᵀ R⁻¹ 1.
    let (ones, total): ([Double], Double)
    /// By set, the whitened losses and MDE losses, and their means m.
    let (losses, features): ([Column], [Column])

    struct Column: Sendable {
      let mean: Double
      let whitened: [Double]
    }
  }

  /// Makes the factors.
  ///
  /// - Throws: `noFit` if R is singular to rounding, as no matrix with a share of noise is.
  init(
    sets: [Int], z: DenseMatrix, losses: [[Double]], features: [[Double]], kernel: TrendKernel
  ) throws(FitError) {
    (self.sets, self.z, self.losses, self.features) = (sets, z, losses, features)
    let covariance = kernel.matrix(z)
    var shares: [Share] = []
    for value in TrendPriors.shares {
      var matrix = covariance
      for i in matrix.values.indices { matrix.values[i] *= value }
      for i in 0..<matrix.rows { matrix[i, i] += 1 - value }
      guard let factor = Cholesky(matrix) else { throw .noFit(what: "MDE trend", code: 1) }
      let ones = factor.whitened([Double](repeating: 1, count: z.rows))
      let total = dot(ones, ones)
      func columns(_ rows: [[Double]]) -> [Share.Column] {
        rows.map { row in
          let whitened = factor.whitened(row)
          let mean = dot(ones, whitened) / total
          return .init(mean: mean, whitened: zip(whitened, ones).map { $0 - mean * $1 })
        }
      }
      shares.append(
        Share(
          value: value, factor: factor, ones: ones, total: total, losses: columns(losses),
          features: columns(features)))
    }
    self.shares = shares
  }
}
