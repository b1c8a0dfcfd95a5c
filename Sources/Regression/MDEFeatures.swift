package import Formats
package import Storage

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

extension ObservedRun {
  /// A trained model whose losses are its errors on tasks, 1 − score, from a file of task scores.
  ///
  /// - Parameter normalization: of accuracy among choices.
  package init(taskScores path: String, normalization: String) throws(FileError) {
    let file = try TaskScoresFile(path)
    guard let weights = file.header.model.weights else {
      throw .content(path: path, problem: "its model does not say what mixture it was trained on")
    }
    var errors: [String: MeasuredLoss] = [:]
    for row in file.rows {
      guard let score = row.score(by: normalization) else {
        throw .content(path: path, place: row.task, problem: "has no accuracy by \(normalization)")
      }
      errors[row.task] = MeasuredLoss(nats: 1 - score.value)
    }
    do {
      self.init(
        id: file.header.model.id, mixture: try Mixture(weights), losses: errors,
        epochs: file.header.model.epochs)
    } catch { throw error.at(path, "model \(file.header.model.id)") }
  }
}
