package import Formats

/// A weighted mean of losses: Σ_j weight_j · loss_j over evaluation sets.
package struct MeanObjective: Codable, Equatable, Sendable {
  package var name: String
  /// The weight of each evaluation set, by its name.
  package var weights: [String: Double]

  package init(name: String, weights: [String: Double]) {
    (self.name, self.weights) = (name, weights)
  }

  /// Creates the mean of `sets`, which all count the same.
  package init(name: String, meanOf sets: [String]) {
    self.init(
      name: name, weights: NameIndex(sets).dictionary(sets.map { _ in 1 / Double(sets.count) }))
  }
}

extension MeanObjective {
  /// The end of an objective's name that is of what scores fall short by.
  package static let shortfall = "/shortfall"

  /// What the objective is measured in.
  package var unit: String { objectiveUnit(name) }
  package var shortUnit: String { objectiveUnit(name, isShort: true) }
}

extension Objective {
  package var unit: String { objectiveUnit(name) }
  package var shortUnit: String { objectiveUnit(name, isShort: true) }
}

private func objectiveUnit(_ name: String, isShort: Bool = false) -> String {
  if name.hasSuffix(MeanObjective.shortfall) { return "below the highest score" }
  if name.hasSuffix(EvaluationSets.perByte) { return "bits per byte" }
  return isShort ? "nats" : "nats per token"
}

/// The function to minimise: the largest of criteria Σ_j weight_j · loss_j over evaluation sets.
package struct Objective: Codable, Hashable, Sendable {
  package var name: String
  /// The weights of each criterion, by evaluation set; a set that is not named does not count.
  package var criteria: [[String: Double]]

  package init(name: String, criteria: [[String: Double]]) {
    (self.name, self.criteria) = (name, criteria)
  }

  package init(_ mean: MeanObjective) { self.init(name: mean.name, criteria: [mean.weights]) }

  /// Returns the weights in the order of `sets`, (criteria, sets).
  package func rows(over sets: NameIndex) -> [[Double]] {
    criteria.map { sets.vector($0, absent: 0) }
  }

  /// Returns the largest criterion of `losses`, which are in the order of `sets`.
  ///
  /// It is NaN where a loss that counts is missing.
  package func value(_ losses: [Double], of sets: NameIndex) -> Double {
    guard criteria.allSatisfy({ $0.keys.allSatisfy { sets[$0] != nil } }) else { return .nan }
    let values = rows(over: sets).map { weights in
      zip(weights, losses).reduce(0) { $0 + ($1.0 == 0 ? 0 : $1.0 * $1.1) }
    }
    return values.contains { $0.isNaN } ? .nan : values.max() ?? .nan
  }

  /// Returns the largest criterion of `losses`, which are by evaluation set.
  ///
  /// It is NaN where a loss that counts is missing.
  package func value(_ losses: [String: Double]) -> Double {
    let values = criteria.map { criterion in
      criterion.sorted { $0.key < $1.key }
        .reduce(0) { $0 + $1.value * (losses[$1.key] ?? .nan) }
    }
    return values.contains { $0.isNaN } ? .nan : values.max() ?? .nan
  }
}
