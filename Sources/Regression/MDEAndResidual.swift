package import Kernels

/// MDE alone, affine for each set, and another family on what it leaves of runs that it has not seen.
///
/// A regressor that sees MDE losses as features starts from the mean of the runs and has to learn that they count; this
/// one starts from them, as an affine function that few runs determine, and learns the rest.
package struct MDEAndResidual: Family {
  package let name: String
  package let summary: String
  private let residual: any Family

  package init(_ name: String, summary: String, residual: any Family) {
    (self.name, self.summary, self.residual) = (name, summary, residual)
  }

  package var inputs: Inputs { residual.inputs.union(.mde) }

  package func fewestRuns(_ data: RegressionData) -> Int {
    max(CalibratedMDE().fewestRuns(data) + 1, residual.fewestRuns(data))
  }

  package func fit(
    _ data: RegressionData, pool: WorkerPool?
  ) throws(FitError) -> any Regressor {
    let first = CalibratedMDE()
    let fit = try first.fit(data, pool: nil)
    var left = data
    for run in data.ids.indices {
      let others = data.restricted(to: data.ids.indices.filter { $0 != run })
      let predicted = try first.fit(others, pool: nil).predict(data.point(run))
      left.losses[run] = zip(data.losses[run], predicted).map { $0 - $1 }
    }
    return SumRegressor([fit, try residual.fit(left, pool: pool)])
  }
}
