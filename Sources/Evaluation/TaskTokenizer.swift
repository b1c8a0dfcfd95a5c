package import Formats
import Storage
package import Tasks
package import Tokenization

/// A maker of evaluation sets of end tasks: the right answers, and all choices, as token files.
///
/// A document is a prompt with an answer, encoded as one text; its context are the prompt's tokens.
package struct TaskTokenizer {
  package struct Options: Sendable {
    package var loss: TaskTable.LossOn
    package var split: QuestionSplit
    /// The flags that the provenance of the files says, beside those of the other options.
    package var flags: [String: String]
    /// Whether all choices are written as well as the right answers.
    package var hasChoices = true
    /// What the questions are for, and the tool that the provenance of the files names.
    package var (kind, tool): (EvaluationKind?, ToolRevision) = (nil, .tokenizeTasks)

    package init(loss: TaskTable.LossOn, split: QuestionSplit, flags: [String: String]) {
      (self.loss, self.split, self.flags) = (loss, split, flags)
    }
  }

  /// The documents of a split before they are written.
  private struct Documents {
    let split: String
    var hasContexts = true
    var questions: QuestionGroups?
    var block = TokenBlock()
  }

  private let tokenizer: Tokenizer
  private let endOfText: Int32
  private var encoder: Encoder

  /// Encodes with `tokenizer`, and passes on which of its tokens ends a text.
  package init(tokenizer: Tokenizer, endOfText: Int32) {
    (self.tokenizer, self.endOfText) = (tokenizer, endOfText)
    encoder = Encoder(tokenizer)
  }

  /// Writes the token files of a task, and the manifest after them, into `folder`.
  ///
  /// They are `validation-000.tok.zst`, `test-000.tok.zst` and `choices-000.tok.zst`. Files whose
  /// bytes would be the same keep their time.
  ///
  /// - Throws: `EvaluationError` if a split is empty or an answer has no tokens, `FileError` if the
  ///   name is that of no folder here, or a file cannot be written.
  package mutating func write(
    _ set: TaskSet, options: Options, folder: String
  ) throws -> TokenManifest {
    guard isPlainName(set.name) else {
      throw FileError.content(
        path: set.path,
        problem: "\(set.name) cannot be the name of a folder; use letters, digits, - _ and .")
    }
    let validation = try options.split.questions(of: set, forTesting: false)
    let test = try options.split.questions(of: set, forTesting: true)
    var parts = [
      try answers(of: set, validation, split: Split.validation.rawValue, loss: options.loss),
      try answers(of: set, test, split: Split.test.rawValue, loss: options.loss),
    ]
    if options.hasChoices { parts.append(try choices(of: set, validation)) }
    let provenance = try provenance(set, options)
    try createFolder(folder)
    var manifest = TokenManifest(
      provenance: provenance(TokenManifest.format, TokenManifest.version), domain: set.name,
      tokenizer: tokenizer.sha256, vocabulary: tokenizer.vocabularySize, endOfText: endOfText,
      splits: [:], duplicates: nil, kind: options.kind)
    var staged: [StagedFile] = []
    for part in parts {
      let version = part.hasContexts ? TokenHeader.versionWithContexts : TokenHeader.version
      let header = TokenHeader(
        provenance: provenance(TokenHeader.format, version), tokenizer: tokenizer.sha256,
        vocabulary: tokenizer.vocabularySize, endOfText: endOfText, domain: set.name,
        split: part.split, questions: part.questions, kind: options.kind)
      let (file, shard) = try write(part, header, folder: folder)
      staged.append(file)
      manifest.splits[part.split] = .init(amount: shard.amount, shards: [shard])
    }
    try place(staged, manifest, in: folder)
    return manifest
  }

  /// Puts the files and then the manifest in place: an older one never stands beside newer files.
  private func place(
    _ files: [StagedFile], _ manifest: TokenManifest, in folder: String
  ) throws(FileError) {
    let (path, bytes) = ("\(folder)/manifest.json", JSON.encode(manifest) + [10])
    if isFile(path), try readFile(path) != bytes { try removeFile(path) }
    for file in files { try file.place(keepIfEqual: true) }
    try replaceFile(path, keepIfEqual: true, bytes: bytes)
  }

  private func write(
    _ part: Documents, _ header: TokenHeader, folder: String
  ) throws(FileError) -> (StagedFile, TokenManifest.Shard) {
    let name = "\(part.split)-000.tok.zst"
    let writer = try TokenFileWriter("\(folder)/\(name)", header: header)
    var amount = TokenManifest.Amount()
    (amount.documents, amount.tokens) = (part.block.documentCount, part.block.values.count)
    amount.bytes = part.block.bytes.reduce(0, +)
    for index in 0..<part.block.documentCount {
      try writer.append(
        part.block[index], bytes: part.block.bytes[index], context: part.block.contexts[index])
    }
    let file = try writer.stage()
    return (file, .init(name: name, sha256: try sha256(file: file.partial), amount: amount))
  }

  private mutating func answers(
    of set: TaskSet, _ numbers: [Int], split: String, loss: TaskTable.LossOn
  ) throws(EvaluationError) -> Documents {
    var documents = Documents(split: split, hasContexts: loss == .answer)
    for number in numbers {
      let right = set.questions[number].candidates[set.questions[number].correct]
      switch loss {
      case .answer: try append(right, of: set, number, to: &documents.block)
      case .all:
        let text = Array(joined(right.prompt, right.answer).utf8)
        documents.block.append(encoder.encode(text), bytes: text.count)
      }
    }
    return documents
  }

  /// The documents of all choices of those questions that have several.
  private mutating func choices(
    of set: TaskSet, _ numbers: [Int]
  ) throws(EvaluationError) -> Documents {
    var documents = Documents(split: "choices")
    var groups = QuestionGroups(choices: [], answers: [])
    for number in numbers where set.questions[number].candidates.count > 1 {
      let question = set.questions[number]
      groups.choices.append(question.candidates.count)
      groups.answers.append(question.correct)
      for candidate in question.candidates {
        try append(candidate, of: set, number, to: &documents.block)
      }
    }
    documents.questions = groups
    return documents
  }

  private mutating func append(
    _ candidate: Question.Candidate, of set: TaskSet, _ number: Int, to block: inout TokenBlock
  ) throws(EvaluationError) {
    let passage = Passage(endOfText: endOfText, candidate) { encoder.encode($0) }
    guard let passage else {
      throw .noTokens(task: set.name, question: number + 1, path: set.path)
    }
    block.append(
      passage.tokens.dropFirst(), bytes: candidate.answer.utf8.count,
      context: passage.tokens.count - 1 - passage.scored)
  }

  private func provenance(
    _ set: TaskSet, _ options: Options
  ) throws(FileError) -> (String, Int) -> Provenance {
    var flags = options.flags
    flags["loss-on"] = options.loss.rawValue
    flags["test-fraction"] = "\(options.split.testFraction)"
    flags["max-questions"] = options.split.maximumQuestions.map { "\($0)" }
    var inputs: [InputDigest] = []
    for path in set.sources { inputs.append(try InputDigest(file: path)) }
    return { format, version in
      Provenance(
        format: format, version: version, tool: options.tool, flags: flags,
        inputs: inputs)
    }
  }
}
