import Formats
import Mixtures
import Storage

/// What a regression sees of a feature table.
package enum MDEFeatures: Equatable, Sendable {
  /// The MDE loss of every evaluation set, under its name.
  case losses
  /// How the mixture of experts answers the questions of every end task, by the score of a choice that
  /// `normalization` names: `TASK`, the share of wrong answers; `TASK margin`; `TASK nats`.
  case answers(normalization: String)

  func values(_ row: FeatureTable.Row) -> [String: Double] {
    switch self {
    case .losses: return row.features.mapValues(\.nats)
    case .answers(let normalization):
      var values: [String: Double] = [:]
      for (task, scores) in row.choices ?? [:] {
        guard let score = scores[normalization] else { continue }
        values[task] = 1 - score.accuracy
        values["\(task) margin"] = score.margin
        values["\(task) nats"] = score.nats
      }
      return values
    }
  }
}
