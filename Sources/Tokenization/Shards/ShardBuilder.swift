package import Formats
import Glibc
package import Parallel
package import Storage

/// A builder of token files: it tokenizes documents on all threads, splits them, and writes shards.
///
/// The files depend on the documents of their domain, the tokenizer and the options, and on nothing
/// else: another domain in the corpus changes no byte of them, nor does the number of threads. A
/// run after a kill, with the same corpus and options, reads the corpus again but tokenizes only
/// what no finished shard holds.
package final class ShardBuilder {
  package struct Options: Sendable {
    package var rule: SplitRule
    /// The number of tokens of a shard, which ends with the document that reaches it.
    package var tokensPerShard: Int
    /// Whether a document is left out whose text its domain had before.
    ///
    /// If so, 16 bytes of the hash of each text are kept in memory.
    package var deduplicates = false
    /// Whether domains and splits may have no documents.
    package var allowsEmpty = false
    /// The splits that are written.
    package var splits = Split.allCases
    /// What the documents are for.
    package var kind: EvaluationKind?
    /// Whether a run after a kill takes over what was finished: of all that is written to a folder
    /// at one time, one run may.
    package var isResumable = true
    /// Whether the corpus is a part of one, whose documents are recorded for the merge.
    package var isPart = false
    /// The folder of the domains' folders, or nil to only count.
    package var folder: String?
    /// The tool that the provenance of the files names.
    package var tool = ToolRevision.tokenizeShards
    /// The flags that the provenance of the files says.
    package var flags: [String: String] = [:]

    package init(rule: SplitRule, tokensPerShard: Int) {
      (self.rule, self.tokensPerShard) = (rule, tokensPerShard)
    }
  }

  let tokenizer: Tokenizer
  private let endOfText: Int32
  let domains: DomainTable
  private let corpusFiles: [String]
  let options: Options
  let pool: WorkerPool
  private let encoders: [LockedValue<Encoder>]
  /// The stream of each split of each domain.
  let streams: [[ShardStream]]
  private var seen: [Set<UInt128>]
  private var router: SplitRouter
  var duplicates: [Int]
  /// The digests of files of the corpus that are known, by their indices.
  var digests: [Int: InputDigest] = [:]
  /// The documents of a part, or nil.
  private(set) var record: DocumentRecord?
  /// The shards that are complete and will be written while the next documents are tokenized.
  private var unwritten: [(shard: UnwrittenShard, stream: ShardStream)] = []
  let plan: ResumePlan?

  /// Creates the folders, and takes over what a killed run with the same plan has finished.
  ///
  /// - Parameters:
  ///   - corpusFiles: The files of the corpus, which the documents' `file` is an index of.
  ///   - parts: What will be merged, instead of documents that are added.
  /// - Throws: `FileError` if a folder cannot be created, or a finished shard cannot be read.
  package init(
    tokenizer: Tokenizer, endOfText: Int32, domains: DomainTable, corpusFiles: [String],
    options: Options, pool: WorkerPool, merging parts: TokenParts? = nil
  ) throws(FileError) {
    (self.tokenizer, self.endOfText, self.domains) = (tokenizer, endOfText, domains)
    (self.corpusFiles, self.options, self.pool) = (corpusFiles, options, pool)
    encoders = (0..<pool.threads).map { _ in LockedValue(Encoder(tokenizer)) }
    let folders = domains.domains.map { domain in options.folder.map { "\($0)/\(domain.name)" } }
    streams = folders.map { folder in
      options.splits.map { ShardStream($0, folder: folder, keepsLengths: options.isPart) }
    }
    if options.isPart {
      precondition(options.rule.plan == nil, "what is held out by tokens is not known of a part")
      record = DocumentRecord(domains: folders.count, hasHashes: options.deduplicates)
    }
    seen = Array(repeating: [], count: domains.domains.count)
    duplicates = Array(repeating: 0, count: domains.domains.count)
    router = SplitRouter(options.rule, domains: domains.domains.count, pool: pool)
    for folder in folders.compactMap({ $0 }) { try createFolder(folder) }
    guard let folder = options.folder, options.isResumable else {
      plan = nil
      return
    }
    var settings = options.flags
    settings["tokenizer"] = tokenizer.sha256
    for domain in domains.domains {
      settings["domain \(domain.name)"] = domain.selector.description
    }
    let plan = try ResumePlan(
      folder: folder, settings: settings, files: parts?.records ?? corpusFiles)
    self.plan = plan
    for folder in folders.compactMap({ $0 }) where !plan.isResumed {
      try removeFiles(in: folder) { $0.hasSuffix(".partial-finished") }
    }
    if plan.isResumed, parts == nil { for stream in streams.joined() { try stream.resume() } }
  }

  /// Tokenizes `documents` in parallel and puts them where they belong, in order.
  ///
  /// `meanwhile` is called at the same time, by any one thread.
  ///
  /// - Throws: `FileError` if a shard cannot be written, or a shard of a killed run does not fit.
  package func add(
    _ documents: [Corpus.Document], meanwhile: @escaping @Sendable () -> Void = {}
  ) throws(FileError) {
    let routed = try routed(documents)
    let encoded = routed.map { LockedValue($0.document.tokens ?? []) }
    let (encoders, documents, jobs) = (encoders, routed.map(\.document), unwritten.map(\.shard))
    let written = jobs.map { _ in LockedValue<Result<FinishedShard, FileError>?>(nil) }
    // Long texts first, so that no thread is left with one while the others wait.
    let order = documents.indices.filter { documents[$0].tokens == nil }
      .sorted { documents[$0].text.count > documents[$1].text.count }
    pool.run(tasks: 1 + jobs.count + order.count) { task, worker in
      if task == 0 { return meanwhile() }
      if task <= jobs.count {
        written[task - 1].value = Result { () throws(FileError) in try jobs[task - 1].write() }
        return
      }
      let index = order[task - 1 - jobs.count]
      let text = documents[index].text
      var tokens: [Int32] = []
      tokens.reserveCapacity(text.count / 3)
      encoders[worker].update { $0.encode(text.span, into: &tokens) }
      encoded[index].value = tokens
    }
    for (result, job) in zip(written, unwritten) {
      if let shard = try result.value?.get() { job.stream.add(shard, isCounted: true) }
    }
    unwritten = []
    for ((document, stream), tokens) in zip(routed, encoded) {
      stream.append(tokens.value, bytes: document.text.count, file: document.file)
      if stream.pendingTokens >= options.tokensPerShard {
        try closeShard(stream, of: document.domain)
      }
    }
  }

  /// The documents to tokenize, and where each of them goes.
  private func routed(
    _ documents: [Corpus.Document]
  ) throws(FileError) -> [(document: Corpus.Document, stream: ShardStream)] {
    var pieces: [SplitRouter.Piece] = []
    for (document, digest) in zip(documents, textDigests(of: documents, pool: pool)) {
      if options.deduplicates, isRepeated(digest, in: document.domain) { continue }
      let found = router.pieces(of: document, digest: digest)
        .filter { options.splits.contains($0.split) }
      if let whole = found.first {
        record?.append(
          domain: document.domain, file: document.file, digest: digest, split: whole.split)
      }
      pieces += found
    }
    var routed: [(document: Corpus.Document, stream: ShardStream)] = []
    for piece in router.withoutNearDuplicates(pieces) {
      let (document, split) = (piece.document, piece.split)
      guard let stream = streams[document.domain].first(where: { $0.split == split }),
        try !stream.takesFinished(bytes: document.text.count, file: document.file)
      else { continue }
      routed.append((document, stream))
    }
    return routed
  }

  /// Puts the shards in place, removes those of an earlier run, and writes each domain's manifest
  /// last.
  ///
  /// An error before, such as a malformed line at the end of the corpus, leaves older files as they
  /// are.
  ///
  /// - Throws: `TokenizationError.domain` if a domain or split has no documents and may not be
  ///   empty, `FileError` if a file cannot be written.
  package func finish() throws -> [TokenManifest] {
    try requireDocuments { streams[$0][$1].amount.documents }
    for domain in domains.domains.indices {
      for stream in streams[domain] { try closeShard(stream, of: domain) }
    }
    try add([])  // writes them
    var manifests: [TokenManifest] = []
    for domain in domains.domains.indices {
      let manifest = try manifest(of: domain)
      if let folder = streams[domain].first?.folder { try place(manifest, of: domain, in: folder) }
      manifests.append(manifest)
    }
    return manifests
  }

  /// Puts a domain's shards and then its manifest in place.
  ///
  /// An older manifest never stands beside newer shards.
  private func place(
    _ manifest: TokenManifest, of domain: Int, in folder: String
  ) throws(FileError) {
    let (path, bytes) = ("\(folder)/manifest.json", JSON.encode(manifest) + [10])
    if isFile(path), try readFile(path) != bytes { try remove(path) }
    for stream in streams[domain] { try stream.placeShards() }
    let present = Set(manifest.splits.values.flatMap(\.shards).map(\.name))
    try removeFiles(in: folder) { $0.hasSuffix(".tok.zst") && !present.contains($0) }
    try replaceFile(path, keepIfEqual: true, bytes: bytes)
  }

  private func isRepeated(_ digest: [UInt8], in domain: Int) -> Bool {
    let isNew = seen[domain].insert(DocumentRecord.key(digest)).inserted
    if !isNew { duplicates[domain] += 1 }
    return !isNew
  }

  /// - Parameter documents: Their number in a domain's stream.
  func requireDocuments(
    _ documents: (_ domain: Int, _ stream: Int) -> Int
  ) throws(TokenizationError) {
    if options.allowsEmpty { return }
    for (index, domain) in domains.domains.enumerated() {
      let streams = streams[index]
      guard streams.indices.contains(where: { documents(index, $0) > 0 }) else {
        throw .domain(
          domain.name,
          problem:
            "no document of the corpus is of it; "
            + "correct its selector in \(domains.path), or give --allow-empty")
      }
      for (number, stream) in streams.enumerated()
      where documents(index, number) == 0 && options.rule.hasDocuments(stream.split) {
        throw .domain(
          domain.name,
          problem:
            "no document falls into its \(stream.split.rawValue) split; "
            + "\(options.rule.remedy(stream.split)), or give --allow-empty")
      }
    }
  }

  /// Makes a shard, to be written next, of what is pending of a stream.
  private func closeShard(_ stream: ShardStream, of domain: Int) throws(FileError) {
    let shard = try stream.nextShard { (files) throws(FileError) in
      try header(of: domain, stream.split, files: files)
    }
    if let shard { unwritten.append((shard, stream)) }
  }

  /// The header of a shard with documents from `files`.
  func header(of domain: Int, _ split: Split, files: Set<Int>) throws(FileError) -> TokenHeader {
    TokenHeader(
      provenance: try provenance(TokenHeader.format, TokenHeader.version, of: domain, files: files),
      tokenizer: tokenizer.sha256, vocabulary: tokenizer.vocabularySize, endOfText: endOfText,
      domain: domains.domains[domain].name, split: split.rawValue, kind: options.kind)
  }

  private func manifest(of domain: Int) throws(FileError) -> TokenManifest {
    var splits: [String: TokenManifest.Split] = [:]
    var files: Set<Int> = []
    for stream in streams[domain] {
      splits[stream.split.rawValue] = .init(amount: stream.amount, shards: stream.shards)
      files.formUnion(stream.files)
    }
    return TokenManifest(
      provenance: try provenance(
        TokenManifest.format, TokenManifest.version, of: domain, files: files),
      domain: domains.domains[domain].name, tokenizer: tokenizer.sha256,
      vocabulary: tokenizer.vocabularySize, endOfText: endOfText, splits: splits,
      duplicates: options.deduplicates ? duplicates[domain] : nil,
      heldOut: options.splits.contains(.train) ? leftOut(of: domain) : nil, kind: options.kind)
  }

  private func leftOut(of domain: Int) -> TokenManifest.HeldOut? {
    options.rule.plan.map { plan in
      var leftOut = router.leftOut[domain]
      leftOut.bytesLeftOut = plan.domains[domain].bytesLeftOut
      return leftOut
    }
  }

  /// The digest of a file of the corpus, which is read for it once.
  func digest(ofFile file: Int) throws(FileError) -> InputDigest {
    if let known = digests[file] { return known }
    let digest = try InputDigest(file: corpusFiles[file])
    digests[file] = digest
    return digest
  }

  private func provenance(
    _ format: String, _ version: Int, of domain: Int, files: Set<Int>
  ) throws(FileError) -> Provenance {
    var inputs: [InputDigest] = []
    // Standard input cannot be read again for its hash, and is not named.
    for file in files.sorted() where options.folder != nil && corpusFiles[file] != "-" {
      inputs.append(try digest(ofFile: file))
    }
    var flags = options.flags
    flags["selector"] = domains.domains[domain].selector.description
    return Provenance(
      format: format, version: version, tool: options.tool, flags: flags, inputs: inputs)
  }
}

private func removeFiles(
  in folder: String, where isRemoved: (String) -> Bool
) throws(FileError) {
  for name in try names(inFolder: folder) where isRemoved(name) { try remove("\(folder)/\(name)") }
}

private func remove(_ path: String) throws(FileError) {
  if unsafe unlink(path) < 0 { throw .system(path: path, action: "remove", code: errno) }
}
