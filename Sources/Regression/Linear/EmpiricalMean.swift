package import Parallel

/// The mean of the observed losses, which any regressor has to beat.
package struct EmpiricalMean: Family {
  package let name = "mean"
  package let summary = "empirical mean"
  package let inputs: Inputs = []
  package init() {}

  package func fewestRuns(_ data: RegressionData) -> Int { 1 }

  package func fit(
    _ data: RegressionData, pool: WorkerPool?
  ) throws(FitError) -> any Regressor {
    let means = data.sets.indices.map { j in
      let rows = data.rows(measuring: j)
      return rows.reduce(0) { $0 + data.losses[$1][j] } / Double(rows.count)
    }
    return LinearRegressor(
      sets: data.sets, map: FeatureMap([], of: data), intercepts: means,
      coefficients: data.sets.map { _ in [] })
  }
}
