import LinearAlgebra
package import Parallel

extension GaussianProcess {
  /// The mean and standard deviation of the losses of a set; the latter is 1 where all are equal.
  package struct Standard: Codable, Equatable, Sendable {
    package let mean: Double
    package let scale: Double

    /// Measures the losses of one set.
    ///
    /// - Parameter losses: one for each run, in nats per token; NaN where there is none.
    init(_ losses: [Double]) {
      let present = losses.filter { !$0.isNaN }
      let count = Double(present.count)
      mean = present.reduce(0, +) / count
      let squares = present.reduce(0) { [mean] in $0 + ($1 - mean) * ($1 - mean) }
      let deviation = (squares / count).squareRoot()
      scale = deviation > 1e-12 * max(1, abs(mean)) ? deviation : 1
    }
  }

  /// The state that predictions depend on.
  package struct State: Codable, Equatable, Sendable {
    /// The features before the warp, (runs, features).
    package let features: [[Double]]
    /// The standardised losses, (runs, sets); nil where a run has none.
    package let losses: [[Double?]]
    let warp: GaussianProcessWarp
    /// The hyper-parameters by set.
    package let processes: [GaussianProcessSet]
    /// The process that all sets share; nil where they share none.
    package let shared: GaussianProcessShared?
    /// The correlation ρ of the errors of two sets, and of their noise, which predictions of single
    /// sets do not depend on, and sums of several do; 0 beside a shared process, which tells it.
    package let correlation: Double
    /// The mean and scale of each set's losses.
    package let standards: [Standard]
    /// The variance of every run's noise over that of its set; nil where all have that one.
    var noiseRatios: [Double]?

    /// Whether every run and set has as many values as it must, as a file may not have.
    var isWhole: Bool {
      let features = warp.isWeight.count
      return warp.means.count == features && warp.scales.count == features
        && self.features.count == losses.count
        && self.features.allSatisfy { $0.count == features }
        && losses.allSatisfy { $0.count == standards.count }
        && processes.count == standards.count
        && processes.allSatisfy { $0.kernel.isWhole(ofFeatures: features) }
        && shared.map {
          $0.loadings.count == standards.count && $0.kernel.isWhole(ofFeatures: features)
        } ?? true
        && noiseRatios.map {
          $0.count == self.features.count && $0.allSatisfy { $0 > 0 && $0.isFinite }
        } ?? true
    }
  }

  /// Rebuilds the predictor that `state` was taken from, bit for bit.
  ///
  /// - Throws: `noFit` if the covariance is singular, which no fitted state's is, or values are
  ///   missing.
  package init(state: State, pool: WorkerPool) throws(FitError) {
    guard state.isWhole else { throw .noFit(what: "Gaussian process", code: 1) }
    let z = DenseMatrix(state.features.map { state.warp($0) }, columns: state.warp.isWeight.count)
    let losses = state.losses.map { $0.map { $0 ?? .nan } }
    guard let predictor = GaussianProcessPredictor(state, z, losses: losses, pool: pool) else {
      throw .noFit(what: "Gaussian process", code: 1)
    }
    (self.state, self.predictor) = (state, predictor)
  }
}
