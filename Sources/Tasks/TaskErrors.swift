import Formats
package import Mixtures
package import Storage

extension ObservedRun {
  /// A trained model whose losses are its errors on tasks, 1 − score, from a file of task scores.
  ///
  /// - Parameter normalization: The normalization of accuracy among choices.
  /// - Throws: `FileError` if the file cannot be read, or does not say the mixture or such a score.
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
