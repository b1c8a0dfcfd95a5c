import LinearAlgebra

/// What one evaluation set alone says: the factor of C = a² K + σ² R over the runs that measured
/// it, R the diagonal of the ratios of their noise.
struct GaussianProcessBlock: Sendable {
  /// The runs that measured the set.
  let rows: [Int]
  let factor: Cholesky
  /// The solution C⁻¹ y by run; 0 where the set was not measured.
  let solved: [Double]
  /// The product yᵀ C⁻¹ y.
  let fit: Double

  /// Factorises C; nil if it is not positive definite to rounding.
  ///
  /// - Parameters:
  ///   - kernel: K, (runs, runs).
  ///   - losses: the standardised losses by run; NaN where there is none.
  ///   - ratios: R by run; nil for 1.
  init?(
    _ process: GaussianProcessSet, kernel: DenseMatrix, losses: [Double], ratios: [Double]?
  ) {
    let rows = losses.indices.filter { !losses[$0].isNaN }
    var matrix = DenseMatrix(rows: rows.count, columns: rows.count)
    let variance = process.variance
    for (a, i) in rows.enumerated() {
      for (b, j) in rows[...a].enumerated() { matrix[a, b] = variance * kernel[i, j] }
      matrix[a, a] += process.noiseVariance * (ratios?[i] ?? 1)
    }
    guard let factor = Cholesky(matrix) else { return nil }
    let y = rows.map { losses[$0] }
    let solution = factor.solve(y)
    var solved = [Double](repeating: 0, count: losses.count)
    for (i, value) in zip(rows, solution) { solved[i] = value }
    (self.rows, self.factor, self.solved) = (rows, factor, solved)
    fit = dot(y, solution)
  }

  /// Returns C⁻¹ over all runs, (runs, runs), with zeros where the set was not measured.
  func precision() -> DenseMatrix {
    let inverse = factor.inverse()
    guard rows.count < solved.count else { return inverse }
    var spread = DenseMatrix(rows: solved.count, columns: solved.count)
    for (a, i) in rows.enumerated() {
      for (b, j) in rows.enumerated() { spread[i, j] = inverse[a, b] }
    }
    return spread
  }

  /// Returns C⁻¹ x over all runs; what x is where the set was not measured does not matter.
  func solve(_ x: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: solved.count)
    for (i, value) in zip(rows, factor.solve(rows.map { x[$0] })) { result[i] = value }
    return result
  }
}

/// What the process u that all sets share adds to the blocks of the sets.
///
/// With Λ_t the inverse of the block of set t, the covariance of all losses is Λ⁻¹ + w A wᵀ, A = K
/// + τ² R, of which one matrix of the size of the runs has to be factorised besides: A⁻¹ + Σ_t w_t²
/// Λ_t, the inverse of the covariance S of u given the losses.
/// Source: Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, equation A.9.
struct GaussianProcessSharedBlock: Sendable {
  let inverse: DenseMatrix
  /// The sum P = Σ_t w_t² Λ_t.
  let precision: DenseMatrix
  /// The factor of S⁻¹.
  let factor: Cholesky
  /// The mean of u at the runs, given the losses.
  let mean: [Double]
  /// What is added to log |C| and to yᵀ C⁻¹ y of all sets.
  let logDeterminant: Double
  let fit: Double

  /// Factorises S⁻¹; nil if it or A is not positive definite to rounding.
  ///
  /// - Parameters:
  ///   - kernel: K, (runs, runs).
  ///   - precisions: Λ_t, by set.
  ///   - ratios: R by run; nil for 1.
  init?(
    _ shared: GaussianProcessShared, kernel: DenseMatrix, _ blocks: [GaussianProcessBlock],
    precisions: [DenseMatrix], ratios: [Double]?
  ) {
    guard let prior = Cholesky(shared.covariance(kernel, ratios)) else { return nil }
    inverse = prior.inverse()
    var precision = DenseMatrix(rows: kernel.rows, columns: kernel.rows)
    var sum = [Double](repeating: 0, count: kernel.rows)
    for (t, loading) in shared.loadings.enumerated() {
      let square = loading * loading
      for i in precision.values.indices {
        precision.values[i] += square * precisions[t].values[i]
      }
      addProduct(&sum, blocks[t].solved, loading)
    }
    self.precision = precision
    var whole = inverse
    for i in whole.values.indices { whole.values[i] += precision.values[i] }
    guard let factor = Cholesky(whole) else { return nil }
    self.factor = factor
    mean = factor.solve(sum)
    logDeterminant = prior.logDeterminant + factor.logDeterminant
    fit = -dot(sum, mean)
  }

  /// Returns what C⁻¹ y of all sets is for the set of loading `loading`.
  func solved(_ block: GaussianProcessBlock, loading: Double) -> [Double] {
    var solved = block.solved
    addProduct(&solved, block.solve(mean), -loading)
    return solved
  }
}
