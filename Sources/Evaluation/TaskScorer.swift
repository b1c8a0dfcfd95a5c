import Formats
package import Kernels
package import Parallel
import Storage
package import Tasks
import Tokenization
import Transformer

/// A model with its own tokenizer, which answers questions.
package struct TaskScorer: Sendable {
  /// How questions are asked and scored.
  package struct Options: Sendable {
    package var fewShot = FewShot.none
    package var normalizations = Normalization.allCases
    /// The text before a choice for `Normalization.unconditional`.
    package var unconditionalPrompt = "Answer:"
    /// The texts before the first of which a generated answer ends.
    package var stops = ["\n"]
    /// The most tokens of a generated answer.
    package var maxNewTokens = 32

    package init() {}
  }

  private let parameters: Parameters
  private let tokenizer: Tokenizer
  private let endOfText: Int32

  package var precision: Precision { parameters.precision }
  /// The SHA-256 of the tokenizer.json.
  package var tokenizerDigest: String { tokenizer.sha256 }

  /// Reads `config.json`, `model.safetensors` and `tokenizer.json` from `folder`.
  ///
  /// - Throws: `FileError` or `TokenizationError` if a file is not supported, `EvaluationError` if
  ///   the tokenizer is not the model's, or nothing says which token ends a text.
  package init(folder: String, precision: Precision) throws {
    parameters = try Parameters(folder: folder, precision: precision)
    let path = folder + "/tokenizer.json"
    tokenizer = try Tokenizer(TokenizerFile(path))
    guard tokenizer.vocabularySize <= parameters.config.vocabularySize else {
      throw EvaluationError.vocabulary(
        tokenizer: path, ids: tokenizer.vocabularySize, model: parameters.config.vocabularySize)
    }
    guard let endOfText = parameters.config.endOfText else {
      throw EvaluationError.noEndOfText(model: folder + "/config.json")
    }
    self.endOfText = endOfText
  }

  /// The model's answers to the questions of a task: log-probabilities of choices, and its own
  /// words.
  ///
  /// - Parameter progress: A closure that is told about how many choices of how many are done.
  /// - Throws: `EvaluationError` if there are not enough examples, a choice has no tokens, the
  ///   tokens to generate fill the context, or a log-probability is not finite.
  package func score(
    _ set: TaskSet, _ options: Options, pool: WorkerPool, progress: (Int, Int) -> Void = { _, _ in }
  ) throws(EvaluationError) -> [TaskScores.Detail] {
    let prompts = try Prompts(
      set, options, context: parameters.config.context, endOfText: endOfText, tokenizer)
    let scores = parameters.scores(of: prompts.passages, pool: pool, progress: progress)
    let unconditional =
      options.normalizations.contains(.unconditional)
      ? try unconditionalScores(of: set, options, pool: pool) : [:]
    let generated = generate(prompts, options, pool: pool)
    var details: [TaskScores.Detail] = []
    for (index, question) in set.questions.enumerated() {
      var choices: [TaskScores.Detail.Choice] = []
      for (choice, candidate) in question.candidates.enumerated() {
        let score = scores[index][choice]
        guard score.logProb.isFinite else {
          throw .notFinite(task: set.name, question: set.numbers[index] + 1, path: set.path)
        }
        choices.append(
          .init(
            logProb: score.logProb, tokens: prompts.passages[index][choice].scored,
            bytes: candidate.answer.utf8.count, isGreedy: score.isGreedy,
            unconditional: unconditional[candidate.answer]))
      }
      details.append(
        TaskScores.Detail(
          task: set.name, question: set.numbers[index] + 1,
          examples: prompts.examples[index].map { $0 + 1 },
          choices: choices, answer: question.correct,
          predictions: Dictionary(
            uniqueKeysWithValues: options.normalizations.map {
              ($0.rawValue, $0.prediction(choices))
            }),
          generation: generated[index].map { .init($0, accepted: question.accepted) },
          isTruncated: prompts.isTruncated[index]))
    }
    return details
  }

  /// The log-probability, after the unconditional prompt, of each answer of questions with choices.
  private func unconditionalScores(
    of set: TaskSet, _ options: Options, pool: WorkerPool
  ) throws(EvaluationError) -> [String: Double] {
    var encoder = Encoder(tokenizer)
    var places: [String: Int] = [:]
    var passages: [[Passage]] = []
    for (number, question) in zip(set.numbers, set.questions) where question.candidates.count > 1 {
      for answer in question.candidates.map(\.answer) where places[answer] == nil {
        let passage = Passage(
          endOfText: endOfText, prompt: options.unconditionalPrompt,
          text: joined(options.unconditionalPrompt, answer)
        ) { encoder.encode($0) }
        guard let passage else {
          throw .noTokens(task: set.name, question: number + 1, path: set.path)
        }
        places[answer] = passages.count
        passages.append([passage])
      }
    }
    let scores = parameters.scores(of: passages, pool: pool).map { $0[0].logProb }
    for (number, question) in zip(set.numbers, set.questions) {
      let found = question.candidates.compactMap { places[$0.answer] }
      guard found.allSatisfy({ scores[$0].isFinite }) else {
        throw .notFinite(task: set.name, question: number + 1, path: set.path)
      }
    }
    return places.mapValues { scores[$0] }
  }

  /// What the model writes after the prompt of each question with accepted answers; nil for others.
  private func generate(
    _ prompts: Prompts, _ options: Options, pool: WorkerPool
  ) -> [String?] {
    let asked = prompts.generating.indices.filter { prompts.generating[$0] != nil }
    guard !asked.isEmpty else { return prompts.generating.map { _ in nil } }
    let decoding = GreedyDecoding(
      parameters, prompts: asked.compactMap { prompts.generating[$0] },
      limit: options.maxNewTokens)
    let found = decoding.run(pool: pool) { _, tokens in written(tokens, options).isDone }
    var texts = [String?](repeating: nil, count: prompts.generating.count)
    for (index, tokens) in zip(asked, found) { texts[index] = written(tokens, options).text }
    return texts
  }

  /// The text of generated tokens up to the first stop, and whether there is one.
  private func written(_ tokens: [Int32], _ options: Options) -> (text: String, isDone: Bool) {
    let end = tokens.firstIndex(of: endOfText) ?? tokens.endIndex
    let text = String(decoding: tokenizer.decode(tokens[..<end]), as: UTF8.self)
    let stop = options.stops.compactMap { text.firstRange(of: $0)?.lowerBound }.min()
    return (String(text[..<(stop ?? text.endIndex)]), stop != nil || end < tokens.endIndex)
  }
}
