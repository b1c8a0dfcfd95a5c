package import Formats
package import Storage

/// The scores of one model on the questions of tasks: `.jsonl`, format `mde.taskscores`.
///
/// The first line is the header; then comes one line for each task.
package enum TaskScores {
  package static let format = "mde.taskscores"
  package static let version = 2

  package struct Header: Codable, Equatable, Sendable {
    package var provenance: Provenance
    /// The SHA-256 of the tokenizer.json.
    package var tokenizer: String
    package var model: LogProbHeader.Model

    package init(provenance: Provenance, tokenizer: String, model: LogProbHeader.Model) {
      (self.provenance, self.tokenizer, self.model) = (provenance, tokenizer, model)
    }
  }

  /// The scores on one task.
  package struct Row: Codable, Equatable, Sendable {
    package var task: String
    /// The number of questions that were asked.
    package var questions: Int
    /// The number of examples before a question.
    package var shots: Int
    /// The number of questions that were cut on the left, to fit the model's context.
    package var truncated: Int
    /// The number of examples left out because questions were too long with them.
    package var droppedExamples: Int
    /// The accuracy by normalization; nil if no question has two choices or more.
    package var accuracy: [String: MeanEstimate]?
    /// The accuracy of a guess among the choices; nil if no question has two choices or more.
    package var chance: Double?
    /// The share of questions with one choice whose choice greedy decoding writes; nil if none.
    package var greedy: MeanEstimate?
    /// The share of questions with accepted answers to which the model writes one; nil if none.
    package var exactMatch: MeanEstimate?
    /// The mean F1 of the words that the model writes and the closest accepted answer; nil if none.
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

  /// The scores of one question, for `--details`.
  package struct Detail: Codable, Equatable, Sendable {
    package struct Choice: Codable, Equatable, Sendable {
      /// The log-probability of the answer given the prompt, in nats.
      package var logProb: Double
      package var tokens: Int
      package var bytes: Int
      /// Whether greedy decoding writes the answer after the prompt.
      package var isGreedy: Bool
      /// The log-probability of the answer given the unconditional prompt, in nats, if asked for.
      package var unconditional: Double?

      package init(
        logProb: Double, tokens: Int, bytes: Int, isGreedy: Bool = false,
        unconditional: Double? = nil
      ) {
        (self.logProb, self.tokens, self.bytes) = (logProb, tokens, bytes)
        (self.isGreedy, self.unconditional) = (isGreedy, unconditional)
      }
    }

    /// The text that the model wrote for a question with accepted answers.
    package struct Generation: Codable, Equatable, Sendable {
      package var text: String
      package var isExactMatch: Bool
      package var f1: Double

      package init(text: String, isExactMatch: Bool, f1: Double) {
        (self.text, self.isExactMatch, self.f1) = (text, isExactMatch, f1)
      }
    }

    package var task: String
    /// The number of the question within the task, counted from 1.
    package var question: Int
    /// The numbers in the training file, counted from 1, of the examples before it, in order.
    package var examples: [Int]
    package var choices: [Choice]
    /// The index of the right choice.
    package var answer: Int
    /// The index of the choice that each normalization prefers.
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
  /// The one number, from 0 to 1, that stands for the task, with its name.
  ///
  /// It is the share of exact matches, if the model writes answers; else the accuracy among choices
  /// by `normalization`; else the share of greedy answers. It is nil if that was not computed.
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

/// A file of the scores of every question, as `--details` writes it.
package struct TaskDetailsFile: Sendable {
  package let header: TaskScores.Header
  package let details: [TaskScores.Detail]

  /// Reads the scores at `path`.
  ///
  /// - Throws: `FileError` if they cannot be read, or are of another format.
  package init(_ path: String) throws(FileError) {
    (header, details) = try readScores(path, TaskScores.Detail.self)
  }
}

/// A file of task scores.
package struct TaskScoresFile: Sendable {
  package let path: String
  package let header: TaskScores.Header
  package let rows: [TaskScores.Row]

  /// Reads the scores at `path`.
  ///
  /// - Throws: `FileError` if they cannot be read, or are of another format.
  package init(_ path: String) throws(FileError) {
    self.path = path
    (header, rows) = try readScores(path, TaskScores.Row.self)
  }
}

/// Returns the header and the lines after it.
private func readScores<Line: Decodable>(
  _ path: String, _ type: Line.Type
) throws(FileError) -> (TaskScores.Header, [Line]) {
  let reader = try LineReader(path)
  guard let first = try reader.next() else { throw .content(path: path, problem: "is empty") }
  let header = try decodeArtifact(
    TaskScores.Header.self, from: first.bytes, as: TaskScores.format,
    version: TaskScores.version, path: path, place: "line 1")
  var lines: [Line] = []
  while let line = try reader.next() {
    lines.append(
      try JSON.decode(type, from: line.bytes, path: path, place: "line \(line.number)"))
  }
  return (header, lines)
}
