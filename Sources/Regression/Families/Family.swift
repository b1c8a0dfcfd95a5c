package import Parallel

/// A way to predict the loss of every evaluation set from a mixture and its MDE features.
package protocol Family: Sendable {
  var name: String { get }
  /// A description for a table.
  var summary: String { get }
  var inputs: Inputs { get }
  /// Whether the predictions are losses of trained models, not only a ranking.
  var isCalibrated: Bool { get }
  /// Whether it is taken unless another family is better beyond noise: what it knows before any run
  /// says more than the least of several errors that few runs have.
  var isFirstChoice: Bool { get }
  /// The number of runs of one set that it takes before a fit means anything.
  func fewestRuns(_ data: RegressionData) -> Int
  /// Whether the family can be fitted to what `data` holds.
  func applies(to data: RegressionData) -> Bool
  /// Fits `data`; hyper-parameters are chosen from `data` alone.
  ///
  /// - Parameter pool: the threads of families that take long; nil where fits run side by side
  ///   already.
  /// - Throws: `FitError` if the runs are too few or a numerical method finds no solution.
  func fit(_ data: RegressionData, pool: WorkerPool?) throws(FitError) -> any Regressor
}

/// The kinds of variables that a family's predictions depend on.
package struct Inputs: OptionSet, Hashable, Sendable {
  package let rawValue: Int
  package init(rawValue: Int) { self.rawValue = rawValue }
  package static let weights = Inputs(rawValue: 1)
  package static let mde = Inputs(rawValue: 2)

  /// The names as files have them.
  package var names: [String] {
    (contains(.weights) ? ["weights"] : []) + (contains(.mde) ? ["mde"] : [])
  }

  /// Makes the inputs of `names`; nil if one is neither `weights` nor `mde`.
  init?(names: [String]) {
    self = []
    for name in names {
      switch name {
      case "weights": insert(.weights)
      case "mde": insert(.mde)
      default: return nil
      }
    }
  }

  package var summary: String {
    switch self {
    case []: "nothing"
    case .weights: "weights"
    case .mde: "MDE"
    default: "weights and MDE"
    }
  }
}

extension Family {
  package var isCalibrated: Bool { true }
  package var isFirstChoice: Bool { false }
  /// Whether the predictions depend on the mixture at all.
  package var isInformative: Bool { !inputs.isEmpty }
  package func fewestRuns(_ data: RegressionData) -> Int { 3 }
  /// Whether `data` has MDE losses, if the family needs them.
  package func applies(to data: RegressionData) -> Bool {
    !inputs.contains(.mde) || !data.mdeSets.isEmpty
  }

  /// Fits `data` on the thread of the caller.
  ///
  /// - Throws: `FitError`, as `fit(_:pool:)` does.
  package func fit(_ data: RegressionData) throws(FitError) -> any Regressor {
    try fit(data, pool: nil)
  }
}
