import LinearAlgebra
import Parallel

/// The covariance C of all losses, factorised.
enum GaussianProcessCovariance: Sendable {
  /// Any pattern of missing losses: one matrix of all entries.
  case dense(Cholesky)
  /// All runs have all sets. With σ⁻¹ B σ⁻¹ = U diag(s) Uᵀ, the losses y σ⁻¹ U are independent by
  /// set, with covariance s_t K + I: factorised for each t.
  case rotated([Cholesky], rotation: DenseMatrix, eigenvalues: [Double])

  /// - Parameters:
  ///   - noise: σ², by set.
  ///   - exploitsStructure: false asks for the dense matrix whatever is missing.
  /// - Returns: nil if C is not positive definite to rounding.
  init?(
    _ targets: GaussianProcessTargets, kernel: DenseMatrix, sets: DenseMatrix, noise: [Double],
    pool: WorkerPool?, exploitsStructure: Bool = true
  ) {
    if exploitsStructure && targets.isComplete && noise.count > 1 {
      self.init(rotating: kernel, sets: sets, noise: noise, pool: pool)
    } else {
      self.init(dense: targets.entries, kernel: kernel, sets: sets, noise: noise)
    }
  }

  private init?(
    dense entries: [(run: Int, set: Int)], kernel: DenseMatrix, sets: DenseMatrix, noise: [Double]
  ) {
    var matrix = DenseMatrix(rows: entries.count, columns: entries.count)
    for (a, left) in entries.enumerated() {
      for (b, right) in entries[...a].enumerated() {
        matrix[a, b] = sets[left.set, right.set] * kernel[left.run, right.run]
      }
      matrix[a, a] += noise[left.set]
    }
    guard let factor = Cholesky(matrix) else { return nil }
    self = .dense(factor)
  }

  private init?(
    rotating kernel: DenseMatrix, sets: DenseMatrix, noise: [Double], pool: WorkerPool?
  ) {
    let deviations = noise.map { $0.squareRoot() }
    var scaled = sets
    for t in noise.indices {
      for s in noise.indices { scaled[t, s] /= deviations[t] * deviations[s] }
    }
    guard let (eigenvalues, rotation) = scaled.eigenvectors() else { return nil }
    let factors = each(eigenvalues.count, pool) { t in
      var matrix = kernel
      for i in matrix.values.indices { matrix.values[i] *= eigenvalues[t] }
      for i in 0..<matrix.rows { matrix[i, i] += 1 }
      return Cholesky(matrix)
    }
    let whole = factors.compactMap(\.self)
    guard whole.count == factors.count else { return nil }
    self = .rotated(whole, rotation: rotation, eigenvalues: eigenvalues)
  }
}
