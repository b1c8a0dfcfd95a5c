package import Storage

/// One model's log-probability of every token of one evaluation set: `.lp.zst`, format `mde.logprobs`.
package struct LogProbHeader: Codable, Equatable, Sendable {
  package static let format = "mde.logprobs"
  package static let version = 1

  package struct Model: Codable, Equatable, Sendable {
    /// The name of the model's folder.
    package var id: String
    /// SHA-256 of its model.safetensors.
    package var sha256: String
    /// The mixture it was trained on, by domain; nil for a model from elsewhere.
    package var weights: [String: Double]?
    /// Training tokens it has seen, by domain.
    package var tokens: [String: Int]?
    /// How often each domain's tokens were repeated.
    package var epochs: [String: Double]?
    /// The parameters of the model, shared ones once.
    package var parameters: Int?

    package init(
      id: String, sha256: String, weights: [String: Double]? = nil, tokens: [String: Int]? = nil,
      epochs: [String: Double]? = nil, parameters: Int? = nil
    ) {
      (self.id, self.sha256) = (id, sha256)
      (self.weights, self.tokens, self.epochs) = (weights, tokens, epochs)
      self.parameters = parameters
    }
  }

  package struct Evaluation: Codable, Equatable, Sendable {
    /// The evaluation set, such as `ArXiv`.
    package var set: String
    package var split: String
    /// SHA-256 of the token file it comes from.
    package var sha256: String
    /// Whole documents were taken from its start until they held this many tokens; nil: all.
    package var tokenLimit: Int?
    /// As in the token file.
    package var questions: QuestionGroups?

    package init(
      set: String, split: String, sha256: String, tokenLimit: Int? = nil,
      questions: QuestionGroups? = nil
    ) {
      (self.set, self.split, self.sha256) = (set, split, sha256)
      (self.tokenLimit, self.questions) = (tokenLimit, questions)
    }
  }

  package var provenance: Provenance
  /// SHA-256 of the tokenizer.json.
  package var tokenizer: String
  package var model: Model
  package var evaluation: Evaluation
  /// Of the documents with tokens that are not scored: those that lost text on the left, because the
  /// model's context is too short for them; nil if there are no such documents.
  package var truncated: Int?

  package init(
    provenance: Provenance, tokenizer: String, model: Model, evaluation: Evaluation,
    truncated: Int? = nil
  ) {
    (self.provenance, self.tokenizer) = (provenance, tokenizer)
    (self.model, self.evaluation, self.truncated) = (model, evaluation, truncated)
  }
}

/// Log-probabilities in nats, at most 0.
package typealias LogProbBlock = DocumentBlock<Float>

/// Writes a file of log-probabilities, block by block.
package final class LogProbFileWriter {
  private let file: FramedWriter
  private var block = LogProbBlock()

  package init(_ path: String, header: LogProbHeader) throws(FileError) {
    file = try FramedWriter(path, header: JSON.encode(header))
  }

  /// Appends one document. Values are finite and at most 0: the caller has checked.
  package func append(_ logProbs: some Collection<Float>, bytes: Int) throws(FileError) {
    block.append(logProbs, bytes: bytes)
    if block.values.count >= TokenFileWriter.tokensPerBlock { try flush() }
  }

  package func commit(keepIfEqual: Bool = false) throws(FileError) {
    if block.documentCount > 0 { try flush() }
    try file.commit(keepIfEqual: keepIfEqual)
  }

  private func flush() throws(FileError) {
    try file.append(block.encoded { $0 })
    block = LogProbBlock()
  }
}

/// Reads a file of log-probabilities, any block at any time.
package final class LogProbFileReader: Sendable {
  package let path: String
  package let header: LogProbHeader
  private let file: FramedReader

  package var blockCount: Int { file.blockCount }

  package init(_ path: String) throws(FileError) {
    self.path = path
    file = try FramedReader(path)
    header = try decodeArtifact(
      LogProbHeader.self, from: file.header, as: LogProbHeader.format,
      version: LogProbHeader.version, path: path, place: "header")
    try header.evaluation.questions?.check(path: path)
  }

  package func block(_ index: Int) throws(FileError) -> LogProbBlock {
    guard let block = LogProbBlock(decoding: try file.block(index), as: Float.self, { $0 }),
      block.values.allSatisfy({ $0 <= 0 && $0 > -.infinity })
    else {
      throw .content(
        path: path, place: "block \(index)",
        problem: "its counts or log-probabilities are impossible")
    }
    return block
  }
}
