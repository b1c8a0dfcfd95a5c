package import Mixtures
package import Parallel

/// A family that is fitted to runs of several scales, and predicts at any scale.
package protocol ScaleFamily: Family {
  /// The number of runs of the largest size that a fit takes.
  var fewestLargest: Int { get }
  /// Whether what weights do may differ with the size of model in it.
  var followsSize: Bool { get }
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
  package var fewestLargest: Int { 1 }
  package var followsSize: Bool { false }
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

extension RegressionData {
  /// Whether `family` can be fitted to the runs, and to what is left where some of the largest size
  /// are held out, as `ScaleHoldOut` does.
  func suffices(forHoldOutBy family: any ScaleFamily) -> Bool {
    guard let scales, let largest = scales.sizes.last else { return false }
    if scales.sizes.count > 2 {
      return suffices(for: family) && smallerSizes.suffices(for: family)
    }
    let isFinal = scales.isFinal
    return suffices(
      for: family, without: ScaleHoldOut.heldOut(of: largest.count { isFinal[$0] }))
  }

  /// The runs of all sizes but the largest.
  var smallerSizes: RegressionData {
    restricted(to: (scales?.sizes ?? []).dropLast().joined().sorted())
  }

  /// Whether `family` can be fitted to the runs without some of the largest size.
  func suffices(for family: any ScaleFamily, without: Int = 0) -> Bool {
    guard let scales, let largest = scales.sizes.last else { return false }
    let isFinal = scales.isFinal
    return isFinal.count { $0 } - without >= family.fewestRuns(self)
      && largest.count { isFinal[$0] } - without >= family.fewestLargest
  }
}
