package import Parallel

/// A way to predict the loss of every evaluation set from a mixture and its MDE features.
package protocol Family: Sendable {
  var name: String { get }
  /// What it does, for a table.
  var summary: String { get }
  var inputs: Inputs { get }
  /// Whether its predictions are losses of trained models, not only a ranking.
  var isCalibrated: Bool { get }
  /// Whether predictions change with the mixture everywhere; those of trees are constant in pieces.
  var isSmooth: Bool { get }
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
  package var isSmooth: Bool { true }
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

/// The mean of the observed losses: what a regressor has to beat.
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

/// The MDE loss itself: ranks mixtures, but is no prediction of a trained model's loss.
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

/// MDE alone, put on the scale of the observed losses: a + b · F_j for each set, by least squares.
package struct CalibratedMDE: LeaveOneOutFamily {
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

  /// Where the other mixtures are too few for a fit, the run's own is not left out.
  package func fitLeavingOneOut(
    _ data: RegressionData, pool: WorkerPool?
  ) throws(FitError) -> (regressor: any Regressor, leaveOneOut: [[Double]]) {
    var predictions: [[Double]] = []
    let groups = data.repeatGroups
    for run in data.ids.indices {
      let others = data.restricted(to: data.ids.indices.filter { groups[$0] != groups[run] })
      let isEnough = data.sets.indices.allSatisfy {
        others.rows(measuring: $0).count >= fewestRuns(data)
      }
      predictions.append(try fit(isEnough ? others : data).predict(data.point(run)))
    }
    return (try fit(data), predictions)
  }
}
