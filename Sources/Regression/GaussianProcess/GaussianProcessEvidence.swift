import Glibc
import LinearAlgebra
import Parallel

/// The logarithm of the marginal likelihood, and its derivatives:
///
///     cov(y_it, y_js) = [t = s] (a_t² K_t + σ_t² R)_ij + w_t w_s (K_u + τ² R)_ij
///
/// This is the linear model of coregionalisation with one process for each set and one that all
/// share. Source: Álvarez, Rosasco, Lawrence, Kernels for Vector-Valued Functions: A Review, 2012,
/// section 4.2.
struct GaussianProcessEvidence: Sendable {
  var value: Double
  /// The solution C⁻¹ y, (sets, runs); 0 where a run has no loss.
  var solved: [[Double]]
  /// The derivatives by the covariance of each set's own process, (runs, runs), by set:
  /// ½ (C⁻¹y yᵀC⁻¹ − C⁻¹) of its part of C.
  var sets: [DenseMatrix]
  /// Those by K_u + τ² R, (runs, runs), and by w; nil where nothing is shared.
  var shared: (covariance: DenseMatrix, loadings: [Double])?

  /// Returns nil if a covariance is not positive definite to rounding.
  ///
  /// - Parameters:
  ///   - kernels: K_t, (runs, runs), by set.
  ///   - shared: the process that the sets share, with its kernel K_u; nil where they share none.
  ///   - losses: the standardised losses by run, by set; NaN where there is none.
  ///   - ratios: R by run; nil for 1.
  init?(
    _ processes: [GaussianProcessSet], kernels: [DenseMatrix],
    shared: GaussianProcessShared?, sharedKernel: DenseMatrix?, losses: [[Double]],
    ratios: [Double]?, pool: WorkerPool?
  ) {
    let found = each(processes.count, pool) { t in
      GaussianProcessBlock(
        processes[t], kernel: kernels[t], losses: losses[t], ratios: ratios
      ).map { ($0, $0.precision()) }
    }
    let known = found.compactMap(\.self)
    guard known.count == found.count else { return nil }
    let (blocks, precisions) = (known.map(\.0), known.map(\.1))
    value = blocks.reduce(0) {
      let count = Double($1.rows.count)
      return $0 - 0.5 * ($1.fit + $1.factor.logDeterminant + count * log(2 * .pi))
    }
    guard let shared, let sharedKernel else {
      solved = blocks.map(\.solved)
      sets = each(blocks.count, pool) { t in
        halfDifference(blocks[t].solved, precisions[t])
      }
      if !value.isFinite { return nil }
      return
    }
    guard
      let common = GaussianProcessSharedBlock(
        shared, kernel: sharedKernel, blocks, precisions: precisions, ratios: ratios)
    else { return nil }
    value -= 0.5 * (common.fit + common.logDeterminant)
    guard value.isFinite else { return nil }
    let loadings = shared.loadings
    let covariance = common.factor.inverse()
    let parts = each(blocks.count, pool) { t in
      let solved = common.solved(blocks[t], loading: loadings[t])
      let product = precisions[t].timesTransposed(covariance)
      let trace = (0..<product.rows).reduce(0) { $0 + product[$1, $1] }
      let explained = product.timesTransposed(precisions[t])
      return (
        solved: solved, loading: dot(solved, common.mean) - loadings[t] * trace,
        slope: halfDifference(
          solved, precisions[t], explained, times: loadings[t] * loadings[t])
      )
    }
    solved = parts.map(\.solved)
    sets = parts.map(\.slope)
    var sum = [Double](repeating: 0, count: sharedKernel.rows)
    for (part, loading) in zip(parts, loadings) { addProduct(&sum, part.solved, loading) }
    let explained = common.precision.timesTransposed(covariance).timesTransposed(common.precision)
    self.shared = (
      halfDifference(sum, common.precision, explained, times: 1), parts.map(\.loading)
    )
  }
}

/// Returns ½ (x xᵀ − A).
private func halfDifference(_ x: [Double], _ a: DenseMatrix) -> DenseMatrix {
  var result = a
  for i in x.indices {
    for j in x.indices { result[i, j] = 0.5 * (x[i] * x[j] - a[i, j]) }
  }
  return result
}

/// Returns ½ (x xᵀ − A + factor · B).
private func halfDifference(
  _ x: [Double], _ a: DenseMatrix, _ b: DenseMatrix, times factor: Double
) -> DenseMatrix {
  var result = a
  for i in x.indices {
    for j in x.indices {
      result[i, j] = 0.5 * (x[i] * x[j] - a[i, j] + factor * b[i, j])
    }
  }
  return result
}
