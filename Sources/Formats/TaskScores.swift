/// How one model answers multiple-choice tasks: `.jsonl`, format `mde.taskscores`.
///
/// The first line is the header, then one line for each task.
package enum TaskScores {
  package static let format = "mde.taskscores"
  package static let version = 1

  package struct Header: Codable, Equatable, Sendable {
    package var provenance: Provenance
    /// SHA-256 of the tokenizer.json.
    package var tokenizer: String
    package var model: LogProbHeader.Model

    package init(provenance: Provenance, tokenizer: String, model: LogProbHeader.Model) {
      (self.provenance, self.tokenizer, self.model) = (provenance, tokenizer, model)
    }
  }

  package struct Row: Codable, Equatable, Sendable {
    package var task: String
    package var questions: Int
    /// Of them, those with text that was longer than the model's context and was cut on the left.
    package var truncated: Int
    /// By normalization: `sum`, `perToken`, `perByte`; nil if no question has two choices or more.
    package var accuracy: [String: Proportion]?
    /// The accuracy of a guess among the choices.
    package var chance: Double?
    /// The loss of the right answers, given their contexts.
    package var answerLoss: MeasuredLoss

    package init(
      task: String, questions: Int, truncated: Int, accuracy: [String: Proportion]?,
      chance: Double?, answerLoss: MeasuredLoss
    ) {
      (self.task, self.questions, self.truncated) = (task, questions, truncated)
      (self.accuracy, self.chance, self.answerLoss) = (accuracy, chance, answerLoss)
    }
  }

  /// A share of questions, and how well it is known.
  package struct Proportion: Codable, Equatable, Sendable {
    package var mean: Double
    /// nil for fewer than two questions.
    package var standardError: Double?

    package init(mean: Double, standardError: Double?) {
      (self.mean, self.standardError) = (mean, standardError)
    }
  }

  /// One question, for `--details`.
  package struct Detail: Codable, Equatable, Sendable {
    package struct Choice: Codable, Equatable, Sendable {
      /// log p(answer | prompt) in nats.
      package var logProb: Double
      package var tokens: Int
      package var bytes: Int

      package init(logProb: Double, tokens: Int, bytes: Int) {
        (self.logProb, self.tokens, self.bytes) = (logProb, tokens, bytes)
      }
    }

    package var task: String
    /// Counted from 1 within the task.
    package var question: Int
    package var choices: [Choice]
    package var answer: Int
    /// The choice each normalization prefers.
    package var predictions: [String: Int]
    package var isTruncated: Bool

    package init(
      task: String, question: Int, choices: [Choice], answer: Int, predictions: [String: Int],
      isTruncated: Bool
    ) {
      (self.task, self.question, self.choices) = (task, question, choices)
      (self.answer, self.predictions, self.isTruncated) = (answer, predictions, isTruncated)
    }
  }
}
