package import Parallel

/// A way to predict the loss of every evaluation set from a mixture and its MDE features.
package protocol Family: Sendable {
  var name: String { get }
  /// What it does, for a table.
  var summary: String { get }
  var inputs: Inputs { get }
  /// Whether its predictions are losses of trained models, not only a ranking.
  var isCalibrated: Bool { get }
  /// How many runs of one set it takes before a fit means anything.
  func fewestRuns(_ data: RegressionData) -> Int
  /// Whether it can be fitted to what `data` holds.
  func applies(to data: RegressionData) -> Bool
  /// Fits `data`; hyper-parameters are chosen inside it.
  ///
  /// - Parameter pool: for families that take long; nil where fits run side by side already.
  func fit(_ data: RegressionData, pool: WorkerPool?) throws(FitError) -> any Regressor
}

/// What a family's predictions depend on.
package struct Inputs: OptionSet, Hashable, Sendable {
  package let rawValue: Int
  package init(rawValue: Int) { self.rawValue = rawValue }
  package static let weights = Inputs(rawValue: 1)
  package static let mde = Inputs(rawValue: 2)

  /// The names as files have them.
  package var names: [String] {
    (contains(.weights) ? ["weights"] : []) + (contains(.mde) ? ["mde"] : [])
  }

  /// Nil for a name that is neither `weights` nor `mde`.
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
  /// Whether its predictions depend on the mixture at all.
  package var isInformative: Bool { !inputs.isEmpty }
  package func fewestRuns(_ data: RegressionData) -> Int { 3 }
  /// MDE features need experts.
  package func applies(to data: RegressionData) -> Bool {
    !inputs.contains(.mde) || !data.mdeSets.isEmpty
  }

  package func fit(_ data: RegressionData) throws(FitError) -> any Regressor {
    try fit(data, pool: nil)
  }
}
