import Formats
import Tasks
import Tokenization

/// The questions of a task as tokens.
struct Prompts {
  /// The passage of each candidate of each question.
  private(set) var passages: [[Passage]] = []
  /// The tokens that the model continues, of each question that has accepted answers; else nil.
  private(set) var generating: [[Int32]?] = []
  /// The numbers in their file, from 0, of the examples before each question, in order.
  private(set) var examples: [[Int]] = []
  /// Whether each question is too long for the model even without examples.
  private(set) var isTruncated: [Bool] = []

  private let options: TaskScorer.Options
  private let context: Int
  private let endOfText: Int32

  /// Encodes the questions of a task, with the examples before them.
  ///
  /// A question that is too long with its examples loses the first ones; one that is too long
  /// without any loses text on the left.
  ///
  /// - Throws: `EvaluationError` if there are not enough examples, a candidate has no tokens, or
  ///   the tokens to generate fill the context.
  init(
    _ set: TaskSet, _ options: TaskScorer.Options, context: Int, endOfText: Int32,
    _ tokenizer: Tokenizer
  ) throws(EvaluationError) {
    (self.options, self.context, self.endOfText) = (options, context, endOfText)
    if set.questions.contains(where: { !$0.accepted.isEmpty }) {
      guard options.maxNewTokens < context else {
        throw .noRoom(context: context, generated: options.maxNewTokens)
      }
    }
    var encoder = Encoder(tokenizer)
    let training = try options.fewShot.examples(of: set)
    for (number, question) in zip(set.numbers, set.questions) {
      var chosen = try training.indices(for: question, number: number)[...]
      while true {
        let start = training.text(chosen)
        guard let found = encode(question, after: start, &encoder) else {
          throw .noTokens(task: set.name, question: number + 1, path: set.path)
        }
        if found.fits || chosen.isEmpty {
          passages.append(found.passages)
          generating.append(found.prompt)
          examples.append(training.numbers(chosen))
          isTruncated.append(!found.fits)
          break
        }
        chosen.removeFirst()
      }
    }
  }

  /// One question as tokens.
  private struct Encoded {
    var passages: [Passage]
    var prompt: [Int32]?
    var fits: Bool
  }

  /// The tokens of a question after the examples `start`, or nil if a candidate has none.
  private func encode(
    _ question: Question, after start: String, _ encoder: inout Encoder
  ) -> Encoded? {
    var passages: [Passage] = []
    for candidate in question.candidates {
      let prompt = start + candidate.prompt
      let passage = Passage(
        endOfText: endOfText, prompt: prompt, text: joined(prompt, candidate.answer)
      ) { encoder.encode($0) }
      guard let passage else { return nil }
      passages.append(passage)
    }
    var fits = passages.allSatisfy { !$0.isTruncated(context: context) }
    guard !question.accepted.isEmpty, let candidate = question.candidates.first else {
      return Encoded(passages: passages, fits: fits)
    }
    // White space at the end belongs to what follows, as for a choice.
    let text = String((start + candidate.prompt).trimmingEnd(while: \.isWhitespace))
    let prompt = [endOfText] + encoder.encode(text)
    let room = context - options.maxNewTokens
    if prompt.count > room { fits = false }
    return Encoded(passages: passages, prompt: prompt.suffix(room), fits: fits)
  }
}
