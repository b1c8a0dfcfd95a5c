import Formats
import Tasks
import Tokenization

/// The questions of a task as tokens.
struct Prompts {
  /// One passage for each candidate of each question.
  private(set) var passages: [[Passage]] = []
  /// Of questions with accepted answers: the tokens that are continued.
  private(set) var generating: [[Int32]?] = []
  /// Training questions before each question, in order: which they are in their file, from 0.
  private(set) var examples: [[Int]] = []
  /// Whether a question, without examples, is too long for the model.
  private(set) var isTruncated: [Bool] = []

  private let options: TaskScorer.Options
  private let context: Int
  private let endOfText: Int32

  /// A question that is too long with its examples loses the first ones; without any, text on the left.
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

  private struct Encoded {
    var passages: [Passage]
    var prompt: [Int32]?
    var fits: Bool
  }

  /// - Returns: nil if a candidate has no tokens.
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
