package import Formats

/// How the log-probabilities of choices of different length are made comparable.
package enum Normalization: String, CaseIterable, Sendable {
  /// log p(answer | prompt), as it is.
  case sum
  /// Divided by the answer's tokens.
  case perToken
  /// Divided by the answer's UTF-8 bytes, which do not depend on the tokenizer.
  case perByte

  package func score(of choice: TaskScores.Detail.Choice) -> Double {
    switch self {
    case .sum: choice.logProb
    case .perToken: choice.logProb / Double(choice.tokens)
    case .perByte: choice.logProb / Double(choice.bytes)
    }
  }

  /// The choice with the highest score, the first of equals.
  package func prediction(_ choices: [TaskScores.Detail.Choice]) -> Int {
    var best = 0
    for index in choices.indices where score(of: choices[index]) > score(of: choices[best]) {
      best = index
    }
    return best
  }
}

extension TaskScores.Detail {
  /// Question number `question` of `task`, with the prediction of each normalization.
  package init(
    task: String, question: Int, choices: [Choice], answer: Int, isTruncated: Bool
  ) {
    self.init(
      task: task, question: question, choices: choices, answer: answer,
      predictions: Dictionary(
        uniqueKeysWithValues: Normalization.allCases.map {
          ($0.rawValue, $0.prediction(choices))
        }), isTruncated: isTruncated)
  }
}
