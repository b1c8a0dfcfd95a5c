import Experts
import Formats
package import Tasks

extension TaskScores.Row {
  /// Sums up the scores of the questions of one task.
  ///
  /// A question with one choice has no wrong answer. It counts in the loss, and in `greedy` unless
  /// the model was to write an answer itself, but not in the accuracy.
  ///
  /// - Parameter shots: The number of examples that each question should have had.
  package init(task: String, shots: Int, _ questions: [TaskScores.Detail]) {
    let choosing = questions.filter { $0.choices.count > 1 }
    let single = questions.filter { $0.choices.count == 1 && $0.generation == nil }
    let written = questions.compactMap(\.generation)
    var loss = LossSum()
    for question in questions {
      let right = question.choices[question.answer]
      loss.add(nats: -right.logProb, tokens: right.tokens, bytes: right.bytes)
    }
    self.init(
      task: task, questions: questions.count, shots: shots,
      truncated: questions.count { $0.isTruncated },
      droppedExamples: questions.reduce(0) { $0 + shots - $1.examples.count },
      accuracy: choosing.isEmpty ? nil : Self.accuracies(choosing),
      chance: choosing.isEmpty
        ? nil
        : choosing.reduce(0) { $0 + 1 / Double($1.choices.count) } / Double(choosing.count),
      greedy: .init(of: single.map { $0.choices[0].isGreedy ? 1 : 0 }),
      exactMatch: .init(of: written.map { $0.isExactMatch ? 1 : 0 }),
      f1: .init(of: written.map(\.f1)),
      answerLoss: MeasuredLoss(loss))
  }

  private static func accuracies(
    _ questions: [TaskScores.Detail]
  ) -> [String: MeanEstimate] {
    var accuracies: [String: MeanEstimate] = [:]
    for rule in Set(questions.flatMap(\.predictions.keys)) {
      accuracies[rule] = .init(of: questions.map { $0.predictions[rule] == $0.answer ? 1 : 0 })
    }
    return accuracies
  }
}
