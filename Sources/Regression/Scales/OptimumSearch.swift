/// The search for the best mixtures of two fits, between the least and the most weight that runs
/// had of each domain.
struct OptimumSearch: Sendable {
  /// The number of runs of least objective that searches start from.
  private static let starts = 3

  private let data: RegressionData
  private let descent: MirrorDescent
  private let starts: [[Double]]
  private let mde: [Double]

  /// Prepares the search; nil if no run of the largest size measured the objective.
  init?(_ data: RegressionData) {
    let ends = data.scales?.sizes.last.map { data.ends(ofSize: $0) } ?? data
    let domains = data.domains.indices
    let objectives = ends.observedObjectives
    let best = objectives.indices.filter { !objectives[$0].isNaN }
      .sorted { (objectives[$0], $0) < (objectives[$1], $1) }.prefix(Self.starts)
    guard !best.isEmpty else { return nil }
    self.data = data
    descent = MirrorDescent(
      low: domains.map { i in data.weights.map { $0[i] }.min() ?? 0 },
      high: domains.map { i in data.weights.map { $0[i] }.max() ?? 1 })
    let centre = domains.map { i in
      ends.weights.reduce(0) { $0 + $1[i] } / Double(ends.count)
    }
    // A weight of 0 would stay 0.
    starts = best.map { run in
      zip(ends.weights[run], centre).map { 0.9 * $0 + 0.1 * $1 }
    }
    mde = ends.mde[0]
  }

  func point(_ weights: [Double]) -> MixturePoint { MixturePoint(weights: weights, mde: mde) }

  func value(_ fit: any Regressor, _ weights: [Double]) -> Double {
    data.objective(of: fit.predict(point(weights)))
  }

  /// Returns the best mixtures of two fits, half the sum of their differences, and what the first
  /// costs by the second fit.
  func optima(
    _ fits: [any Regressor]
  ) -> (weights: [[Double]], distance: Double, cost: Double) {
    let weights = fits.map(minimum)
    return (
      weights, 0.5 * zip(weights[0], weights[1]).reduce(0) { $0 + abs($1.0 - $1.1) },
      max(0, value(fits[1], weights[0]) - value(fits[1], weights[1]))
    )
  }

  private func minimum(_ fit: any Regressor) -> [Double] {
    let found = starts.map { start in
      descent.minimise(from: start) { weights in
        let rows = fit.gradients(at: point(weights)) ?? []
        return (
          value(fit, weights),
          weights.indices.map { i in
            zip(data.objective, rows).reduce(0) { $0 + $1.0 * $1.1[i] }
          }
        )
      }
    }
    return found.min { $0.value < $1.value }?.weights ?? starts[0]
  }
}
