package import Formats
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
    /// The documents that are left out because their domain had such a text before, if any.
    package var duplicates: Duplicates?
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
  let endOfText: Int32
  let domains: DomainTable
  let corpusFiles: [String]
  let options: Options
  let pool: WorkerPool
  private let encoders: [LockedValue<Encoder>]
  /// The stream of each split of each domain.
  let streams: [[ShardStream]]
  var deduplicator: Deduplicator?
  var router: SplitRouter
  /// The documents that were left out of merged parts.
  var duplicatesOfParts: [Deduplicator.Counts]?
  /// The documents that were left out of each domain because it had such a text before, or nil.
  var duplicates: [Deduplicator.Counts]? { duplicatesOfParts ?? deduplicator?.counts }
  /// The digests of files of the corpus that are known, by their indices.
  var digests: [Int: InputDigest] = [:]
  /// The documents of a part, or nil.
  var record: DocumentRecord?
  /// The shards that are complete and will be written while the next documents are tokenized.
  private var unwritten: [(shard: UnwrittenShard, stream: ShardStream)] = []
  let plan: ResumePlan?

  /// The number of bytes tokenized so far that the vocabulary has no token for.
  package var bytesWithoutToken: Int { encoders.reduce(0) { $0 + $1.value.bytesWithoutToken } }

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
      record = DocumentRecord(domains: folders.count, duplicates: options.duplicates)
    }
    // Near-duplicates are left out of all parts together.
    deduplicator = options.duplicates.map {
      Deduplicator(options.isPart ? .exact : $0, domains: folders.count)
    }
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

  /// Makes a shard, to be written next, of what is pending of a stream.
  private func closeShard(_ stream: ShardStream, of domain: Int) throws(FileError) {
    let shard = try stream.nextShard { (files) throws(FileError) in
      try header(of: domain, stream.split, files: files)
    }
    if let shard { unwritten.append((shard, stream)) }
  }
}
