import Glibc
import LinearAlgebra
package import Parallel

/// The function that a fit minimises: −log posterior density of all hyper-parameters, up to a
/// constant, in the order of `GaussianProcessLayout`.
package struct GaussianProcessObjective: Sendable {
  let features: [[Double]]
  private let isWeight: [Bool]
  let standards: [GaussianProcess.Standard]
  let layout: GaussianProcessLayout
  /// The standardised losses, (sets, runs); NaN where a run has none.
  let losses: [[Double]]
  /// The variance of every run's noise over that of its set; nil where all have that one.
  private let ratios: [Double]?
  private let pool: WorkerPool

  private func warp(_ x: [Double]) -> GaussianProcessWarp {
    GaussianProcessWarp(features, isWeight: isWeight, power: exp(x[0]), offset: exp(x[1]))
  }

  /// What the hyper-parameters `x` make of the runs.
  struct Point: Sendable {
    let warp: GaussianProcessWarp
    /// The warped features, (runs, features).
    let z: DenseMatrix
    let processes: [GaussianProcessSet]
    let kernels: [(values: DenseMatrix, slopes: DenseMatrix)]
    let shared: GaussianProcessShared?
    let sharedKernel: (values: DenseMatrix, slopes: DenseMatrix)?
    let evidence: GaussianProcessEvidence
  }

  /// Returns nil where the covariance is singular to rounding.
  func point(_ x: [Double]) -> Point? {
    guard x.allSatisfy({ abs($0) < 50 }) else { return nil }
    let warp = warp(x)
    let z = DenseMatrix(features.map { warp($0) }, columns: isWeight.count)
    let processes = losses.indices.map { layout.process(x, of: $0) }
    let shared = layout.shared(x)
    let kernels = each(processes.count, pool) { processes[$0].kernel.matrix(z) }
    let sharedKernel = shared?.kernel.matrix(z)
    let evidence = GaussianProcessEvidence(
      processes, kernels: kernels.map(\.values), shared: shared, sharedKernel: sharedKernel?.values,
      losses: losses, ratios: ratios, pool: pool)
    return evidence.map {
      Point(
        warp: warp, z: z, processes: processes, kernels: kernels, shared: shared,
        sharedKernel: sharedKernel, evidence: $0)
    }
  }

  /// Returns log p(y | x) and its gradient; nil where the covariance is singular to rounding.
  package func logLikelihood(_ x: [Double]) -> (value: Double, gradient: [Double])? {
    guard let point = point(x) else { return nil }
    let (processes, z, evidence) = (point.processes, point.z, point.evidence)
    let parts = each(processes.count, pool) { t in
      processes[t].gradient(z, point.kernels[t], by: evidence.sets[t], ratios: ratios)
    }
    var gradient = [0.0, 0.0] + parts.flatMap(\.values)
    var dz = DenseMatrix(rows: z.rows, columns: z.columns)
    for part in parts {
      for i in dz.values.indices { dz.values[i] += part.z.values[i] }
    }
    gradient += [Double](repeating: 0, count: layout.relationCount)
    if let shared = point.shared, let kernel = point.sharedKernel, let slopes = evidence.shared {
      let part = shared.gradient(z, kernel, by: slopes.covariance, ratios: ratios)
      gradient += part.values + slopes.loadings
      for i in dz.values.indices { dz.values[i] += part.z.values[i] }
    }
    (gradient[0], gradient[1]) = point.warp.gradient(features, z: z, dz: dz)
    return (evidence.value, gradient)
  }

  /// Returns the objective and its gradient; nil where the covariance is singular to rounding.
  package func callAsFunction(_ x: [Double]) -> (value: Double, gradient: [Double])? {
    guard let (value, gradient) = logLikelihood(x) else { return nil }
    let penalty = layout.penalty(x)
    return (penalty.value - value, zip(penalty.gradient, gradient).map { $0 - $1 })
  }
}

extension GaussianProcessObjective {
  /// Makes the objective of `GaussianProcess(features:targets:settings:pool:)`, with its
  /// parameters.
  ///
  /// - Throws: `tooFewRuns` for fewer than two runs, or fewer than two losses of a set.
  package init(
    features: [[Double]], targets: [[Double]], settings: GaussianProcess.Settings, pool: WorkerPool
  ) throws(FitError) {
    precondition(features.count == targets.count)
    precondition(settings.noiseRatios.map { $0.count == features.count } ?? true)
    precondition(features.allSatisfy { $0.count == settings.isWeight.count })
    guard features.count >= 2 else { throw .tooFewRuns(features.count, needed: 2) }
    let columns = targets[0].indices.map { t in targets.map { $0[t] } }
    let least = columns.map { $0.count { !$0.isNaN } }.min() ?? 0
    guard least >= 2 else { throw .tooFewRuns(least, needed: 2) }
    let standards = columns.map { GaussianProcess.Standard($0) }
    (self.features, isWeight, self.standards, self.pool) =
      (features, settings.isWeight, standards, pool)
    ratios = settings.noiseRatios
    losses = zip(columns, standards).map { column, standard in
      column.map { ($0 - standard.mean) / standard.scale }
    }
    layout = GaussianProcessLayout(
      sets: columns.count, features: settings.isWeight.count, relations: settings.relations,
      isShared: settings.sharesProcess
        ?? (settings.relations != nil && columns.contains { $0.contains(where: \.isNaN) }))
  }

  private init(
    _ whole: GaussianProcessObjective, features: [[Double]], losses: [[Double]],
    ratios: [Double]?
  ) {
    (isWeight, standards, layout, pool) =
      (whole.isWeight, whole.standards, whole.layout, whole.pool)
    (self.features, self.losses, self.ratios) = (features, losses, ratios)
  }

  /// Returns the objective of some of the runs, with the same vector and the same standardised
  /// losses.
  func restricted(to rows: [Int]) -> GaussianProcessObjective {
    GaussianProcessObjective(
      self, features: rows.map { features[$0] },
      losses: losses.map { column in rows.map { column[$0] } },
      ratios: ratios.map { ratios in rows.map { ratios[$0] } })
  }

  /// The start of a fit: the priors' means, and as loadings the first principal component of the
  /// correlations of sets.
  package var start: [Double] { layout.start(loadings: component) }

  private var component: [Double] {
    var correlations = DenseMatrix(rows: losses.count, columns: losses.count)
    for (t, left) in losses.enumerated() {
      for (s, right) in losses.enumerated() { correlations[t, s] = correlation(left, right) }
    }
    guard let (values, vectors) = correlations.eigenvectors(), let largest = values.indices.last
    else { return losses.map { _ in 0 } }
    let deviation = max(0, values[largest]).squareRoot()
    return vectors.column(largest).map { $0 * deviation }
  }

  /// The correlation of two sets over the runs that have both, about the means of all their runs.
  private func correlation(_ a: [Double], _ b: [Double]) -> Double {
    var (squares, product) = ((0.0, 0.0), 0.0)
    for (x, y) in zip(a, b) where !x.isNaN && !y.isNaN {
      squares.0 += x * x
      squares.1 += y * y
      product += x * y
    }
    return product == 0 ? 0 : product / (squares.0 * squares.1).squareRoot()
  }

  /// Returns the state that predicts with the hyper-parameters `x`.
  package func state(_ x: [Double]) -> GaussianProcess.State {
    GaussianProcess.State(
      features: features,
      losses: features.indices.map { i in losses.map { $0[i].isNaN ? nil : $0[i] } },
      warp: warp(x), processes: losses.indices.map { layout.process(x, of: $0) },
      shared: layout.shared(x), correlation: 0, standards: standards, noiseRatios: ratios)
  }
}
