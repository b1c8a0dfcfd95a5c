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
    case .sum: return choice.logProb
    case .perToken: return choice.logProb / Double(choice.tokens)
    case .perByte: return choice.logProb / Double(choice.bytes)
    case .unconditional:
      guard let unconditional = choice.unconditional else {
        preconditionFailure("a choice without its unconditional log-probability")
      }
      return choice.logProb - unconditional
    }
  }

  /// The choice with the highest score, the first of equals; of a single one that one, without a score.
  package func prediction(_ choices: [TaskScores.Detail.Choice]) -> Int {
    var best = 0
    for index in choices.indices.dropFirst()
    where score(of: choices[index]) > score(of: choices[best]) { best = index }
    return best
  }
}
