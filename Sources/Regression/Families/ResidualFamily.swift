package import Parallel

/// A family that also says what it predicts for each run from a fit without its mixture.
package protocol LeaveOneOutFamily: Family {
  /// - Returns: the fit, and predictions (runs, sets); NaN where a run was not measured.
  func fitLeavingOneOut(
    _ data: RegressionData, pool: WorkerPool?
  ) throws(FitError) -> (regressor: any Regressor, leaveOneOut: [[Double]])
}

/// A family of few parameters, and another on what it leaves of runs that it has not seen: of those it was fitted to
/// it leaves far less.
package struct ResidualFamily: Family {
  package let name: String
  package let summary: String
  private let base: any LeaveOneOutFamily
  private let residual: any Family

  package init(
    _ name: String, summary: String, base: any LeaveOneOutFamily, residual: any Family
  ) {
    (self.name, self.summary, self.base, self.residual) = (name, summary, base, residual)
  }

  package var inputs: Inputs { base.inputs.union(residual.inputs) }

  /// One more than the first needs, which is fitted without each run.
  package func fewestRuns(_ data: RegressionData) -> Int {
    max(base.fewestRuns(data) + 1, residual.fewestRuns(data))
  }

  package func fit(
    _ data: RegressionData, pool: WorkerPool?
  ) throws(FitError) -> any Regressor {
    let fit = try base.fitLeavingOneOut(data, pool: pool)
    var left = data
    for run in data.ids.indices {
      left.losses[run] = zip(data.losses[run], fit.leaveOneOut[run]).map { $0 - $1 }
    }
    return SumRegressor([fit.regressor, try residual.fit(left, pool: pool)])
  }
}
