import LinearAlgebra

extension GaussianProcessObjective {
  /// The number of losses that count for errors of the stated size, and of runs that count for
  /// `priorCorrelation`.
  private static let (priorLosses, priorRuns) = (10.0, 8.0)
  /// As of `TrendPriors.correlation`.
  private static let priorCorrelation = TrendPriors.correlation

  /// Returns `state` with all variances times one factor, so that errors of leave-one-out are as
  /// large as stated, and with their correlation between sets; means stay what they are.
  ///
  /// The error of a loss given all others, over its standard deviation, is (C⁻¹ y)_i / √(C⁻¹)_ii.
  /// Source: Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, equation 5.12.
  func calibrated(_ state: GaussianProcess.State, at x: [Double]) -> GaussianProcess.State {
    guard let evidence = point(x)?.evidence else { return state }
    let errors = losses.indices.map { t in
      features.indices.map { i -> Double in
        if losses[t][i].isNaN { return .nan }
        let solved = evidence.solved[t][i]
        // The slope is ½ (solved² − (C⁻¹)_ii).
        return solved / (solved * solved - 2 * evidence.sets[t][i, i]).squareRoot()
      }
    }
    let known = errors.joined().filter { !$0.isNaN }
    let squares = known.reduce(0) { $0 + $1 * $1 }
    // Length scales that were fitted to a loss too expect less of its error than there is: a
    // smaller one than stated proves nothing.
    let factor = max(
      1, ((squares + Self.priorLosses) / (Double(known.count) + Self.priorLosses)).squareRoot())
    return GaussianProcess.State(
      features: state.features, losses: state.losses, warp: state.warp,
      processes: state.processes.map {
        .init(kernel: $0.kernel, amplitude: factor * $0.amplitude, noise: factor * $0.noise)
      },
      shared: state.shared.map { shared in
        .init(
          kernel: shared.kernel, noise: shared.noise,
          loadings: shared.loadings.map { factor * $0 })
      },
      correlation: state.shared == nil && losses.count > 1 ? Self.correlation(of: errors) : 0,
      standards: state.standards, noiseRatios: state.noiseRatios)
  }

  /// The mean correlation of complete errors, (sets, runs), of two sets, drawn to the prior one.
  ///
  /// The sum of s errors of variance 1, of which any two have the correlation ρ, has the variance
  /// s (1 + (s − 1) ρ).
  private static func correlation(of errors: [[Double]]) -> Double {
    let (sets, runs) = (Double(errors.count), Double(errors[0].count))
    let scaled = errors.map { row in
      let deviation = (row.reduce(0) { $0 + $1 * $1 } / runs).squareRoot()
      return row.map { deviation > 0 ? $0 / deviation : 0 }
    }
    let sums = errors[0].indices.map { i in scaled.reduce(0) { $0 + $1[i] } }
    let variance = sums.reduce(0) { $0 + $1 * $1 } / runs
    let found = (variance / sets - 1) / (sets - 1)
    let drawn = (runs * found + priorRuns * priorCorrelation) / (runs + priorRuns)
    return min(0.9, max(0, drawn))
  }
}
