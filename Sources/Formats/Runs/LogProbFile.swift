package import Storage

/// The header of one model's log-probabilities of every token of one evaluation set.
///
/// The file is a `.lp.zst` of format `mde.logprobs`.
package struct LogProbHeader: Codable, Equatable, Sendable {
  package static let format = "mde.logprobs"
  package static let version = 1

  package struct Model: Codable, Equatable, Sendable {
    /// The name of the model's folder.
    package var id: String
    /// The SHA-256 of its model.safetensors.
    package var sha256: String
    /// The weight of each domain in the mixture it was trained on; nil for a model from elsewhere.
    package var weights: [String: Double]?
    /// The number of training tokens that it has seen of each domain.
    package var tokens: [String: Int]?
    /// The number of times that each domain's tokens were read.
    package var epochs: [String: Double]?
    /// The parameters of the model, shared ones once.
    package var parameters: Int?
    /// The program that trained it, and the precision of its products, such as `bfloat16`.
    package var (trainer, precision): (String?, String?)

    package init(
      id: String, sha256: String, weights: [String: Double]? = nil, tokens: [String: Int]? = nil,
      epochs: [String: Double]? = nil, parameters: Int? = nil, trainer: String? = nil,
      precision: String? = nil
    ) {
      (self.id, self.sha256) = (id, sha256)
      (self.weights, self.tokens, self.epochs) = (weights, tokens, epochs)
      self.parameters = parameters
      (self.trainer, self.precision) = (trainer, precision)
    }
  }

  package struct Evaluation: Codable, Equatable, Sendable {
    /// The name of the evaluation set, such as `ArXiv`.
    package var set: String
    package var split: String
    /// The SHA-256 of the token file it comes from.
    package var sha256: String
    /// The number of tokens up to which whole documents were taken from its start, or nil for all.
    package var tokenLimit: Int?
    /// The questions whose choices the documents are, as in the token file.
    package var questions: QuestionGroups?
    /// What the documents are for, as in the token file.
    package var kind: EvaluationKind?

    package init(
      set: String, split: String, sha256: String, tokenLimit: Int? = nil,
      questions: QuestionGroups? = nil, kind: EvaluationKind? = nil
    ) {
      (self.set, self.split, self.sha256) = (set, split, sha256)
      (self.tokenLimit, self.questions, self.kind) = (tokenLimit, questions, kind)
    }
  }

  package var provenance: Provenance
  /// The SHA-256 of the tokenizer.json.
  package var tokenizer: String
  package var model: Model
  package var evaluation: Evaluation
  /// The number of documents that lost text on the left, because the model's context is too short.
  ///
  /// Only documents with tokens that are not scored are counted; it is nil if there are none.
  package var truncated: Int?

  package init(
    provenance: Provenance, tokenizer: String, model: Model, evaluation: Evaluation,
    truncated: Int? = nil
  ) {
    (self.provenance, self.tokenizer) = (provenance, tokenizer)
    (self.model, self.evaluation, self.truncated) = (model, evaluation, truncated)
  }
}

/// A block of documents with the log-probability of each token, in nats, at most 0.
package typealias LogProbBlock = DocumentBlock<Float>

/// A file of log-probabilities being written, block by block.
package final class LogProbFileWriter {
  private let file: FramedWriter
  private var block = LogProbBlock()

  /// Starts the file `path`.
  ///
  /// - Throws: `FileError.system` if it cannot be created.
  package init(_ path: String, header: LogProbHeader) throws(FileError) {
    file = try FramedWriter(path, header: JSON.encode(header))
  }

  /// Appends one document, whose values the caller has found to be finite and at most 0.
  ///
  /// - Throws: `FileError.system` if a block cannot be written.
  package func append(_ logProbs: some Collection<Float>, bytes: Int) throws(FileError) {
    block.append(logProbs, bytes: bytes)
    if block.values.count >= TokenFileWriter.tokensPerBlock { try flush() }
  }

  /// Ends the file and puts it in place, unless `keepIfEqual` is set and the same bytes are there.
  ///
  /// - Throws: `FileError.system` if it cannot be written or put in place.
  package func commit(keepIfEqual: Bool = false) throws(FileError) {
    if block.documentCount > 0 { try flush() }
    try file.commit(keepIfEqual: keepIfEqual)
  }

  private func flush() throws(FileError) {
    try file.append(block.encoded { $0 })
    block = LogProbBlock()
  }
}

/// A file of log-probabilities to read, any block at any time.
package final class LogProbFileReader: Sendable {
  package let path: String
  package let header: LogProbHeader
  private let file: FramedReader

  package var blockCount: Int { file.blockCount }

  /// Opens `path` and reads its header.
  ///
  /// - Throws: `FileError` if it cannot be read, or is of another format.
  package init(_ path: String) throws(FileError) {
    self.path = path
    file = try FramedReader(path)
    header = try decodeArtifact(
      LogProbHeader.self, from: file.header, as: LogProbHeader.format,
      version: LogProbHeader.version, path: path, place: "header")
    try header.evaluation.questions?.check(path: path)
  }

  /// The block number `index`, from 0.
  ///
  /// - Throws: `FileError` if it cannot be read, or holds values that are no log-probabilities.
  package func block(_ index: Int) throws(FileError) -> LogProbBlock {
    guard let block = LogProbBlock(decoding: try file.block(index)),
      block.values.allSatisfy({ $0 <= 0 && $0 > -.infinity })
    else {
      throw .content(
        path: path, place: "block \(index)",
        problem: "its counts or log-probabilities are impossible")
    }
    return block
  }
}
