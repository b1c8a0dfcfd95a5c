package import Formats

/// How the log-probabilities of choices of different length are made comparable.
package enum Normalization: String, CaseIterable, Sendable {
  /// log p(answer | prompt), as it is.
  case sum
  /// Divided by the answer's tokens.
  case perToken
  /// Divided by the answer's UTF-8 bytes, which do not depend on the tokenizer.
  case perByte
  /// Less log p(answer | a prompt that asks nothing): what the prompt says for the answer.
  ///
  /// Source: Brown et al. 2020, arXiv:2005.14165, section 2.4.
  case unconditional

  package func score(of choice: TaskScores.Detail.Choice) -> Double {
    switch self {
    case .sum: choice.logProb
    case .perToken: choice.logProb / Double(choice.tokens)
    case .perByte: choice.logProb / Double(choice.bytes)
    case .unconditional: choice.logProb - (choice.unconditional ?? 0)
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
