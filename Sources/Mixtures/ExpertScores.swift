package import Formats
package import Storage

/// The cached log-probabilities of k experts on the same evaluation sets, read block by block.
///
/// `init` refuses files that do not belong together, naming both.
package struct ExpertScores: Sendable {
  /// One expert each, sorted.
  package let domains: [String]
  /// Sorted by name.
  package let sets: [ScoredSet]

  /// - Parameter folders: one for each expert, holding one file for each evaluation set.
  package init(folders: [String]) throws(FileError) {
    var readers: [String: [String: LogProbFileReader]] = [:]  // by domain, then by set
    var folderOf: [String: String] = [:]
    for folder in folders {
      for path in try logProbFiles(in: folder) {
        let reader = try LogProbFileReader(path)
        let domain = try Self.domain(of: reader)
        if let other = folderOf.updateValue(folder, forKey: domain), other != folder {
          throw .content(
            path: folder, problem: "is the expert of \(domain), as \(other) is; give one of them")
        }
        readers[domain, default: [:]][reader.header.evaluation.set] = reader
      }
    }
    guard let first = readers.min(by: { $0.key < $1.key }) else {
      throw .content(path: "", problem: "no experts")
    }
    domains = readers.keys.sorted()
    for domain in domains {
      let names = Set(readers[domain, default: [:]].keys)
      for set in names.symmetricDifference(first.value.keys).sorted() {
        let (has, lacks) = names.contains(set) ? (domain, first.key) : (first.key, domain)
        throw .content(
          path: folderOf[lacks] ?? lacks,
          problem: "has no scores of \(set), which \(folderOf[has] ?? has) has; score it too")
      }
    }
    var sets: [ScoredSet] = []
    for name in first.value.keys.sorted() {
      sets.append(
        try ScoredSet(name: name, readers: domains.compactMap { readers[$0]?[name] }))
    }
    self.sets = sets
  }

  /// The one domain that the model of `reader` was trained on.
  private static func domain(of reader: LogProbFileReader) throws(FileError) -> String {
    let positive = (reader.header.model.weights ?? [:]).filter { $0.value > 0 }
    guard let domain = positive.first, positive.count == 1 else {
      throw .content(
        path: reader.path, place: "header",
        problem: "model \(reader.header.model.id) is no expert of one domain")
    }
    return domain.key
  }
}

/// One evaluation set as every expert scored it.
package struct ScoredSet: Sendable {
  package let name: String
  /// In the order of the experts' domains.
  private let readers: [LogProbFileReader]

  fileprivate init(name: String, readers: [LogProbFileReader]) throws(FileError) {
    (self.name, self.readers) = (name, readers)
    for reader in readers.dropFirst() { try Self.require(reader, matches: readers[0]) }
  }

  package var paths: [String] { readers.map(\.path) }
  package var evaluation: LogProbHeader.Evaluation { readers[0].header.evaluation }
  package var blockCount: Int { readers[0].blockCount }

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

  /// Calls `body` with each document of a block, in order: log-probabilities by expert, and bytes.
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
      body(blocks.map { $0[document] }, blocks[0].bytes[document])
    }
  }
}
