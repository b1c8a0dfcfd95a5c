/// Linear models of the losses of all evaluation sets, in the features of one map.
package struct LinearRegressor: Regressor {
  package let sets: [String]
  package let map: FeatureMap
  /// The intercepts, by set.
  package let intercepts: [Double]
  /// The coefficients, (sets, features).
  package let coefficients: [[Double]]
  /// The penalty of a ridge on all runs; nil if the fit was none.
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

  package var repetitionConstant: Double? {
    map.epochsAtFullWeight.map { _ in map.repetitionConstant }
  }

  package func repeating(_ epochsAtFullWeight: [Double]) -> any Regressor {
    guard map.epochsAtFullWeight != nil else { return self }
    var map = map
    map.epochsAtFullWeight = epochsAtFullWeight
    return LinearRegressor(
      sets: sets, map: map, intercepts: intercepts, coefficients: coefficients, penalty: penalty)
  }

  package func expansion(at point: MixturePoint, of criterion: [Double]) -> SecondOrderExpansion? {
    let size = point.weights.count + point.mde.count
    var sum = SecondOrderExpansion(
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
