/// A way of making the log-probabilities of choices of different length comparable.
package enum Normalization: String, CaseIterable, Sendable {
  /// The score is log p(answer | prompt), as it is.
  case sum
  /// The score is log p(answer | prompt), divided by the number of the answer's tokens.
  case perToken
  /// The score is log p(answer | prompt), divided by the number of the answer's UTF-8 bytes.
  ///
  /// Unlike the tokens, they do not depend on the tokenizer.
  case perByte
  /// The score is log p(answer | prompt), less log p(answer | a prompt that asks nothing).
  ///
  /// It says how much likelier the prompt makes the answer.
  /// Source: Brown et al. 2020, arXiv:2005.14165, section 2.4.
  case unconditional

  /// The score of a choice.
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

  /// The index of the choice with the highest score, the first of equals.
  ///
  /// A single choice is taken without computing its score.
  package func prediction(_ choices: [TaskScores.Detail.Choice]) -> Int {
    var best = 0
    for index in choices.indices.dropFirst()
    where score(of: choices[index]) > score(of: choices[best]) { best = index }
    return best
  }
}
