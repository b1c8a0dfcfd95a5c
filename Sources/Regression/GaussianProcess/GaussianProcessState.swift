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
    package let groups: [GaussianProcessGroup]
    /// The mean and scale of each set's losses.
    package let standards: [Standard]

    /// Whether every run, set and group has as many values as it must, as a file may not have.
    var isWhole: Bool {
      let features = warp.isWeight.count
      return warp.means.count == features && warp.scales.count == features
        && self.features.count == losses.count
        && self.features.allSatisfy { $0.count == features }
        && losses.allSatisfy { $0.count == standards.count }
        && groups.allSatisfy { $0.isWhole(ofSets: standards.count, features: features) }
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
    let predictors = each(state.groups.count, pool) { g in
      GaussianProcessPredictor(
        state.groups[g], z,
        GaussianProcessTargets(losses, sets: state.groups[g].sets),
        pool: state.groups.count == 1 ? pool : nil)
    }
    let whole = predictors.compactMap(\.self)
    guard whole.count == predictors.count else {
      throw .noFit(what: "Gaussian process", code: 1)
    }
    (self.state, self.predictors) = (state, whole)
  }
}
