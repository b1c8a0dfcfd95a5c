/// A way to predict the loss of every evaluation set from a mixture and its MDE features.
package protocol Family: Sendable {
  var name: String { get }
  /// What it does, for a table.
  var summary: String { get }
  /// Whether its predictions are losses of trained models, not only a ranking.
  var isCalibrated: Bool { get }
  /// Whether its predictions depend on the mixture at all.
  var isInformative: Bool { get }
  /// Fits `data`; hyper-parameters are chosen inside it.
  func fit(_ data: RegressionData) throws(FitError) -> Fit
}

package struct Fit: Sendable {
  package var regressor: LinearRegressor
  package var penalty: Double?
  package init(_ regressor: LinearRegressor, penalty: Double? = nil) {
    (self.regressor, self.penalty) = (regressor, penalty)
  }
}

/// The mean of the observed losses: what a regressor has to beat.
package struct EmpiricalMean: Family {
  package let name = "mean"
  package let summary = "empirical mean"
  package let isCalibrated = true
  package let isInformative = false
  package init() {}

  package func fit(_ data: RegressionData) throws(FitError) -> Fit {
    let map = FeatureMap([], domains: data.domains, sets: data.sets, logFloor: 0)
    let means = data.sets.indices.map { j in
      data.losses.reduce(0) { $0 + $1[j] } / Double(data.count)
    }
    return Fit(
      LinearRegressor(map: map, intercepts: means, coefficients: data.sets.map { _ in [] }))
  }
}

/// The MDE loss itself: ranks mixtures, but is no prediction of a trained model's loss.
package struct MDEAlone: Family {
  package let name = "mde"
  package let summary = "MDE alone"
  package let isCalibrated = false
  package let isInformative = true
  package init() {}

  package func fit(_ data: RegressionData) throws(FitError) -> Fit {
    let map = FeatureMap([.mde], domains: data.domains, sets: data.sets, logFloor: 0)
    return Fit(
      LinearRegressor(
        map: map, intercepts: data.sets.map { _ in 0 },
        coefficients: data.sets.indices.map { j in data.sets.indices.map { $0 == j ? 1 : 0 } }))
  }
}

/// MDE alone, put on the scale of the observed losses: a + b · F_j for each set, by least squares.
package struct CalibratedMDE: Family {
  package let name = "mde-affine"
  package let summary = "MDE alone, affine for each set"
  package let isCalibrated = true
  package let isInformative = true
  package init() {}

  package func fit(_ data: RegressionData) throws(FitError) -> Fit {
    let map = FeatureMap([.mde], domains: data.domains, sets: data.sets, logFloor: 0)
    var (intercepts, coefficients): ([Double], [[Double]]) = ([], [])
    for j in data.sets.indices {
      let line = try Ridge(
        features: data.features.map { [$0[j]] }, targets: data.losses.map { [$0[j]] }
      ).fit(penalty: 0)
      intercepts.append(line.intercepts[0])
      coefficients.append(data.sets.indices.map { $0 == j ? line.coefficients[0][0] : 0 })
    }
    return Fit(LinearRegressor(map: map, intercepts: intercepts, coefficients: coefficients))
  }
}

/// Ridge on a feature map; one penalty for all sets, by exact leave-one-out inside the data given.
package struct RidgeFamily: Family {
  package let name: String
  package let summary: String
  package let isCalibrated = true
  package let isInformative = true
  private let blocks: [FeatureMap.Block]
  private let logFloor: Double

  package init(
    _ name: String, summary: String, blocks: [FeatureMap.Block], logFloor: Double
  ) {
    (self.name, self.summary) = (name, summary)
    (self.blocks, self.logFloor) = (blocks, logFloor)
  }

  package func fit(_ data: RegressionData) throws(FitError) -> Fit {
    let map = FeatureMap(blocks, domains: data.domains, sets: data.sets, logFloor: logFloor)
    let ridge = try Ridge(
      features: zip(data.weights, data.features).map { map.values(weights: $0, mde: $1) },
      targets: data.losses)
    let penalty = ridge.bestPenalty()
    let fit = ridge.fit(penalty: penalty)
    return Fit(
      LinearRegressor(map: map, intercepts: fit.intercepts, coefficients: fit.coefficients),
      penalty: penalty)
  }
}

/// Every family there is, in the order of the table.
package func allFamilies(logFloor: Double) -> [any Family] {
  func ridge(_ name: String, _ summary: String, _ blocks: [FeatureMap.Block]) -> RidgeFamily {
    RidgeFamily(name, summary: summary, blocks: blocks, logFloor: logFloor)
  }
  return [
    EmpiricalMean(), MDEAlone(), CalibratedMDE(),
    ridge("ridge-lambda", "ridge on the weights", [.weights]),
    ridge("ridge-log", "ridge on the weights and their logarithms", [.weights, .logWeights]),
    ridge("ridge-lambda-mde", "ridge on the weights and all MDE features", [.weights, .mde]),
    ridge(
      "ridge-log-mde", "ridge on the weights, their logarithms and all MDE features",
      [.weights, .logWeights, .mde]),
  ]
}
