import Glibc
package import Parallel

/// The family of exponential laws in the weights, one for each evaluation set.
package struct LawFamily: LeaveOneOutFamily {
  package let name = "law"
  package let summary = "exponential law in the weights"
  package let inputs: Inputs = .weights
  package init() {}

  /// The number of parameters, a slope for each domain and the floor, plus one. With fewer runs a
  /// law follows the noise, and its exponential makes absurd losses of that.
  package func fewestRuns(_ data: RegressionData) -> Int { data.domains.count + 2 }

  package func fit(
    _ data: RegressionData, pool: WorkerPool?
  ) throws(FitError) -> any Regressor {
    try fitLeavingOneOut(data, pool: pool).regressor
  }

  package func fitLeavingOneOut(
    _ data: RegressionData, pool: WorkerPool?
  ) throws(FitError) -> (regressor: any Regressor, leaveOneOut: [[Double]]) {
    Self.fit(data, FeatureMap([.weights], of: data), pool: pool)
  }

  /// Fits laws in the features of `map`, one for each domain, in the place of the weights.
  static func fit(
    _ data: RegressionData, _ map: FeatureMap, pool: WorkerPool?
  ) -> (regressor: any Regressor, leaveOneOut: [[Double]]) {
    let rows = data.sets.indices.map { data.rows(measuring: $0) }
    let fits = ExponentialLaw.fit(
      rows.enumerated().map { set, rows in
        .init(
          weights: rows.map { map.values(data.point($0)) },
          losses: rows.map { data.losses[$0][set] })
      }, pool: pool)
    var leaveOneOut = data.losses.map { $0.map { _ in Double.nan } }
    for (set, fit) in fits.enumerated() {
      for (run, loss) in zip(rows[set], fit.leaveOneOut) { leaveOneOut[run][set] = loss }
    }
    let laws = fits.map(\.law)
    let exponent = LinearRegressor(
      sets: data.sets, map: map, intercepts: laws.map(\.logScale),
      coefficients: laws.map(\.slopes))
    return (
      ExponentialRegressor(sets: data.sets, floors: laws.map(\.floor), exponent: exponent),
      leaveOneOut
    )
  }
}

/// The exponential law with a Gaussian process in the place of its linear exponent:
/// L = c + exp g(λ), where g is the process.
///
/// The floor c is fixed below the least loss, by a part of the losses' range. Its value matters
/// little, since the process bends; that losses fall towards some floor, ever more slowly, matters
/// much.
package struct LawProcess: Family {
  /// The distance of c below the least loss, in parts of the losses' range.
  private static let gap = 0.3
  package let name: String
  package let summary: String
  private let process: GaussianProcessFamily

  package init(_ name: String, summary: String, process: GaussianProcessFamily) {
    (self.name, self.summary, self.process) = (name, summary, process)
  }

  package var inputs: Inputs { process.inputs }
  package func fewestRuns(_ data: RegressionData) -> Int { process.fewestRuns(data) }

  package func fit(
    _ data: RegressionData, pool: WorkerPool?
  ) throws(FitError) -> any Regressor {
    let floors = data.sets.indices.map { set in
      let losses = data.rows(measuring: set).map { data.losses[$0][set] }
      let (least, most) = (losses.min() ?? 0, losses.max() ?? 0)
      return most > least ? least - Self.gap * (most - least) : least - 1
    }
    var logarithms = data
    logarithms.losses = data.losses.map { zip($0, floors).map { log($0 - $1) } }
    return ExponentialRegressor(
      sets: data.sets, floors: floors, exponent: try process.fit(logarithms, pool: pool))
  }
}
