import Glibc
import LinearAlgebra
import Parallel

/// The logarithm of the marginal likelihood of intrinsic coregionalisation, and its derivatives:
///
///     cov(y_it, y_js) = B_ts K_ij + [i = j, t = s] σ²_t
///
/// Source: Bonilla, Chai, Williams, Multi-task Gaussian Process Prediction, 2008, equations 2 to 5.
struct GaussianProcessEvidence: Sendable {
  var value: Double
  /// The derivatives by K, (runs, runs).
  var kernel: DenseMatrix
  /// The derivatives by B, (sets, sets).
  var sets: DenseMatrix
  /// The derivatives by σ², one for each set.
  var noise: [Double]
  /// The solution C⁻¹ y, (runs, sets); 0 where a run has no loss.
  var weights: DenseMatrix
}

extension GaussianProcessEvidence {
  init?(
    _ targets: GaussianProcessTargets, kernel: DenseMatrix, sets: DenseMatrix, noise: [Double],
    pool: WorkerPool?, exploitsStructure: Bool = true
  ) {
    guard
      let covariance = GaussianProcessCovariance(
        targets, kernel: kernel, sets: sets, noise: noise, pool: pool,
        exploitsStructure: exploitsStructure)
    else { return nil }
    switch covariance {
    case .dense(let factor):
      self.init(targets, factor, kernel: kernel, sets: sets)
    case .rotated(let factors, let rotation, let eigenvalues):
      self.init(
        targets, factors, rotation: rotation, eigenvalues: eigenvalues, kernel: kernel,
        noise: noise, pool: pool)
    }
    guard value.isFinite else { return nil }
  }

  private init(
    _ targets: GaussianProcessTargets, _ factor: Cholesky, kernel: DenseMatrix, sets: DenseMatrix
  ) {
    let entries = targets.entries
    let y = entries.map { targets.values[$0.run, $0.set] }
    let solved = factor.solve(y)
    let inverse = factor.inverse()
    let fit = zip(y, solved).reduce(0) { $0 + $1.0 * $1.1 }
    value = -0.5 * (fit + factor.logDeterminant + Double(y.count) * log(2 * .pi))
    self.kernel = DenseMatrix(rows: kernel.rows, columns: kernel.rows)
    self.sets = DenseMatrix(rows: sets.rows, columns: sets.rows)
    noise = [Double](repeating: 0, count: sets.rows)
    weights = DenseMatrix(rows: kernel.rows, columns: sets.rows)
    for (a, left) in entries.enumerated() {
      weights[left.run, left.set] = solved[a]
      noise[left.set] += 0.5 * (solved[a] * solved[a] - inverse[a, a])
      for (b, right) in entries.enumerated() {
        let slope = 0.5 * (solved[a] * solved[b] - inverse[a, b])
        self.kernel[left.run, right.run] += sets[left.set, right.set] * slope
        self.sets[left.set, right.set] += kernel[left.run, right.run] * slope
      }
    }
  }

  private init(
    _ targets: GaussianProcessTargets, _ factors: [Cholesky], rotation: DenseMatrix,
    eigenvalues: [Double], kernel: DenseMatrix, noise: [Double], pool: WorkerPool?
  ) {
    let (runs, count) = (kernel.rows, noise.count)
    var back = rotation
    for t in 0..<count { for s in 0..<count { back[t, s] /= noise[t].squareRoot() } }
    let rotated = targets.values.timesTransposed(back.transposed)
    let terms = each(count, pool) { t in
      RotatedTerm(factors[t], rotated.column(t), eigenvalue: eigenvalues[t], kernel: kernel)
    }
    let noises = noise.reduce(0) { $0 + log($1) }
    value =
      terms.reduce(0) { $0 + $1.value } - 0.5 * Double(runs)
      * (noises + Double(count) * log(2 * .pi))
    self.kernel = DenseMatrix(rows: runs, columns: runs)
    var solved = DenseMatrix(rows: runs, columns: count)
    for (t, term) in terms.enumerated() {
      for i in self.kernel.values.indices { self.kernel.values[i] += term.kernel.values[i] }
      for i in 0..<runs { solved[i, t] = term.solved[i] }
    }
    weights = solved.timesTransposed(back)
    let columns = weights.transposed
    var sets = columns.timesTransposed(columns.timesTransposed(kernel))
    self.noise = (0..<count).map { t in columns.row(t).reduce(0) { $0 + $1 * $1 } / 2 }
    for t in 0..<count {
      for s in 0..<count {
        sets[t, s] -= terms.indices.reduce(0) {
          $0 + back[t, $1] * back[s, $1] * terms[$1].kernelTrace
        }
        sets[t, s] /= 2
      }
      self.noise[t] -=
        terms.indices.reduce(0) { $0 + back[t, $1] * back[t, $1] * terms[$1].trace } / 2
    }
    self.sets = sets
  }
}

/// The share of one independent rotated set y, of covariance C = s K + I, in the evidence.
private struct RotatedTerm: Sendable {
  /// The logarithm of its likelihood without the constant, −½ (yᵀ C⁻¹ y + log |C|).
  let value: Double
  /// The solution C⁻¹ y, by run.
  let solved: [Double]
  /// The derivatives by K, ½ s (C⁻¹y yᵀC⁻¹ − C⁻¹).
  let kernel: DenseMatrix
  /// The traces tr C⁻¹ and tr C⁻¹ K.
  let (trace, kernelTrace): (Double, Double)

  init(_ factor: Cholesky, _ y: [Double], eigenvalue: Double, kernel: DenseMatrix) {
    solved = factor.solve(y)
    var slope = factor.inverse()
    value = -0.5 * (zip(y, solved).reduce(0) { $0 + $1.0 * $1.1 } + factor.logDeterminant)
    trace = (0..<y.count).reduce(0) { $0 + slope[$1, $1] }
    kernelTrace = slope.values.indices.reduce(0) { $0 + slope.values[$1] * kernel.values[$1] }
    for i in 0..<y.count {
      for j in 0..<y.count {
        slope[i, j] = 0.5 * eigenvalue * (solved[i] * solved[j] - slope[i, j])
      }
    }
    self.kernel = slope
  }
}
