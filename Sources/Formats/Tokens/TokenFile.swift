package import Storage

/// The header of a file of token ids, `.tok.zst`: the documents of one domain and split.
///
/// The format is `mde.tokens`.
package struct TokenHeader: Codable, Equatable, Sendable {
  package static let format = "mde.tokens"
  package static let version = 1
  /// The version of files whose documents begin with tokens that are not scored.
  package static let versionWithContexts = 2

  package var provenance: Provenance
  /// The SHA-256 of the tokenizer.json.
  package var tokenizer: String
  /// The number that all ids are below; they take 2 bytes in the file if it is at most 65536, else
  /// 4.
  package var vocabulary: Int
  /// The id that separates documents in training and precedes each in scoring; not in the file.
  package var endOfText: Int32
  package var domain: String
  /// The name of the split: `train`, `validation`, `test`, or `choices` of an end task.
  package var split: String
  /// The questions whose choices the documents are; nil for other documents.
  package var questions: QuestionGroups?
  /// What the documents are for; nil for those of a domain or an end task.
  package var kind: EvaluationKind?

  package init(
    provenance: Provenance, tokenizer: String, vocabulary: Int, endOfText: Int32, domain: String,
    split: String, questions: QuestionGroups? = nil, kind: EvaluationKind? = nil
  ) {
    self.provenance = provenance
    (self.tokenizer, self.vocabulary, self.endOfText) = (tokenizer, vocabulary, endOfText)
    (self.domain, self.split, self.questions, self.kind) = (domain, split, questions, kind)
  }

  /// Whether only the end of each document is scored.
  package var hasContexts: Bool { provenance.version == Self.versionWithContexts }
  fileprivate var isNarrow: Bool { vocabulary <= 1 << 16 }
}

/// A block of documents with the id of each token.
package typealias TokenBlock = DocumentBlock<Int32>

/// A block of documents with the id of each token, as wide as it lies in the file.
package enum StoredTokenBlock: Sendable {
  case narrow(DocumentBlock<UInt16>)
  case wide(TokenBlock)
}

/// A token file being written.
package final class TokenFileWriter {
  /// The number of tokens that documents are gathered up to, to make a block.
  package static let tokensPerBlock = 1 << 16

  private let header: TokenHeader
  private let file: FramedWriter
  private var block = TokenBlock()

  /// Starts the file `path`.
  ///
  /// - Throws: `FileError.system` if it cannot be created.
  package init(_ path: String, header: TokenHeader) throws(FileError) {
    self.header = header
    file = try FramedWriter(path, header: JSON.encode(header))
  }

  /// Appends one document, whose text has `bytes` UTF-8 bytes.
  ///
  /// - Parameter context: The number of tokens at the start that are not scored.
  /// - Throws: `FileError.system` if a block cannot be written.
  package func append(
    _ tokens: some Collection<Int32>, bytes: Int, context: Int = 0
  ) throws(FileError) {
    precondition(context == 0 || header.hasContexts && context <= tokens.count)
    block.append(tokens, bytes: bytes, context: context)
    if block.values.count >= Self.tokensPerBlock { try flush() }
  }

  /// Ends the file and puts it in place, unless `keepIfEqual` is set and the same bytes are there.
  ///
  /// - Throws: `FileError.system` if it cannot be written or put in place.
  package func commit(keepIfEqual: Bool = false) throws(FileError) {
    if block.documentCount > 0 { try flush() }
    try file.commit(keepIfEqual: keepIfEqual)
  }

  /// Ends the file and leaves it beside its place, to be put there with others.
  ///
  /// - Throws: `FileError.system` if it cannot be written.
  package func stage() throws(FileError) -> StagedFile {
    if block.documentCount > 0 { try flush() }
    return try file.stage()
  }

  private func flush() throws(FileError) {
    let contexts = header.hasContexts
    try file.append(
      header.isNarrow
        ? block.encoded(contexts: contexts) { UInt16($0) }
        : block.encoded(contexts: contexts) { UInt32($0) })
    block = TokenBlock()
  }
}

/// A token file to read, any block at any time.
package final class TokenFileReader: Sendable {
  package let path: String
  package let header: TokenHeader
  private let file: FramedReader

  package var blockCount: Int { file.blockCount }

  /// Opens `path` and reads its header.
  ///
  /// - Throws: `FileError` if it cannot be read, or is of another format.
  package init(_ path: String) throws(FileError) {
    self.path = path
    file = try FramedReader(path)
    header = try decodeArtifact(
      TokenHeader.self, from: file.header, as: TokenHeader.format,
      versions: TokenHeader.version...TokenHeader.versionWithContexts, path: path, place: "header")
    guard 1...(1 << 31 - 1) ~= header.vocabulary, 0..<Int32(header.vocabulary) ~= header.endOfText
    else {
      throw .content(
        path: path, place: "header",
        problem: "vocabulary \(header.vocabulary) and end of text \(header.endOfText) disagree")
    }
    try header.questions?.check(path: path)
  }

  /// The block number `index`, from 0.
  ///
  /// - Throws: `FileError` if it cannot be read, or holds ids that are not of the vocabulary.
  package func block(_ index: Int) throws(FileError) -> TokenBlock {
    switch try storedBlock(index) {
    case .narrow(let block): block.mapValues { Int32($0) }
    case .wide(let block): block
    }
  }

  /// The same, with ids of 2 bytes where the file has such.
  package func storedBlock(_ index: Int) throws(FileError) -> StoredTokenBlock {
    header.isNarrow
      ? .narrow(try decoded(index) { $0.areIDs(below: header.vocabulary) })
      : .wide(try decoded(index) { $0.areIDs(below: header.vocabulary) })
  }

  private func decoded<ID>(
    _ index: Int, areIDs: ([ID]) -> Bool
  ) throws(FileError) -> DocumentBlock<ID> {
    let payload = try file.block(index)
    guard let block = DocumentBlock<ID>(decoding: payload, contexts: header.hasContexts),
      areIDs(block.values)
    else {
      throw .content(
        path: path, place: "block \(index)", problem: "its counts or ids are impossible")
    }
    return block
  }
}

// Not generic for other modules, which would call it by witness tables for each id.
extension [Int32] {
  /// Whether all are 0 or more, and below `vocabulary`.
  package func areIDs(below vocabulary: Int) -> Bool { largestBits < vocabulary }
}

extension [UInt16] {
  fileprivate func areIDs(below vocabulary: Int) -> Bool { largestBits < vocabulary }
}

extension Array where Element: FixedWidthInteger {
  /// The largest bit pattern, which vector units find; a search that ends at the first wrong one
  /// takes as long as reading and decompressing.
  fileprivate var largestBits: UInt32 {
    reduce(0) { Swift.max($0, UInt32(truncatingIfNeeded: $1)) }
  }
}
