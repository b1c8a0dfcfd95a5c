import Formats
package import Tasks
import Transformer

/// A sequence of tokens of which the last few are scored, each given all that stands before it.
package struct Passage: Equatable, Sendable {
  package var tokens: [Int32]
  /// The number of tokens at the end that are scored; at least one token stands before them.
  package var scored: Int

  package init(tokens: [Int32], scored: Int) {
    precondition(0 < scored && scored < tokens.count, "\(scored) of \(tokens.count) tokens")
    (self.tokens, self.scored) = (tokens, scored)
  }

  /// The passages that a model with room for `context` input tokens scores instead, in order.
  ///
  /// They are those of `ContextWindow.ofAnswer`.
  package func windows(context: Int) -> [Passage] {
    ContextWindow.ofAnswer(
      from: tokens.count - scored - 1, to: tokens.count - 1, context: context
    ).map { Passage(tokens: tokens[$0.start...$0.end], scored: $0.end - $0.scored) }
  }

  /// Whether a model with room for `context` input tokens sees less than the whole passage.
  package func isTruncated(context: Int) -> Bool { tokens.count > context + 1 }

  private init(tokens: ArraySlice<Int32>, scored: Int) {
    self.init(tokens: Array(tokens), scored: scored)
  }
}

extension Passage {
  /// Makes a passage of end of text, a prompt, and an answer, of which the answer is scored.
  ///
  /// Prompt and answer are encoded as one text, as a model has read them in training. The answer's
  /// tokens are those after the longest start that the text shares with the prompt encoded alone;
  /// so a token that spans the boundary is scored. White space at the end of the prompt belongs to
  /// the answer, because tokenizers join it to the word that follows.
  ///
  /// - Parameters:
  ///   - text: The prompt and the answer, joined.
  ///   - encode: The tokens of a text.
  /// - Returns: The passage, or nil if the answer has no tokens.
  package init?(
    endOfText: Int32, prompt: String, text: String, encode: (String) -> [Int32]
  ) {
    let whole = encode(text)
    let start = encode(String(prompt.trimmingEnd(while: \.isWhitespace)))
    let shared = zip(start, whole).prefix { $0 == $1 }.count
    guard shared < whole.count else { return nil }
    self.init(tokens: [endOfText] + whole, scored: whole.count - shared)
  }

  /// Makes the passage of a question's candidate, or returns nil if its answer has no tokens.
  package init?(
    endOfText: Int32, _ candidate: Question.Candidate, encode: (String) -> [Int32]
  ) {
    self.init(
      endOfText: endOfText, prompt: candidate.prompt,
      text: joined(candidate.prompt, candidate.answer), encode: encode)
  }
}
