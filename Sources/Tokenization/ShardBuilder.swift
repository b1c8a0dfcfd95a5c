package import Formats
import Glibc
package import Kernels
package import Storage

/// Makes token files of documents: tokenizes on all threads, splits, and writes each domain's shards.
///
/// The files depend on the documents of their domain, the tokenizer and the options, and on nothing else:
/// another domain in the corpus changes no byte of them, nor does the number of threads.
package final class ShardBuilder {
  package struct Options: Sendable {
    package var splitter: Splitter
    package var tokensPerShard: Int
    /// Leave out a document whose text its domain had before. Keeps 16 bytes of each text's hash in memory.
    package var deduplicates = false
    /// Domains and splits may have no documents.
    package var allowsEmpty = false
    /// The folder of the domains' folders; nil to count only.
    package var folder: String?
    /// What the files' provenance says of the tool's flags.
    package var flags: [String: String] = [:]

    package init(splitter: Splitter, tokensPerShard: Int) {
      (self.splitter, self.tokensPerShard) = (splitter, tokensPerShard)
    }
  }

  private let tokenizer: Tokenizer
  private let endOfText: Int32
  private let domains: DomainTable
  private let corpusFiles: [String]
  private let options: Options
  private let pool: WorkerPool
  private let encoders: [Slot<Encoder>]
  /// By domain, then split.
  private let streams: [[ShardStream]]
  private var seen: [Set<UInt128>]
  private var duplicates: [Int]
  private var digests: [Int: InputDigest] = [:]

  /// - Parameter corpusFiles: what the documents' `file` counts.
  package init(
    tokenizer: Tokenizer, endOfText: Int32, domains: DomainTable, corpusFiles: [String],
    options: Options, pool: WorkerPool
  ) {
    (self.tokenizer, self.endOfText, self.domains) = (tokenizer, endOfText, domains)
    (self.corpusFiles, self.options, self.pool) = (corpusFiles, options, pool)
    encoders = (0..<pool.threads).map { _ in Slot(Encoder(tokenizer)) }
    streams = domains.domains.map { _ in Split.allCases.map { ShardStream($0) } }
    seen = Array(repeating: [], count: domains.domains.count)
    duplicates = Array(repeating: 0, count: domains.domains.count)
  }

  /// Tokenizes `documents` in parallel and puts them where they belong, in order.
  package func add(_ documents: [Corpus.Document]) throws(FileError) {
    let encoded = documents.map { _ in Slot<(tokens: [Int32], digest: [UInt8])>(([], [])) }
    let encoders = encoders
    pool.run(tasks: documents.count) { task, worker in
      let text = documents[task].text
      var tokens: [Int32] = []
      tokens.reserveCapacity(text.count / 3)
      encoders[worker].update { $0.encode(text.span, into: &tokens) }
      encoded[task].value = (tokens, sha256Digest(text))
    }
    for (document, encoded) in zip(documents, encoded) {
      let (tokens, digest) = encoded.value
      if options.deduplicates, isRepeated(digest, in: document.domain) { continue }
      let split = options.splitter.split(digest: digest)
      guard let stream = streams[document.domain].first(where: { $0.split == split }) else {
        continue
      }
      stream.append(
        tokens, bytes: document.text.count, file: document.file, keeping: options.folder != nil)
      if stream.pendingTokens >= options.tokensPerShard {
        try writeShard(stream, of: document.domain)
      }
    }
  }

  /// Puts the shards in place, removes those of an earlier run, and writes the manifests, each domain's last.
  ///
  /// An error before, such as a malformed line at the end of the corpus, leaves older files as they are.
  package func finish() throws -> [TokenManifest] {
    if !options.allowsEmpty { try requireDocuments() }
    for domain in domains.domains.indices {
      for stream in streams[domain] { try writeShard(stream, of: domain) }
    }
    var manifests: [TokenManifest] = []
    for domain in domains.domains.indices {
      for stream in streams[domain] { try stream.placeShards() }
      let manifest = try manifest(of: domain)
      if let folder = folder(of: domain) {
        try createFolder(folder)
        try removeShards(in: folder, except: manifest)
        try replaceFile(
          "\(folder)/manifest.json", keepIfEqual: true, bytes: JSON.encode(manifest) + [10])
      }
      manifests.append(manifest)
    }
    return manifests
  }

  private func isRepeated(_ digest: [UInt8], in domain: Int) -> Bool {
    let key = digest.prefix(16).reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
    let isNew = seen[domain].insert(key).inserted
    if !isNew { duplicates[domain] += 1 }
    return !isNew
  }

  private func requireDocuments() throws(TokenizationError) {
    for (domain, streams) in zip(domains.domains, streams) {
      guard streams.contains(where: { $0.amount.documents > 0 }) else {
        throw .domain(
          domain.name,
          problem:
            "no document of the corpus is of it; correct its selector in \(domains.path), or give --allow-empty"
        )
      }
      for stream in streams
      where stream.amount.documents == 0 && options.splitter.hasDocuments(stream.split) {
        let split = stream.split.rawValue
        throw .domain(
          domain.name,
          problem:
            "no document falls into its \(split) split; raise --\(split)-fraction, or give --allow-empty"
        )
      }
    }
  }

  private func folder(of domain: Int) -> String? {
    options.folder.map { "\($0)/\(domains.domains[domain].name)" }
  }

  private func writeShard(_ stream: ShardStream, of domain: Int) throws(FileError) {
    guard let folder = folder(of: domain) else { return }
    try createFolder(folder)
    try stream.writeShard(in: folder) { (files) throws(FileError) in
      TokenHeader(
        provenance: try provenance(
          TokenHeader.format, TokenHeader.version, of: domain, files: files),
        tokenizer: tokenizer.sha256, vocabulary: tokenizer.vocabularySize, endOfText: endOfText,
        domain: domains.domains[domain].name, split: stream.split.rawValue)
    }
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
      duplicates: options.deduplicates ? duplicates[domain] : nil)
  }

  private func provenance(
    _ format: String, _ version: Int, of domain: Int, files: Set<Int>
  ) throws(FileError) -> Provenance {
    var inputs: [InputDigest] = []
    // Standard input cannot be read again for its hash, and is not named.
    for file in files.sorted() where options.folder != nil && corpusFiles[file] != "-" {
      if digests[file] == nil { digests[file] = try InputDigest(file: corpusFiles[file]) }
      inputs += digests[file].map { [$0] } ?? []
    }
    var flags = options.flags
    flags["selector"] = domains.domains[domain].selector.description
    return Provenance(
      format: format, version: version, tool: "tokenize-shards", flags: flags, inputs: inputs)
  }

  private func removeShards(in folder: String, except manifest: TokenManifest) throws(FileError) {
    let present = Set(manifest.splits.values.flatMap(\.shards).map(\.name))
    for name in try names(inFolder: folder)
    where name.hasSuffix(".tok.zst") && !present.contains(name) {
      if unsafe unlink("\(folder)/\(name)") < 0 {
        throw .system(path: "\(folder)/\(name)", action: "remove", code: errno)
      }
    }
  }
}
