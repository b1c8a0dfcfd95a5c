package import Mixtures
package import Parallel

/// A family that is fitted to runs of several scales, and predicts at any scale.
package protocol ScaleFamily: Family {
  /// Fits `data`, which has scales, once.
  ///
  /// - Parameter targets: the scales to predict.
  /// - Returns: a regressor of the weights for each target.
  /// - Throws: `FitError`, as `fit(_:pool:)` does.
  func fit(
    _ data: RegressionData, at targets: [ModelScale], pool: WorkerPool?
  ) throws(FitError) -> [any Regressor]
}

extension ScaleFamily {
  package var inputs: Inputs { .weights }
  package func applies(to data: RegressionData) -> Bool { data.scales != nil }

  package func fit(
    _ data: RegressionData, pool: WorkerPool?
  ) throws(FitError) -> any Regressor {
    guard let target = data.scales?.target else {
      throw .noFit(what: "\(name) without a target", code: 1)
    }
    return try fit(data, at: [target], pool: pool)[0]
  }
}
