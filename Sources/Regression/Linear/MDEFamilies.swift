package import Parallel

/// The MDE loss itself, which ranks mixtures but does not predict the losses of trained models.
package struct MDEAlone: Family {
  package let name = "mde"
  package let summary = "MDE alone"
  package let inputs: Inputs = .mde
  package let isCalibrated = false
  package init() {}

  package func fewestRuns(_ data: RegressionData) -> Int { 0 }

  package func fit(
    _ data: RegressionData, pool: WorkerPool?
  ) throws(FitError) -> any Regressor {
    LinearRegressor(
      sets: data.sets, map: FeatureMap([.mde], of: data), intercepts: data.sets.map { _ in 0 },
      coefficients: data.sets.map { set in data.mdeSets.map { $0 == set ? 1 : 0 } })
  }
}

/// The MDE loss on the scale of the observed losses: a + b · F_j for each set, by least squares.
package struct CalibratedMDE: Family {
  package let name = "mde-affine"
  package let summary = "MDE alone, affine for each set"
  package let inputs: Inputs = .mde
  package init() {}

  package func fit(
    _ data: RegressionData, pool: WorkerPool?
  ) throws(FitError) -> any Regressor {
    var (intercepts, coefficients): ([Double], [[Double]]) = ([], [])
    for (j, set) in data.sets.enumerated() {
      let rows = data.rows(measuring: j)
      let feature = data.mdeSets.firstIndex(of: set)
      let line = try Ridge(
        features: rows.map { run in feature.map { [data.mde[run][$0]] } ?? [] },
        targets: rows.map { [data.losses[$0][j]] }
      ).fit(penalty: 0)
      intercepts.append(line.intercepts[0])
      coefficients.append(
        data.mdeSets.indices.map { $0 == feature ? line.coefficients[0][0] : 0 })
    }
    return LinearRegressor(
      sets: data.sets, map: FeatureMap([.mde], of: data), intercepts: intercepts,
      coefficients: coefficients)
  }
}
