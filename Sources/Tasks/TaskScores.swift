package import Formats
package import Storage

/// How one model answers the questions of tasks: `.jsonl`, format `mde.taskscores`.
///
/// The first line is the header, then one line for each task.
package enum TaskScores {
  package static let format = "mde.taskscores"
  package static let version = 2

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
    /// Examples before a question.
    package var shots: Int
    /// Of the questions, those with text that was longer than the model's context and was cut on the left.
    package var truncated: Int
    /// Examples that were left out because a question was too long with them, of all questions.
    package var droppedExamples: Int
    /// By normalization; nil if no question has two choices or more.
    package var accuracy: [String: MeanEstimate]?
    /// The accuracy of a guess among the choices.
    package var chance: Double?
    /// Of questions with one choice: how often greedy decoding writes it.
    package var greedy: MeanEstimate?
    /// Of questions with accepted answers: how often the model writes one of them.
    package var exactMatch: MeanEstimate?
    /// Of the same: the mean of the words shared with the closest accepted answer, as F1.
    package var f1: MeanEstimate?
    /// The loss of the right answers, given their contexts.
    package var answerLoss: MeasuredLoss

    package init(
      task: String, questions: Int, shots: Int, truncated: Int, droppedExamples: Int,
      accuracy: [String: MeanEstimate]?, chance: Double?, greedy: MeanEstimate?,
      exactMatch: MeanEstimate?, f1: MeanEstimate?, answerLoss: MeasuredLoss
    ) {
      (self.task, self.questions, self.shots) = (task, questions, shots)
      (self.truncated, self.droppedExamples) = (truncated, droppedExamples)
      (self.accuracy, self.chance, self.greedy) = (accuracy, chance, greedy)
      (self.exactMatch, self.f1, self.answerLoss) = (exactMatch, f1, answerLoss)
    }
  }

  /// One question, for `--details`.
  package struct Detail: Codable, Equatable, Sendable {
    package struct Choice: Codable, Equatable, Sendable {
      /// log p(answer | prompt) in nats.
      package var logProb: Double
      package var tokens: Int
      package var bytes: Int
      /// Whether greedy decoding writes it after the prompt.
      package var isGreedy: Bool
      /// log p(answer | unconditional prompt) in nats, if it was asked for.
      package var unconditional: Double?

      package init(
        logProb: Double, tokens: Int, bytes: Int, isGreedy: Bool = false,
        unconditional: Double? = nil
      ) {
        (self.logProb, self.tokens, self.bytes) = (logProb, tokens, bytes)
        (self.isGreedy, self.unconditional) = (isGreedy, unconditional)
      }
    }

    /// What the model wrote for a question with accepted answers.
    package struct Generation: Codable, Equatable, Sendable {
      package var text: String
      package var isExactMatch: Bool
      package var f1: Double

      package init(text: String, isExactMatch: Bool, f1: Double) {
        (self.text, self.isExactMatch, self.f1) = (text, isExactMatch, f1)
      }
    }

    package var task: String
    /// Counted from 1 within the task.
    package var question: Int
    /// The examples before it, in order: questions of the training file, counted from 1.
    package var examples: [Int]
    package var choices: [Choice]
    package var answer: Int
    /// The choice each normalization prefers.
    package var predictions: [String: Int]
    package var generation: Generation?
    package var isTruncated: Bool

    package init(
      task: String, question: Int, examples: [Int], choices: [Choice], answer: Int,
      predictions: [String: Int], generation: Generation?, isTruncated: Bool
    ) {
      (self.task, self.question, self.examples) = (task, question, examples)
      (self.choices, self.answer, self.predictions) = (choices, answer, predictions)
      (self.generation, self.isTruncated) = (generation, isTruncated)
    }
  }
}

extension TaskScores.Row {
  /// The one number that stands for the task, from 0 to 1: the exact matches of what the model writes, or the
  /// accuracy among choices, by `normalization` where it was computed, or how often the answer is greedy.
  package func score(
    by normalization: String
  ) -> (name: String, value: Double, standardError: Double?)? {
    let (name, found): (String, MeanEstimate?) =
      if let exactMatch {
        ("exact match", exactMatch)
      } else if let accuracy {
        ("accuracy \(normalization)", accuracy[normalization])
      } else {
        ("greedy", greedy)
      }
    return found.map { (name, $0.mean, $0.standardError) }
  }
}

/// A file of task scores.
package struct TaskScoresFile: Sendable {
  package let path: String
  package let header: TaskScores.Header
  package let rows: [TaskScores.Row]

  package init(_ path: String) throws(FileError) {
    let reader = try LineReader(path)
    guard let first = try reader.next() else { throw .content(path: path, problem: "is empty") }
    self.path = path
    header = try decodeArtifact(
      TaskScores.Header.self, from: first.bytes, as: TaskScores.format,
      version: TaskScores.version, path: path, place: "line 1")
    var rows: [TaskScores.Row] = []
    while let line = try reader.next() {
      rows.append(
        try JSON.decode(
          TaskScores.Row.self, from: line.bytes, path: path, place: "line \(line.number)"))
    }
    self.rows = rows
  }
}
