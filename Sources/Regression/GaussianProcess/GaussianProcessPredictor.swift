import LinearAlgebra
import Parallel

/// Predictions in standardised losses, from warped features.
struct GaussianProcessPredictor: Sendable {
  let processes: [GaussianProcessSet]
  let z: DenseMatrix
  let blocks: [GaussianProcessBlock]
  /// What all sets share, with its block; nil where nothing is.
  let shared: (process: GaussianProcessShared, block: GaussianProcessSharedBlock)?
  /// The correlation of the errors of two sets, where no process is shared.
  let correlation: Double
  /// The weights of the sets' own kernels in the means, (sets, runs).
  let coefficients: [[Double]]
  /// Those of the shared kernel in u; empty where nothing is shared.
  let sharedCoefficients: [Double]

  /// Factorises the covariance; nil if it is singular to rounding.
  ///
  /// - Parameters:
  ///   - z: the warped features, (runs, features).
  ///   - losses: the standardised losses, (runs, sets); NaN where a run has none.
  init?(
    _ state: GaussianProcess.State, _ z: DenseMatrix, losses: [[Double]], pool: WorkerPool
  ) {
    let processes = state.processes
    let found = each(processes.count, pool) { t in
      GaussianProcessBlock(
        processes[t], kernel: processes[t].kernel.values(z), losses: losses.map { $0[t] },
        ratios: state.noiseRatios)
    }
    let blocks = found.compactMap(\.self)
    guard blocks.count == found.count else { return nil }
    (self.processes, self.z, self.blocks) = (processes, z, blocks)
    correlation = state.correlation
    guard let shared = state.shared else {
      (self.shared, sharedCoefficients) = (nil, [])
      coefficients = zip(processes, blocks).map { process, block in
        block.solved.map { process.variance * $0 }
      }
      return
    }
    let precisions = each(blocks.count, pool) { blocks[$0].precision() }
    guard
      let common = GaussianProcessSharedBlock(
        shared, kernel: shared.kernel.values(z), blocks, precisions: precisions,
        ratios: state.noiseRatios)
    else { return nil }
    let solved = zip(blocks, shared.loadings).map { common.solved($0, loading: $1) }
    coefficients = zip(processes, solved).map { process, solved in
      solved.map { process.variance * $0 }
    }
    var sum = [Double](repeating: 0, count: z.rows)
    for (row, loading) in zip(solved, shared.loadings) { addProduct(&sum, row, loading) }
    sharedCoefficients = sum
    self.shared = (shared, common)
  }

  /// Returns the means by set.
  func means(_ point: [Double]) -> [Double] {
    let common = shared.map {
      dot($0.process.kernel.values(z, point), sharedCoefficients)
    }
    return processes.indices.map { t in
      dot(processes[t].kernel.values(z, point), coefficients[t])
        + (shared?.process.loadings[t] ?? 0) * (common ?? 0)
    }
  }

  /// Returns the derivatives of the means by the point, (sets, features).
  func gradient(_ point: [Double]) -> [[Double]] {
    func slopes(_ kernel: GaussianProcessKernel, _ coefficients: [Double]) -> [Double] {
      let slopes = kernel.slopes(z, point)
      let weights = slopes.indices.map { 2 * coefficients[$0] * slopes[$0] }
      return point.indices.map { k in
        let length = kernel.lengthScales[k]
        return weights.indices.reduce(0) { $0 + weights[$1] * (point[k] - z[$1, k]) }
          / (length * length)
      }
    }
    let common = shared.map { slopes($0.process.kernel, sharedCoefficients) }
    return processes.indices.map { t in
      var row = slopes(processes[t].kernel, coefficients[t])
      if let shared, let common { addProduct(&row, common, shared.process.loadings[t]) }
      return row
    }
  }
}
