import Glibc
import LinearAlgebra
package import Parallel

/// Gaussian processes of the losses of all evaluation sets, with hyper-parameters of the highest
/// posterior density.
///
///     y_t(x) = mean_t + scale_t (f_t(z(x)) + ε_t),  ε_t ~ N(0, σ²_t)
///
/// z is `GaussianProcessWarp`, f_t has the covariance of `GaussianProcessKernel`, and the priors
/// are those of `GaussianProcessLayout`. Every set t has length scales, amplitude and noise of its
/// own, since different features matter to sets of different domains; all share the warp of
/// weights. Where noise depends on the mixture, a run's variance is r σ²_t (`noiseRatios`).
///
/// Sets may learn from each other (`Settings.relations`): how much features of each `Relation`
/// matter is a prior that all sets tell, and `calibrated` makes errors of all sets as large and as
/// correlated as leave-one-out finds them. Means of complete losses gain nothing else by other
/// sets. Where losses are missing, y_t has w_t (u(z(x)) + η) besides: a process u that all sets
/// share, and η, of variance τ², that moves all losses of one run. What a run lacks is then told by
/// what it has.
///
/// Results do not depend on the number of threads.
package struct GaussianProcess: Sendable {
  package struct Settings: Equatable, Sendable {
    /// Whether a feature is the weight of a domain, by column; others are only standardised.
    package var isWeight: [Bool]
    /// How every feature is related to every set, (sets, features), where sets learn from each
    /// other; nil for processes that share only the warp of weights.
    package var relations: [[Relation]]?
    /// Whether all sets share a process; nil for where they learn from each other and losses are
    /// missing.
    package var sharesProcess: Bool?
    /// The variance of every run's noise over σ²_t; nil where all have that one.
    package var noiseRatios: [Double]?
    /// The most iterations of L-BFGS: on a part of the runs where there are many, else on all.
    package var iterations = 200
    /// The most iterations on all runs after those on a part of them.
    package var finalIterations = 30
    /// The number of runs that hyper-parameters are first fitted to, about, where there are half as
    /// many again or more.
    package var coarseRuns = 128

    package init(
      isWeight: [Bool], relations: [[Relation]]? = nil, noiseRatios: [Double]? = nil
    ) {
      (self.isWeight, self.relations, self.noiseRatios) = (isWeight, relations, noiseRatios)
    }
  }

  package let state: State
  let predictor: GaussianProcessPredictor

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
    let state = objective.state(result.x)
    try self.init(
      state: settings.relations == nil ? state : objective.calibrated(state, at: result.x),
      pool: pool)
  }
}
