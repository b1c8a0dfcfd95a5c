import Formats
import Mixtures
import Storage

/// The columns of a feature table that a regression sees.
package enum MDEFeatures: Equatable, Sendable {
  /// The MDE loss of every evaluation set, under its name.
  case losses
  /// The answers of the mixture of experts to the questions of every end task, by the score of a
  /// choice that `normalization` names: `TASK` is the share of wrong answers, `TASK margin` the
  /// lead of the right answer over the best wrong one, `TASK nats` the surprisal of the right
  /// answer.
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
