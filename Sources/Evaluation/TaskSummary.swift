package import Formats
import Mixtures

extension TaskScores.Row {
  /// The scores of the questions of one task.
  ///
  /// A question with one choice has no wrong answer: it counts in the loss, not in the accuracy.
  package init(task: String, _ questions: [TaskScores.Detail]) {
    let choosing = questions.filter { $0.choices.count > 1 }
    var loss = LossSum()
    for question in questions {
      let right = question.choices[question.answer]
      loss.add(nats: -right.logProb, tokens: right.tokens, bytes: right.bytes)
    }
    self.init(
      task: task, questions: questions.count,
      truncated: questions.count { $0.isTruncated },
      accuracy: choosing.isEmpty ? nil : Self.accuracies(choosing),
      chance: choosing.isEmpty
        ? nil
        : choosing.reduce(0) { $0 + 1 / Double($1.choices.count) } / Double(choosing.count),
      answerLoss: MeasuredLoss(
        nats: loss.mean, bitsPerByte: loss.bitsPerByte, standardError: loss.standardError))
  }

  private static func accuracies(
    _ questions: [TaskScores.Detail]
  ) -> [String: TaskScores.Proportion] {
    Dictionary(
      uniqueKeysWithValues: Normalization.allCases.map { rule in
        let right = questions.count { $0.predictions[rule.rawValue] == $0.answer }
        return (rule.rawValue, TaskScores.Proportion(right, of: questions.count))
      })
  }
}

extension TaskScores.Proportion {
  /// `hits` of `count` independent draws, with the standard error √(p(1−p)/(n−1)).
  package init(_ hits: Int, of count: Int) {
    precondition(count > 0 && 0...count ~= hits, "\(hits) of \(count)")
    let mean = Double(hits) / Double(count)
    self.init(
      mean: mean,
      standardError: count > 1 ? (mean * (1 - mean) / Double(count - 1)).squareRoot() : nil)
  }
}
