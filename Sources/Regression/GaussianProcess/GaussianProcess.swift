import Glibc
import LinearAlgebra
package import Parallel

/// A Gaussian process of the losses of all evaluation sets, with hyper-parameters of the highest
/// posterior density.
///
///     y_t(x) = mean_t + scale_t (f_t(z(x)) + ε_t),  ε_t ~ N(0, σ²_t)
///
/// z is `GaussianProcessWarp`, f has the covariance of `GaussianProcessEvidence` with the kernel of
/// `GaussianProcessKernel`; the priors are those of `GaussianProcessLayout` and
/// `GaussianProcessObjective`. Results do not depend on the number of threads.
package struct GaussianProcess: Sendable {
  package enum Coupling: String, Codable, Sendable {
    /// Every set has length scales, amplitude and noise of its own; the warp of weights is shared.
    /// For sets to which different features matter, which is what domains are about.
    case separate
    /// Intrinsic coregionalisation: one kernel, B = W Wᵀ + diag κ between sets. A set that few runs
    /// have learns from the others.
    case intrinsic
  }

  package struct Settings: Equatable, Sendable {
    package var coupling = Coupling.separate
    /// Which features are weights of domains, by column; others are only standardised.
    package var isWeight: [Bool]
    /// Columns of W, for `intrinsic`; by default as many principal components as make up nine tenths
    /// of the losses' variance, at most 4.
    package var rank: Int?
    /// Iterations of L-BFGS at most: on a part of the runs, where there are many, and on all.
    package var iterations = 200
    package var finalIterations = 30
    /// With more than half as many runs again, hyper-parameters are first fitted to about so many.
    package var coarseRuns = 128

    package init(isWeight: [Bool], coupling: Coupling = .separate) {
      (self.isWeight, self.coupling) = (isWeight, coupling)
    }
  }

  package let state: State
  let predictors: [GaussianProcessPredictor]

  /// - Parameters:
  ///   - features: (runs, features), finite.
  ///   - targets: (runs, sets); NaN where a run has no loss of that set. Each set needs two.
  package init(
    features: [[Double]], targets: [[Double]], settings: Settings, pool: WorkerPool
  ) throws(FitError) {
    let objective = try GaussianProcessObjective(
      features: features, targets: targets, settings: settings, pool: pool)
    var x = objective.start
    // The covariance costs the cube of the number of runs: most iterations see a part of them.
    let step = (features.count + settings.coarseRuns / 2) / settings.coarseRuns
    if step > 1 {
      let part = objective.restricted(
        to: Array(stride(from: 0, to: features.count, by: step)))
      x = LBFGS(iterations: settings.iterations).minimise(from: x) { part($0) }?.x ?? x
    }
    let iterations = step > 1 ? settings.finalIterations : settings.iterations
    let result = LBFGS(iterations: iterations).minimise(from: x) { objective($0) }
    guard let result else { throw .noFit(what: "Gaussian process", code: 1) }
    try self.init(state: objective.state(result.x), pool: pool)
  }
}
