import Mixtures
package import Parallel

extension Regressor {
  /// Returns it as other runs of the same mixtures and scales would have had it: laws of scale with
  /// parameters θ + R z, and processes, with hyper-parameters as they are, of their own means and
  /// new noise. Nil for models that tell no distribution of this kind.
  ///
  /// Fits of one law to several targets are moved alike by streams of equal seeds and purposes.
  package func redrawn(using random: inout RandomStream) -> (any Regressor)? {
    switch self {
    case let law as ScaleLawRegressor:
      let count = law.fits.first?.factor.count ?? 0
      return law.moved(by: (0..<count).map { _ in normal(using: &random) })
    case let sum as SumRegressor:
      var parts: [any Regressor] = []
      for part in sum.parts {
        guard let moved = part.redrawn(using: &random) else { return nil }
        parts.append(moved)
      }
      return SumRegressor(parts)
    case var process as GaussianProcessRegressor:
      guard let moved = process.process.redrawn(using: &random) else { return nil }
      process.process = moved
      return process
    default: return nil
    }
  }
}

extension GaussianProcess {
  /// Returns the process of its own means and new noise at its runs; nil if its covariance is
  /// singular to rounding, or sets share a process.
  func redrawn(using random: inout RandomStream) -> GaussianProcess? {
    guard state.shared == nil else { return nil }
    let share = min(1, max(0, state.correlation))
    let (own, common) = ((1 - share).squareRoot(), share.squareRoot())
    var losses: [[Double?]] = []
    for (run, (features, known)) in zip(state.features, state.losses).enumerated() {
      let shared = common * normal(using: &random)
      let ratio = (state.noiseRatios?[run] ?? 1).squareRoot()
      let means = predictor.means(state.warp(features))
      var row: [Double?] = []
      for (set, mean) in means.enumerated() {
        let noise =
          ratio * state.processes[set].noise * (shared + own * normal(using: &random))
        row.append(known[set].map { _ in mean + noise })
      }
      losses.append(row)
    }
    return try? GaussianProcess(
      state: State(
        features: state.features, losses: losses, warp: state.warp, processes: state.processes,
        shared: nil, correlation: state.correlation, standards: state.standards,
        noiseRatios: state.noiseRatios),
      pool: WorkerPool(threads: 1))
  }
}
