package import Parallel

/// A family that also says what it predicts for each run from a fit without its mixture.
package protocol LeaveOneOutFamily: Family {
  /// Fits `data` as `fit` does, and predicts each run from a fit without its mixture.
  ///
  /// - Returns: the fit, and the predictions (runs, sets); NaN where a run was not measured.
  /// - Throws: `FitError`, as `fit` does.
  func fitLeavingOneOut(
    _ data: RegressionData, pool: WorkerPool?
  ) throws(FitError) -> (regressor: any Regressor, leaveOneOut: [[Double]])
}

/// The sum of a family of few parameters and of another that is fitted to its residuals.
///
/// The residuals are those of leave-one-out: the first family leaves far less of runs that it was
/// fitted to.
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

  /// The number of runs that both families need; the first needs one more, since it is fitted
  /// without each run.
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
