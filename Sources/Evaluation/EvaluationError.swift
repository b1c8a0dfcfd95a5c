package import Storage

/// Why a model could not be asked.
package enum EvaluationError: ReportableError, Equatable {
  case file(FileError)
  /// The tokenizer beside the model has ids that the model does not.
  case vocabulary(tokenizer: String, ids: Int, model: Int)
  /// Neither config.json nor tokenizer.json says which token ends a text.
  case noEndOfText(model: String)
  /// An answer of a question has no tokens of its own.
  case noTokens(task: String, question: Int, path: String)
  /// No question of a task falls into a split.
  case emptySplit(task: String, split: String, path: String)
  /// A task has no training questions.
  case noExamples(task: String, path: String)
  /// A task has fewer training questions beside the one asked than examples are wanted.
  case fewExamples(task: String, count: Int, shots: Int, path: String)
  /// The tokens to generate leave no room for a prompt in the context.
  case noRoom(context: Int, generated: Int)
  /// A log-probability is not a finite number.
  case notFinite(task: String, question: Int, path: String)

  package var kind: FailureKind {
    switch self {
    case .file(let error): error.kind
    case .vocabulary, .noEndOfText, .noTokens, .emptySplit, .noExamples, .fewExamples, .noRoom:
      .badData
    case .notFinite: .computation
    }
  }

  package var message: String {
    switch self {
    case .file(let error): error.message
    case .vocabulary(let tokenizer, let ids, let model):
      "\(tokenizer): has \(ids) ids, but the model only \(model); "
        + "put the model's own tokenizer beside it"
    case .noEndOfText(let model):
      "\(model): eos_token_id: is not given; name the token that ends a text"
    case .noTokens(let task, let question, let path):
      "\(path): \(task) question \(question): a choice has no tokens in this vocabulary"
    case .emptySplit(let task, let split, let path):
      "\(path): no question of \(task) falls into its \(split) split; "
        + "change --test-fraction, or leave the task out"
    case .noExamples(let task, let path):
      "\(path): has no questions of \(task) for examples; give its training file"
    case .fewExamples(let task, let count, let shots, let path):
      "\(path): \(task): has \(count) questions beside the one asked, "
        + "and \(shots) examples are wanted"
    case .noRoom(let context, let generated):
      "the model has a context of \(context) tokens, which \(generated) generated ones fill; "
        + "generate fewer"
    case .notFinite(let task, let question, let path):
      "\(path): \(task) question \(question): a log-probability is not finite; "
        + "is the model damaged?"
    }
  }
}
