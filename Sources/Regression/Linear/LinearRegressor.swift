import Storage

/// Linear models of the loss of every evaluation set, in one feature map.
package struct LinearRegressor: Regressor {
  package let sets: [String]
  package let map: FeatureMap
  /// By set.
  package let intercepts: [Double]
  /// (sets, features).
  package let coefficients: [[Double]]
  /// Of a ridge on all runs.
  package let penalty: Double?

  package init(
    sets: [String], map: FeatureMap, intercepts: [Double], coefficients: [[Double]],
    penalty: Double? = nil
  ) {
    precondition(intercepts.count == sets.count && coefficients.count == sets.count)
    (self.sets, self.map, self.penalty) = (sets, map, penalty)
    (self.intercepts, self.coefficients) = (intercepts, coefficients)
  }

  package func predict(_ point: MixturePoint) -> [Double] {
    let values = map.values(point)
    return intercepts.indices.map { j in
      zip(coefficients[j], values).reduce(intercepts[j]) { $0 + ($1.0 == 0 ? 0 : $1.0 * $1.1) }
    }
  }

  package func expansion(at point: MixturePoint, of criterion: [Double]) -> Expansion? {
    let size = point.weights.count + point.mde.count
    var sum = Expansion(
      gradient: [Double](repeating: 0, count: size),
      curvature: [Double](repeating: 0, count: size * size))
    for (f, feature) in map.derivatives(point).enumerated() {
      let coefficient = zip(criterion, coefficients).reduce(0) { $0 + $1.0 * $1.1[f] }
      // A logarithm without a floor has no slope at 0, and none is needed where it does not count.
      guard coefficient != 0 else { continue }
      sum.gradient[feature.variable] += coefficient * feature.slope
      sum.curvature[feature.variable * (size + 1)] += coefficient * feature.bend
    }
    return sum
  }
}

extension LinearRegressor {
  package var model: RegressorModel {
    let names = map.names
    let rows = coefficients.map { row in
      Dictionary(uniqueKeysWithValues: zip(names, row).filter { $0.1 != 0 })
    }
    return .linear(
      .init(
        intercepts: Dictionary(uniqueKeysWithValues: zip(sets, intercepts)),
        coefficients: Dictionary(uniqueKeysWithValues: zip(sets, rows)), logFloor: map.logFloor,
        penalty: penalty,
        epochsAtFullWeight: map.epochsAtFullWeight.map {
          Dictionary(uniqueKeysWithValues: zip(map.domains, $0))
        }))
  }

  /// nil if a coefficient belongs to no known feature or a set has no model.
  init?(
    _ model: RegressorModel.LinearModel, domains: [String], sets: [String], mdeSets: [String]
  ) {
    var blocks: [FeatureMap.Block] = [.weights, .logWeights]
    var epochs: [Double]?
    if let known = model.epochsAtFullWeight {
      guard domains.allSatisfy({ known[$0] != nil }) else { return nil }
      epochs = domains.map { known[$0] ?? 0 }
      blocks.append(.exposure)
    }
    let map = FeatureMap(
      blocks + [.mde], domains: domains, mdeSets: mdeSets, logFloor: model.logFloor,
      epochsAtFullWeight: epochs)
    let names = map.names
    var (intercepts, rows): ([Double], [[Double]]) = ([], [])
    for set in sets {
      guard let intercept = model.intercepts[set], let row = model.coefficients[set],
        Set(row.keys).isSubset(of: names)
      else { return nil }
      intercepts.append(intercept)
      rows.append(names.map { row[$0] ?? 0 })
    }
    self.init(
      sets: sets, map: map, intercepts: intercepts, coefficients: rows, penalty: model.penalty)
  }
}
