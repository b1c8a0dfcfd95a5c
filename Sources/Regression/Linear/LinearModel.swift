import Formats
import Mixtures

/// A linear regressor as it is written: intercept + Σ coefficient · feature for each evaluation
/// set.
package struct LinearModel: StoredModel {
  package static let kind = "linear"

  package var intercepts: [String: Double]
  /// The coefficients, by set and feature; a feature without one does not count.
  package var coefficients: [String: [String: Double]]
  /// The number added to a weight before its logarithm is a feature.
  package var logFloor: Double
  /// The penalty of the squared coefficients of standardised features; nil if the fit was no ridge.
  package var penalty: Double?
  /// The epochs of each domain in a run of weight 1; needed where `exposure` or `effectiveWeight`
  /// is a feature.
  package var epochsAtFullWeight: [String: Double]?
  /// R* of those features; nil for the published one.
  package var repetitionConstant: Double?

  package init(
    intercepts: [String: Double], coefficients: [String: [String: Double]], logFloor: Double,
    penalty: Double? = nil, epochsAtFullWeight: [String: Double]? = nil,
    repetitionConstant: Double? = nil
  ) {
    (self.intercepts, self.coefficients) = (intercepts, coefficients)
    (self.logFloor, self.penalty) = (logFloor, penalty)
    self.epochsAtFullWeight = epochsAtFullWeight
    self.repetitionConstant = repetitionConstant
  }

  /// Returns nil if a coefficient belongs to no known feature, a set has no model, or R* or epochs
  /// are not above 0.
  package func regressor(
    domains: [String], sets: [String], mdeSets: [String]
  ) -> (any Regressor)? {
    var blocks: [FeatureMap.Block] = [.weights, .logWeights]
    var epochs: [Double]?
    if let known = epochsAtFullWeight {
      guard let ordered = NameIndex(domains).vector(known), ordered.allSatisfy({ $0 > 0 }),
        repetitionConstant ?? 1 > 0
      else { return nil }
      epochs = ordered
      blocks += [.exposure, .effectiveWeights]
    }
    let map = FeatureMap(
      blocks + [.mde], domains: domains, mdeSets: mdeSets, logFloor: logFloor,
      epochsAtFullWeight: epochs,
      repetitionConstant: repetitionConstant ?? RepeatedEpochs.publishedConstant)
    let (features, sets) = (NameIndex(map.names), NameIndex(sets))
    guard let intercepts = sets.vector(intercepts), let rows = sets.vector(coefficients),
      rows.allSatisfy({ $0.keys.allSatisfy { features[$0] != nil } })
    else { return nil }
    return LinearRegressor(
      sets: sets.names, map: map, intercepts: intercepts,
      coefficients: rows.map { features.vector($0, absent: 0) }, penalty: penalty)
  }
}

extension LinearRegressor {
  package var model: any StoredModel {
    let (features, sets) = (NameIndex(map.names), NameIndex(sets))
    return LinearModel(
      intercepts: sets.dictionary(intercepts),
      coefficients: sets.dictionary(
        coefficients.map { features.dictionary($0).filter { $0.value != 0 } }),
      logFloor: map.logFloor, penalty: penalty,
      epochsAtFullWeight: map.epochsAtFullWeight.map { NameIndex(map.domains).dictionary($0) },
      repetitionConstant: map.repetitionConstant == RepeatedEpochs.publishedConstant
        ? nil : map.repetitionConstant)
  }
}
