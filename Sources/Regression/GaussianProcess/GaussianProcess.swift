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
  /// The way in which the evaluation sets share hyper-parameters.
  package enum Coupling: String, Codable, Sendable {
    /// Every set has length scales, amplitude and noise of its own; only the warp of weights is
    /// shared. This suits sets to which different features matter, as sets of different domains
    /// are.
    case separate
    /// All sets share one kernel, with the covariance B = W Wᵀ + diag κ between sets (intrinsic
    /// coregionalisation). A set that few runs measured learns from the others.
    case intrinsic
  }

  package struct Settings: Equatable, Sendable {
    package var coupling = Coupling.separate
    /// Whether a feature is the weight of a domain, by column; others are only standardised.
    package var isWeight: [Bool]
    /// The number of columns of W, for `intrinsic`; nil for as many principal components as make up
    /// nine tenths of the losses' variance, at most 4.
    package var rank: Int?
    /// The most iterations of L-BFGS: on a part of the runs where there are many, else on all.
    package var iterations = 200
    /// The most iterations on all runs after those on a part of them.
    package var finalIterations = 30
    /// The number of runs that hyper-parameters are first fitted to, about, where there are half as
    /// many again or more.
    package var coarseRuns = 128

    package init(isWeight: [Bool], coupling: Coupling = .separate) {
      (self.isWeight, self.coupling) = (isWeight, coupling)
    }
  }

  package let state: State
  let predictors: [GaussianProcessPredictor]

  /// Fits the hyper-parameters to the losses of runs.
  ///
  /// - Parameters:
  ///   - features: the features of the runs, (runs, features), finite.
  ///   - targets: the losses, (runs, sets); NaN where a run has no loss of that set.
  /// - Throws: `tooFewRuns` for fewer than two runs, or two losses of a set; `noFit` if the
  ///   covariance is singular to rounding.
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
