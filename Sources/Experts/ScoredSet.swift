package import Formats
package import Storage

/// The log-probabilities of one evaluation set by every expert.
package struct ScoredSet: Sendable {
  package let name: String
  /// The files of the cached experts, in the order of their domains.
  private let readers: [LogProbFileReader]
  /// The expert of each domain: nil for the next reader, or the weights of all in a virtual expert.
  private let recipes: [[Double]?]

  init(
    name: String, readers: [LogProbFileReader], recipes: [[Double]?]
  ) throws(FileError) {
    (self.name, self.readers, self.recipes) = (name, readers, recipes)
    for reader in readers.dropFirst() { try Self.require(reader, matches: readers[0]) }
  }

  package var paths: [String] { readers.map(\.path) }
  var models: [LogProbHeader.Model] { readers.map(\.header.model) }
  package var evaluation: LogProbHeader.Evaluation { readers[0].header.evaluation }

  /// The loss of the first expert.
  func firstLoss() throws(FileError) -> LossSum { try readers[0].lossSum() }
  package var blockCount: Int { readers[0].blockCount }

  /// Requires that `reader` has the tokenizer, the evaluation data and the blocks of `first`.
  private static func require(
    _ reader: LogProbFileReader, matches first: LogProbFileReader
  ) throws(FileError) {
    func refuse(_ what: String) -> FileError {
      .content(
        path: reader.path, problem: "\(what) not that of \(first.path); score both the same way")
    }
    if reader.header.tokenizer != first.header.tokenizer { throw refuse("its tokenizer is") }
    if reader.header.evaluation != first.header.evaluation {
      throw refuse("its evaluation data is")
    }
    if reader.blockCount != first.blockCount { throw refuse("its number of blocks is") }
  }

  func requireModels(of other: ScoredSet) throws(FileError) {
    for (reader, first) in zip(readers, other.readers) {
      guard reader.header.model.sha256 == first.header.model.sha256,
        reader.header.tokenizer == first.header.tokenizer
      else {
        throw .content(
          path: reader.path,
          problem: "its model is not that of \(first.path); score both with the same one")
      }
    }
  }

  /// Calls `body` with each document of a block, in order.
  ///
  /// - Parameter body: The function that takes the log-probabilities by expert and the document's
  ///   bytes.
  /// - Throws: `FileError` if a file cannot be read, or the experts' documents are not the same.
  package func forEachDocument(
    inBlock index: Int, _ body: (_ logProbs: [ArraySlice<Float>], _ bytes: Int) -> Void
  ) throws(FileError) {
    var blocks: [LogProbBlock] = []
    for reader in readers {
      let block = try reader.block(index)
      if let first = blocks.first, block.offsets != first.offsets || block.bytes != first.bytes {
        throw .content(
          path: reader.path, place: "block \(index)",
          problem: "its documents and token counts are not those of \(readers[0].path)")
      }
      blocks.append(block)
    }
    for document in 0..<blocks[0].documentCount {
      let cached = blocks.map { $0[document] }
      var next = cached.makeIterator()
      body(
        recipes.map { $0.map { mixedLogProbs(cached, weights: $0) } ?? next.next() ?? [] },
        blocks[0].bytes[document])
    }
  }
}
