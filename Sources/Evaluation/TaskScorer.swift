package import Formats
package import Kernels
import Tokenization
import Transformer

/// A model with its own tokenizer, which answers questions.
package struct TaskScorer: Sendable {
  private let parameters: Parameters
  private let tokenizer: Tokenizer
  private let endOfText: Int32

  package var precision: Precision { parameters.precision }
  /// SHA-256 of the tokenizer.json.
  package var tokenizerDigest: String { tokenizer.sha256 }

  /// Reads `config.json`, `model.safetensors` and `tokenizer.json` from `folder`.
  package init(folder: String, precision: Precision) throws {
    parameters = try Parameters(folder: folder, precision: precision)
    let path = folder + "/tokenizer.json"
    tokenizer = try Tokenizer(TokenizerFile(path))
    guard tokenizer.vocabularySize <= parameters.config.vocabulary else {
      throw EvaluationError.vocabulary(
        tokenizer: path, ids: tokenizer.vocabularySize, model: parameters.config.vocabulary)
    }
    guard let endOfText = parameters.config.endOfText else {
      throw EvaluationError.noEndOfText(model: folder + "/config.json")
    }
    self.endOfText = endOfText
  }

  /// The log-probability of every choice of every question.
  package func score(
    _ set: TaskSet, pool: WorkerPool, progress: (Int, Int) -> Void = { _, _ in }
  ) throws(EvaluationError) -> [TaskScores.Detail] {
    let passages = try passages(of: set)
    let logProbs = parameters.logProbs(
      of: passages.flatMap(\.self), pool: pool, progress: progress)
    var details: [TaskScores.Detail] = []
    var next = logProbs.startIndex
    for (index, question) in set.questions.enumerated() {
      var choices: [TaskScores.Detail.Choice] = []
      for (candidate, passage) in zip(question.candidates, passages[index]) {
        let logProb = logProbs[next]
        next += 1
        guard logProb.isFinite else {
          throw .notFinite(task: set.name, question: index + 1, path: set.path)
        }
        choices.append(
          .init(logProb: logProb, tokens: passage.scored, bytes: candidate.answer.utf8.count))
      }
      details.append(
        TaskScores.Detail(
          task: set.name, question: index + 1, choices: choices, answer: question.correct,
          isTruncated: passages[index].contains {
            $0.isTruncated(context: parameters.config.context)
          }))
    }
    return details
  }

  /// One passage for each candidate of each question.
  private func passages(of set: TaskSet) throws(EvaluationError) -> [[Passage]] {
    var encoder = Encoder(tokenizer)
    var passages: [[Passage]] = []
    for (index, question) in set.questions.enumerated() {
      var ofQuestion: [Passage] = []
      for candidate in question.candidates {
        let passage = Passage(endOfText: endOfText, candidate) { encoder.encode($0) }
        guard let passage else {
          throw .noTokens(task: set.name, question: index + 1, path: set.path)
        }
        ofQuestion.append(passage)
      }
      passages.append(ofQuestion)
    }
    return passages
  }
}
