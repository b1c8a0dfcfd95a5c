import Glibc
import LinearAlgebra
package import Parallel

/// The function that a fit minimises: −log posterior density of all hyper-parameters, up to a
/// constant.
///
/// The vector starts with the logarithms of the warp's power and offset, which all groups share;
/// the hyper-parameters of the groups follow. Groups are independent given the warp.
package struct GaussianProcessObjective: Sendable {
  private let features: [[Double]]
  private let isWeight: [Bool]
  private let standards: [GaussianProcess.Standard]
  private let layouts: [GaussianProcessLayout]
  /// The standardised losses, (runs, sets).
  private let losses: [[Double]]
  /// The standardised losses of each group.
  private let targets: [GaussianProcessTargets]
  private let pool: WorkerPool
  /// Whether complete losses of a group are rotated to independent sets. False makes one dense
  /// matrix of them: slower, and the same to rounding.
  package var exploitsStructure = true

  private static let warpPriors = [
    NormalPrior(mean: log(0.3), deviation: 0.5), NormalPrior(mean: log(5e-4), deviation: 1),
  ]
  private var priors: [NormalPrior] { Self.warpPriors + layouts.flatMap(\.priors) }

  private func warp(_ x: [Double]) -> GaussianProcessWarp {
    GaussianProcessWarp(features, isWeight: isWeight, power: exp(x[0]), offset: exp(x[1]))
  }

  private func warped(_ warp: GaussianProcessWarp) -> DenseMatrix {
    DenseMatrix(features.map { warp($0) }, columns: isWeight.count)
  }

  private func groups(_ x: [Double]) -> [GaussianProcessGroup] {
    var first = 2
    return layouts.map { layout in
      defer { first += layout.count }
      return layout.group(x[first..<first + layout.count])
    }
  }

  /// Returns log p(y | x) and its gradient; nil where the covariance is singular to rounding.
  package func logLikelihood(_ x: [Double]) -> (value: Double, gradient: [Double])? {
    guard x.allSatisfy({ abs($0) < 50 }) else { return nil }
    let warp = warp(x)
    let z = warped(warp)
    let groups = groups(x)
    let parts = each(groups.count, pool) { g in
      part(groups[g], layouts[g], targets[g], z, pool: groups.count == 1 ? pool : nil)
    }
    var (value, gradient) = (0.0, [0.0, 0.0])
    var dz = DenseMatrix(rows: z.rows, columns: z.columns)
    for part in parts {
      guard let part else { return nil }
      value += part.value
      gradient += part.gradient
      for i in dz.values.indices { dz.values[i] += part.dz.values[i] }
    }
    (gradient[0], gradient[1]) = warp.gradient(features, z: z, dz: dz)
    return (value, gradient)
  }

  private func part(
    _ group: GaussianProcessGroup, _ layout: GaussianProcessLayout,
    _ targets: GaussianProcessTargets, _ z: DenseMatrix, pool: WorkerPool?
  ) -> (value: Double, gradient: [Double], dz: DenseMatrix)? {
    let (kernel, slopes) = group.kernel.matrix(z)
    guard
      let evidence = GaussianProcessEvidence(
        targets, kernel: kernel, sets: group.covariance, noise: group.noiseVariances, pool: pool,
        exploitsStructure: exploitsStructure)
    else { return nil }
    let gradient = group.kernel.gradient(z, slopes: slopes, dk: evidence.kernel)
    return (
      evidence.value,
      layout.gradient(group, kernel: gradient, sets: evidence.sets, noise: evidence.noise),
      gradient.z
    )
  }

  /// Returns the objective and its gradient; nil where the covariance is singular to rounding.
  package func callAsFunction(_ x: [Double]) -> (value: Double, gradient: [Double])? {
    guard var (value, gradient) = logLikelihood(x) else { return nil }
    value = -value
    for (i, prior) in priors.enumerated() {
      let penalty = prior.penalty(x[i])
      value += penalty.value
      gradient[i] = penalty.slope - gradient[i]
    }
    return (value, gradient)
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
    precondition(features.allSatisfy { $0.count == settings.isWeight.count })
    guard features.count >= 2 else { throw .tooFewRuns(features.count, needed: 2) }
    let columns = targets[0].indices.map { t in targets.map { $0[t] } }
    let least = columns.map { $0.count { !$0.isNaN } }.min() ?? 0
    guard least >= 2 else { throw .tooFewRuns(least, needed: 2) }
    let standards = columns.map { GaussianProcess.Standard($0) }
    let losses = targets.map { zip($0, standards).map { ($0 - $1.mean) / $1.scale } }
    let sets = Array(columns.indices)
    let groups =
      switch settings.coupling {
      case .separate: sets.map { [$0] }
      case .intrinsic: [sets]
      }
    let layouts = groups.map { group in
      GaussianProcessLayout(
        sets: group, features: settings.isWeight.count,
        rank: group.count == 1
          ? 0
          : settings.rank ?? GaussianProcessTargets(losses, sets: group).rank(share: 0.9, atMost: 4)
      )
    }
    self.init(
      features: features, isWeight: settings.isWeight, standards: standards, layouts: layouts,
      losses: losses, pool: pool)
  }

  private init(
    features: [[Double]], isWeight: [Bool], standards: [GaussianProcess.Standard],
    layouts: [GaussianProcessLayout], losses: [[Double]], pool: WorkerPool
  ) {
    (self.features, self.isWeight, self.standards) = (features, isWeight, standards)
    (self.layouts, self.losses, self.pool) = (layouts, losses, pool)
    targets = layouts.map { GaussianProcessTargets(losses, sets: $0.sets) }
  }

  /// Returns the objective of some of the runs, with the same vector and the same standardised
  /// losses.
  func restricted(to rows: [Int]) -> GaussianProcessObjective {
    GaussianProcessObjective(
      features: rows.map { features[$0] }, isWeight: isWeight, standards: standards,
      layouts: layouts, losses: rows.map { losses[$0] }, pool: pool)
  }

  /// The start of a fit: the priors' means, and W at the principal components of the losses.
  package var start: [Double] {
    zip(layouts, targets).reduce(Self.warpPriors.map(\.mean)) {
      $0 + $1.0.start(components: $1.1.components(rank: $1.0.rank))
    }
  }

  /// Returns the state that predicts with the hyper-parameters `x`.
  package func state(_ x: [Double]) -> GaussianProcess.State {
    GaussianProcess.State(
      features: features, losses: losses.map { $0.map { $0.isNaN ? nil : $0 } }, warp: warp(x),
      groups: groups(x), standards: standards)
  }
}
