package import Formats
package import Storage

/// All parts of a corpus, in order, made as one process would have made the whole.
package struct TokenParts: Sendable {
  /// The name of a part's record in its folder.
  static let recordName = "part.zst"

  struct Part: Sendable {
    let record: TokenPartReader
    /// The shards of each split of each domain.
    let shards: [[[String]]]
    /// The number of documents that each domain had twice in the part.
    let duplicates: [Int]

    var header: TokenPartHeader { record.header }
  }

  let parts: [Part]
  /// The paths of their records.
  var records: [String] { parts.map(\.record.path) }
  /// The files of the corpus, in order.
  var inputs: [InputDigest] { parts.flatMap(\.header.provenance.inputs) }
  /// The names of the files of the corpus, in order.
  package var files: [String] { inputs.map(\.name) }
  /// The number of tokens of all parts.
  package let tokens: Int

  /// Reads the records of the parts in `folders`, which come in any order.
  ///
  /// - Throws: `FileError` if one cannot be read, is missing, there twice, of another number of
  ///   parts or another corpus, or not made with this tokenizer, these domains and options.
  package init(
    _ folders: [String], tokenizer: Tokenizer, domains: DomainTable, options: ShardBuilder.Options
  ) throws(FileError) {
    var records: [TokenPartReader] = []
    for folder in folders { records.append(try TokenPartReader("\(folder)/\(Self.recordName)")) }
    for record in records {
      try record.requireMade(tokenizer: tokenizer, domains: domains, flags: options.flags)
    }
    let ordered = try Self.inOrder(records)
    var (parts, tokens): ([Part], Int) = ([], 0)
    for record in ordered {
      let folder = record.path.dropLast(Self.recordName.count + 1)
      var (shards, duplicates): ([[[String]]], [Int]) = ([], [])
      for domain in record.header.domains {
        let manifest = try TokenManifest("\(folder)/\(domain.name)")
        let splits = Split.allCases.map { manifest.splits[$0.rawValue] }
        guard splits.reduce(0, { $0 + ($1?.amount.documents ?? 0) }) == domain.documents else {
          throw .content(
            path: record.path,
            problem: "has other documents of \(domain.name) than the manifest; make the part again")
        }
        shards.append(
          splits.map { ($0?.shards ?? []).map { "\(folder)/\(domain.name)/\($0.name)" } })
        duplicates.append(manifest.duplicates ?? 0)
        tokens += splits.reduce(0) { $0 + ($1?.amount.tokens ?? 0) }
      }
      parts.append(Part(record: record, shards: shards, duplicates: duplicates))
    }
    (self.parts, self.tokens) = (parts, tokens)
  }

  /// The records in the order of the parts, of which each has to be there once.
  private static func inOrder(_ records: [TokenPartReader]) throws(FileError) -> [TokenPartReader] {
    guard let first = records.first else { return [] }
    var byNumber: [Int: TokenPartReader] = [:]
    for record in records {
      let (part, parts) = (record.header.part, record.header.parts)
      func refused(_ problem: String) -> FileError {
        .content(path: record.path, problem: problem)
      }
      guard parts == first.header.parts else {
        throw refused(
          "is part \(part) of \(parts), but \(first.path) is one of \(first.header.parts); "
            + "give parts of one number")
      }
      guard record.header.corpus == first.header.corpus else {
        throw refused(
          "is of another corpus than \(first.path): files were added, removed or changed; "
            + "make the older part again")
      }
      if let other = byNumber.updateValue(record, forKey: part) {
        throw refused("is part \(part) of \(parts), like \(other.path); give each part once")
      }
    }
    var (ordered, files): ([TokenPartReader], Int) = ([], 0)
    for number in 1...first.header.parts {
      guard let record = byNumber[number] else {
        throw .content(
          path: first.path,
          problem: "is one of \(first.header.parts) parts, of which part \(number) was not given")
      }
      guard record.header.firstFile == files else {
        throw .content(
          path: record.path, problem: "does not follow the part before it; make both again")
      }
      files += record.header.provenance.inputs.count
      ordered.append(record)
    }
    return ordered
  }
}

extension TokenPartReader {
  /// Requires that the part was made with this tokenizer, these domains and flags.
  ///
  /// - Throws: `FileError.content` that says what is other.
  fileprivate func requireMade(
    tokenizer: Tokenizer, domains: DomainTable, flags: [String: String]
  ) throws(FileError) {
    func refused(_ what: String) -> FileError {
      .content(path: path, problem: "was made with \(what); merge as the parts were made")
    }
    guard header.tokenizer == tokenizer.sha256 else { throw refused("another tokenizer") }
    let (revision, current) = (header.provenance.revision, ToolRevision.tokenizeShards.number)
    guard revision == current else {
      throw .content(
        path: path,
        problem: "is of revision \(revision) of the tool, and this is \(current); make it again")
    }
    let made = header.provenance.flags
    for flag in Set(made.keys).union(flags.keys).sorted() where made[flag] != flags[flag] {
      throw refused("--\(flag) \(made[flag] ?? "absent"), not \(flags[flag] ?? "absent")")
    }
    guard header.domains.map(\.name) == domains.domains.map(\.name) else {
      throw refused("other domains than those of \(domains.path)")
    }
    for (made, domain) in zip(header.domains, domains.domains)
    where made.selector != domain.selector.description {
      throw refused(
        "\(made.selector) for \(domain.name), not the \(domain.selector.description) of "
          + domains.path)
    }
  }
}
