package import Parallel

/// Ridge on a feature map, with one strength of the penalty for all sets, chosen by exact
/// leave-one-out inside the data given.
package struct RidgeFamily: Family {
  package let name: String
  package let summary: String
  private let blocks: [FeatureMap.Block]
  private let logFloor: Double

  package init(
    _ name: String, summary: String, blocks: [FeatureMap.Block], logFloor: Double = 0
  ) {
    precondition(!blocks.contains(.logWeights) || logFloor > 0)
    (self.name, self.summary) = (name, summary)
    (self.blocks, self.logFloor) = (blocks, logFloor)
  }

  package var inputs: Inputs {
    var inputs: Inputs = blocks.contains(.mde) ? .mde : []
    if blocks.contains(where: { $0 != .mde }) { inputs.insert(.weights) }
    return inputs
  }

  package func fit(
    _ data: RegressionData, pool: WorkerPool?
  ) throws(FitError) -> any Regressor {
    let map = FeatureMap(blocks, of: data, logFloor: logFloor)
    let features = data.ids.indices.map { map.values(data.point($0)) }
    var intercepts = data.sets.map { _ in 0.0 }
    var coefficients = data.sets.map { _ in [Double]() }
    var fits: [(sets: [Int], ridge: Ridge)] = []
    for group in data.setGroups {
      let ridge = try Ridge(
        features: group.rows.map { features[$0] },
        targets: group.rows.map { run in group.sets.map { data.losses[run][$0] } })
      fits.append((group.sets, ridge))
    }
    let strength = Ridge.bestStrength(fits.map(\.ridge))
    for (sets, ridge) in fits {
      let fit = ridge.fit(penalty: strength * Double(ridge.runs))
      for (position, set) in sets.enumerated() {
        (intercepts[set], coefficients[set]) = (
          fit.intercepts[position], fit.coefficients[position]
        )
      }
    }
    return LinearRegressor(
      sets: data.sets, map: map, intercepts: intercepts, coefficients: coefficients,
      penalty: strength * Double(data.count))
  }

  /// Whether `data` has the features; exposure differs from weights only where a run repeats a
  /// domain.
  package func applies(to data: RegressionData) -> Bool {
    if inputs.contains(.mde) && data.mdeSets.isEmpty { return false }
    return !blocks.contains(.exposure) || data.repeatsDomains
  }
}
