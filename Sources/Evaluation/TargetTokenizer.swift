package import Formats
package import Parallel
import Storage
package import Tasks
package import Tokenization

/// A maker of token files of targets, which are evaluated and never learned from.
package struct TargetTokenizer {
  package struct Options: Sendable {
    /// The tokens of a split at most; a smaller target is divided into halves.
    package var tokens: Int
    /// The tokens that each split has to have.
    package var fewestTokens: Int
    package var flags: [String: String]

    package init(tokens: Int, fewestTokens: Int, flags: [String: String]) {
      (self.tokens, self.fewestTokens, self.flags) = (tokens, fewestTokens, flags)
    }
  }

  private let tokenizer: Tokenizer
  private let endOfText: Int32
  private let options: Options
  private let pool: WorkerPool

  package init(
    tokenizer: Tokenizer, endOfText: Int32, options: Options, pool: WorkerPool
  ) {
    (self.tokenizer, self.endOfText) = (tokenizer, endOfText)
    (self.options, self.pool) = (options, pool)
  }

  /// Writes `target/{validation,test}-000.tok.zst`, and the manifest after them, into `folder`.
  ///
  /// - Throws: `FileError` if a file cannot be read or written, or the target has too little text,
  ///   `EvaluationError` if no pair falls into a split.
  package func write(_ target: TargetFiles, to folder: String) throws -> TokenManifest {
    let path = "\(folder)/\(target.name)/manifest.json"
    // What is damaged is replaced.
    if isFile(path), let other = try? TokenManifest(path), other.kind != .target {
      throw FileError.content(
        path: path, problem: "is of a domain or a task; give the target another name")
    }
    let table = try DomainTable(text: "\(target.name)\tpath=*\n", path: target.name)
    let survey = HeldOutSurvey(
      .init(validation: options.tokens, test: options.tokens, share: 1), domains: table,
      tokenizer: tokenizer, pool: pool)
    var texts = 0
    let pairs = try forEachBatch(of: target) { documents in
      texts += documents.count
      survey.add(documents)
    }
    guard pairs.isEmpty || texts == 0 else {
      throw FileError.content(
        path: target.files[0],
        problem: "\(target.name) has \(texts) texts and \(pairs.count) prompts with answers; "
          + "make two targets of them")
    }
    guard !pairs.isEmpty || texts > 0 else {
      throw FileError.content(path: target.files[0], problem: "\(target.name) has no text")
    }
    return pairs.isEmpty
      ? try writeTexts(of: target, survey.plan(), table, to: folder)
      : try write(pairs, of: target, to: folder)
  }

  private func require(_ tokens: Int, of target: TargetFiles, _ what: String) throws(FileError) {
    guard tokens >= options.fewestTokens else {
      throw .content(
        path: target.files[0],
        problem: "\(target.name) has \(tokens) tokens \(what), fewer than "
          + "\(options.fewestTokens); give it more text, or lower --fewest-tokens")
    }
  }

  private func writeTexts(
    of target: TargetFiles, _ plan: HeldOutPlan, _ table: DomainTable, to folder: String
  ) throws -> TokenManifest {
    for (split, what) in [(Split.validation, "to validate with"), (.test, "to test with")] {
      try require(plan.domains[0].tokens[split] ?? 0, of: target, what)
    }
    var settings = ShardBuilder.Options(rule: .plan(plan), tokensPerShard: .max)
    (settings.splits, settings.kind) = ([.validation, .test], .target)
    (settings.folder, settings.isResumable) = (folder, false)
    (settings.tool, settings.flags) = (.tokenizeTargets, options.flags)
    let builder = try ShardBuilder(
      tokenizer: tokenizer, endOfText: endOfText, domains: table, corpusFiles: target.files,
      options: settings, pool: pool)
    _ = try forEachBatch(of: target) { (documents) throws(FileError) in
      try builder.add(documents)
    }
    return try builder.finish()[0]
  }

  /// Calls `body` with the texts of a target, and returns its prompts with answers.
  private func forEachBatch(
    of target: TargetFiles, _ body: ([Corpus.Document]) throws(FileError) -> Void
  ) throws(FileError) -> [Question] {
    var (batch, bytes, pairs): ([Corpus.Document], Int, [Question]) = ([], 0, [])
    try target.forEach { (document, file) throws(FileError) in
      switch document {
      case .text(let text):
        batch.append(Corpus.Document(domain: 0, file: file, text: text))
        bytes += text.count
      case .pair(let prompt, let answer):
        pairs.append(Question(candidates: [.init(prompt: prompt, answer: answer)], correct: 0))
      }
      guard bytes >= 1 << 22 else { return }
      try body(batch)
      (batch, bytes) = ([], 0)
    }
    try body(batch)
    return pairs
  }

  private func write(
    _ pairs: [Question], of target: TargetFiles, to folder: String
  ) throws -> TokenManifest {
    var encoder = Encoder(tokenizer)
    let tokens = pairs.reduce(0) { $0 + encoder.encode($1.candidates[0].answer).count }
    try require(tokens / 2, of: target, "of answers in each half")
    var maker = TaskTokenizer(tokenizer: tokenizer, endOfText: endOfText)
    var settings = TaskTokenizer.Options(
      loss: .answer, split: QuestionSplit(testFraction: 0.5, maximumQuestions: nil),
      flags: options.flags)
    (settings.hasChoices, settings.kind, settings.tool) = (false, .target, .tokenizeTargets)
    return try maker.write(
      TaskSet(
        name: target.name, path: target.files[0], sources: target.files, questions: pairs),
      options: settings, folder: "\(folder)/\(target.name)")
  }
}
