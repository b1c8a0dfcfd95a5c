import ArgumentParser
import Formats
import Parallel
import Storage
import Tokenization
import ToolKit

@main
struct TokenizeShards: Tool {
  static let configuration = CommandConfiguration(
    commandName: "tokenize-shards",
    abstract: "Tokenize a corpus into shards of each domain and split.",
    discussion: """
      Examples:
        tokenize-shards 0-corpus --domains domains.tsv \\
          --tokenizer 1-tokens/tokenizer.json -o 1-tokens
        zstdcat 0-corpus/*.zst | tokenize-shards - --domains domains.tsv --stats

      Writes DOMAIN/{train,validation,test}-NNN.tok.zst and, after them, DOMAIN/manifest.json \
      into the folder -o. A file whose bytes would be the same keeps its time. After a kill, the \
      same command tokenizes only what no finished shard holds (not from standard input).

      Of each domain --validation-tokens and --test-tokens are held out, never more than \
      --held-out-share of it. The corpus is read once before, to choose them by the hashes of the \
      texts: so neither the order of files nor --seed counts, and a corpus that grows moves \
      nothing from one held-out set to the other. Where there are few documents, passages of them \
      are held out, and what is beside them is left out. Further copies of held-out texts, and \
      texts that have half of their runs of 13 words from them, are not learned from. With \
      fractions instead, a document's hash alone decides, and standard input can be read.

      Memory does not grow with the corpus: 150 MB, and about 20 bytes for each token of the \
      shards being filled, --shard-tokens of each domain and split at most; with --deduplicate \
      also some 32 bytes for each document.
      """,
    version: projectVersion)

  @Argument(
    help:
      """
      Files of JSON lines, in any compression or archive, or folders of them; '-' is standard \
      input.
      """)
  var corpus: [String]
  @Option(help: .init("Table of domains.", valueName: "file")) var domains: String?
  @Option(
    help: .init(
      "tokenizer.json of a byte-level BPE, or a rank file of tiktoken.", valueName: "file"))
  var tokenizer: String?
  @Option(help: "The token that will separate documents.") var endOfText = "<|endoftext|>"
  @Flag(
    help:
      """
      Print documents, tokens and bytes of each domain and write nothing; without --tokenizer no \
      tokens.
      """)
  var stats = false
  @Flag(help: "Print the documents of token files as JSON lines.") var decode = false
  @OptionGroup var sharding: ShardOptions
  @OptionGroup var reading: CorpusOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard decode || domains != nil else {
      throw ValidationError("Missing expected argument '--domains <file>'")
    }
    guard tokenizer != nil || stats && !decode else {
      throw ValidationError("Missing expected argument '--tokenizer <file>'")
    }
    guard decode || stats || common.output != "-" else {
      throw ValidationError("-o must name a folder")
    }
  }

  func run() throws {
    guard let path = tokenizer else { return try printSizes() }
    let file = try TokenizerFile(path)
    let tokenizer = try Tokenizer(file)
    if decode { return try printDocuments(tokenizer) }
    guard let endOfTextID = tokenizer.id(ofAddedToken: endOfText) else {
      throw UsageError("\(file.path): has no added token \(endOfText); name it with --end-of-text")
    }
    let table = try DomainTable(domains ?? "")
    let pool = WorkerPool(threads: common.threadCount)
    let corpus = try corpus(of: table)
    let rule = try sharding.rule(
      domains: table, tokenizer: tokenizer, pool: pool, files: corpus.files, tool: .tokenizeShards,
      common: common
    ) { survey in
      try forEachBatch(of: try self.corpus(of: table), as: "survey") { survey($0) }
    }
    let builder = try ShardBuilder(
      tokenizer: tokenizer, endOfText: endOfTextID, domains: table, corpusFiles: corpus.files,
      options: options(rule), pool: pool)
    try forEachBatch(of: corpus, as: "tokenize") {
      try builder.add($0, meanwhile: corpus.readAhead)
    }
    for remark in corpus.skipped.remarks { common.note("tokenize-shards: \(remark)") }
    let manifests = try builder.finish()
    if stats { try printAmounts(manifests) }
  }

  private func corpus(of table: DomainTable) throws(FileError) -> Corpus {
    try Corpus(
      corpus, domains: table, textField: reading.textField, skipsBadLines: reading.skipBadLines,
      skipsUnknown: reading.skipUnknown)
  }

  private func forEachBatch(
    of corpus: Corpus, as what: String, _ body: ([Corpus.Document]) throws -> Void
  ) throws {
    let progress = Progress(what, unit: "bytes", total: 0, options: common)
    var bytes = 0
    while let documents = try corpus.next() {
      try body(documents)
      bytes += documents.reduce(0) { $0 + $1.text.count }
      progress.update(bytes)
    }
    progress.finish()
  }

  /// Prints documents and bytes of each domain.
  private func printSizes() throws {
    let table = try DomainTable(domains ?? "")
    let corpus = try corpus(of: table)
    var amounts = table.domains.map { _ in TokenManifest.Amount() }
    try forEachBatch(of: corpus, as: "count") { documents in
      for document in documents {
        amounts[document.domain].documents += 1
        amounts[document.domain].bytes += document.text.count
      }
    }
    for remark in corpus.skipped.remarks { common.note("tokenize-shards: \(remark)") }
    let output = try LineWriter(common.output)
    try output.write("domain\tdocuments\tbytes")
    for (domain, amount) in zip(table.domains, amounts) {
      try output.write("\(domain.name)\t\(amount.documents)\t\(amount.bytes)")
    }
    try output.commit()
  }

  private func options(_ rule: SplitRule) -> ShardBuilder.Options {
    var options = sharding.options(rule)
    if stats { options.allowsEmpty = true }
    options.folder = stats ? nil : common.output
    options.flags["text-field"] = reading.textField
    options.flags["end-of-text"] = endOfText
    return options
  }

  private func printAmounts(_ manifests: [TokenManifest]) throws {
    let output = try LineWriter(common.output)
    try output.write("domain\tsplit\tdocuments\ttokens\tbytes\tbytesPerToken")
    for manifest in manifests {
      for split in Split.allCases {
        let amount = manifest.splits[split.rawValue]?.amount ?? .init()
        let ratio = amount.tokens > 0 ? Double(amount.bytes) / Double(amount.tokens) : 0
        try output.write(
          "\(manifest.domain)\t\(split.rawValue)\t\(amount.documents)\t\(amount.tokens)"
            + "\t\(amount.bytes)\t\((ratio * 1000).rounded() / 1000)")
      }
    }
    try output.commit()
  }

  /// Prints `{"text": …}` for each document of the token files given.
  private func printDocuments(_ tokenizer: Tokenizer) throws {
    let output = try LineWriter(common.output)
    for path in corpus {
      let file = try TokenFileReader(path)
      guard file.header.tokenizer == tokenizer.sha256 else {
        throw FileError.content(
          path: path,
          problem:
            "was made with another tokenizer than \(self.tokenizer ?? ""); name the right one")
      }
      for index in 0..<file.blockCount {
        let block = try file.block(index)
        for document in 0..<block.documentCount {
          let text = String(decoding: tokenizer.decode(block[document]), as: UTF8.self)
          try output.write(JSON.encode(["text": text]))
        }
      }
    }
    try output.commit()
  }
}
