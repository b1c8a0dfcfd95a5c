package import Formats
import Glibc

/// Which features a regressor sees, in blocks, and what they are called.
package struct FeatureMap: Equatable, Sendable {
  package enum Block: Sendable { case weights, logWeights, mde }

  package var blocks: [Block]
  package var domains: [String]
  package var sets: [String]
  /// log(λ + floor): finite where a domain is absent.
  package var logFloor: Double

  package init(_ blocks: [Block], domains: [String], sets: [String], logFloor: Double) {
    (self.blocks, self.domains, self.sets) = (blocks, domains, sets)
    self.logFloor = logFloor
  }

  package var names: [String] {
    blocks.flatMap { block in
      switch block {
      case .weights: domains.map { "weight:\($0)" }
      case .logWeights: domains.map { "logWeight:\($0)" }
      case .mde: sets.map { "mde:\($0)" }
      }
    }
  }

  /// - Parameters:
  ///   - weights: λ, by domain.
  ///   - mde: the MDE losses at λ, by set.
  package func values(weights: [Double], mde: [Double]) -> [Double] {
    blocks.flatMap { block in
      switch block {
      case .weights: weights
      case .logWeights: weights.map { log($0 + logFloor) }
      case .mde: mde
      }
    }
  }
}

/// Linear models of the loss of every evaluation set, in one feature map.
package struct LinearRegressor: Sendable {
  package let map: FeatureMap
  /// By set.
  package let intercepts: [Double]
  /// (sets, features).
  package let coefficients: [[Double]]

  package init(map: FeatureMap, intercepts: [Double], coefficients: [[Double]]) {
    (self.map, self.intercepts, self.coefficients) = (map, intercepts, coefficients)
  }

  package func predict(weights: [Double], mde: [Double]) -> [Double] {
    let values = map.values(weights: weights, mde: mde)
    return intercepts.indices.map { j in
      zip(coefficients[j], values).reduce(intercepts[j]) { $0 + ($1.0 == 0 ? 0 : $1.0 * $1.1) }
    }
  }
}

extension LinearRegressor {
  /// The model of one evaluation set as it is written: zero coefficients are left out.
  package func model(_ set: Int) -> RegressorFile.LinearModel {
    let pairs = zip(map.names, coefficients[set]).filter { $0.1 != 0 }
    return RegressorFile.LinearModel(
      intercept: intercepts[set], coefficients: Dictionary(uniqueKeysWithValues: pairs))
  }

  /// Reads a family back; nil if a coefficient belongs to no known feature or a set has no model.
  package init?(
    _ family: RegressorFile.Family, domains: [String], sets: [String], logFloor: Double
  ) {
    let map = FeatureMap(
      [.weights, .logWeights, .mde], domains: domains, sets: sets, logFloor: logFloor)
    let names = map.names
    var (intercepts, rows): ([Double], [[Double]]) = ([], [])
    for set in sets {
      guard let model = family.models[set], Set(model.coefficients.keys).isSubset(of: names) else {
        return nil
      }
      intercepts.append(model.intercept)
      rows.append(names.map { model.coefficients[$0] ?? 0 })
    }
    self.init(map: map, intercepts: intercepts, coefficients: rows)
  }
}
