import LinearAlgebra
import Parallel

/// The factorised covariance C of all losses.
enum GaussianProcessCovariance: Sendable {
  /// The factor of the matrix of all entries, for any pattern of missing losses.
  case dense(Cholesky)
  /// The factors of the rotated sets, for runs that all have all sets.
  ///
  /// With σ⁻¹ B σ⁻¹ = U diag(s) Uᵀ, the losses y σ⁻¹ U are independent between sets, with the
  /// covariance s_t K + I, which is factorised for each t.
  case rotated([Cholesky], rotation: DenseMatrix, eigenvalues: [Double])

  /// Factorises C; nil if it is not positive definite to rounding.
  ///
  /// - Parameters:
  ///   - kernel: K, (runs, runs).
  ///   - sets: B, (sets, sets).
  ///   - noise: σ², by set.
  ///   - exploitsStructure: whether complete losses are rotated; false always makes the dense
  ///     matrix.
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
