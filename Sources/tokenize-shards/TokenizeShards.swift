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

      With --deduplicate near a document is left out where its domain has one before that shares \
      at least .8 of the runs of 5 words of both, as MinHash estimates it; so of each text that is \
      left out one is kept that is like it. Held-out text stays. What another domain has too is \
      counted, and kept: so the files of a domain depend on it alone.

      Memory does not grow with the corpus: 150 MB, and about 20 bytes for each token of the \
      shards being filled, --shard-tokens of each domain and split at most; also for each document \
      32 bytes with --deduplicate exact, up to 520 with near, and with --part 9 to 193.

      A corpus of many files can be tokenized in parts, each by a process of its own, anywhere: \
      --part 3/64 takes the third 64th of the files, by their bytes. --merge then makes of the \
      folders of all parts the very files that one process makes of the corpus, with the same \
      flags. Parts hold fractions out: what is held out by tokens is chosen over all of the corpus.
      """,
    version: projectVersion)

  @Argument(
    help:
      """
      Files of JSON lines, in any compression or archive, or folders of them; '-' is standard \
      input. With --merge folders of parts, with --decode token files.
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
  @Option(
    help: .init(
      "Tokenize only this part of the corpus's files, as 3/64, for --merge.", valueName: "i/n"))
  var part: PartNumber?
  @Flag(help: "Merge the folders of all parts of a corpus.") var merge = false
  @OptionGroup var sharding: ShardOptions
  @OptionGroup var reading: CorpusOptions
  @OptionGroup var clustering: ClusterOptions
  @OptionGroup var common: CommonOptions

  var outputs: [PlannedOutput] {
    [decode || stats ? .file(common.output) : .folder(common.output)]
  }

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
    guard [decode, stats, merge, part != nil].count(where: { $0 }) <= 1 else {
      throw ValidationError("give one of --stats, --decode, --part and --merge")
    }
    guard part == nil || !corpus.contains("-") else {
      throw ValidationError("--part takes files, and not standard input")
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
    func builder(
      _ files: [String], _ rule: SplitRule, merging parts: TokenParts? = nil
    ) throws -> ShardBuilder {
      try ShardBuilder(
        tokenizer: tokenizer, endOfText: endOfTextID, domains: table, corpusFiles: files,
        options: try options(rule), pool: pool, merging: parts)
    }
    if merge {
      let rule = try fractions()
      let parts = try TokenParts(
        corpus, tokenizer: tokenizer, domains: table, options: try options(rule))
      return try mergeShards(parts, by: try builder(parts.files, rule, merging: parts))
    }
    let clusters = try clustering.domains(of: table, pool: pool)
    let part = try self.part.map {
      let found = try CorpusFiles(self.corpus)
      if $0.number == 1, let remark = found.remark { common.note("tokenize-shards: \(remark)") }
      return try CorpusPart($0.number, of: $0.count, files: found.files)
    }
    let corpus = try reading.corpus(part?.files ?? self.corpus, of: table, by: clusters)
    let rule =
      try part == nil
      ? sharding.rule(
        domains: table, tokenizer: tokenizer, pool: pool, files: corpus.files,
        tool: .tokenizeShards, common: common
      ) { survey in
        let corpus = try reading.corpus(self.corpus, of: table, by: clusters)
        try common.forEachBatch(of: corpus, as: "survey") { survey($0) }
      } : fractions()
    let shards = try builder(corpus.files, rule)
    try common.forEachBatch(of: corpus, as: "tokenize") {
      try shards.add($0, meanwhile: corpus.readAhead)
    }
    for remark in corpus.remarks { common.note("tokenize-shards: \(remark)") }
    let manifests = try part.map(shards.finish) ?? shards.finish()
    noteLeftOut(manifests)
    noteBytesWithoutToken(shards.bytesWithoutToken, tokenizer)
    noteDuplicates(shards, manifests)
    if stats { try printAmounts(manifests) }
  }

  private func mergeShards(_ parts: TokenParts, by builder: ShardBuilder) throws {
    let progress = Progress("merge", unit: "tokens", total: parts.tokens, options: common)
    try builder.merge(parts) { progress.update($0) }
    progress.finish()
    noteDuplicates(builder, try builder.finish())
  }

  /// The fractions that parts hold out.
  private func fractions() throws -> SplitRule {
    guard let splitter = sharding.splitter else {
      throw UsageError(
        "--part and --merge hold fractions out; give --validation-fraction and --test-fraction")
    }
    return .fractions(splitter)
  }

  private func options(_ rule: SplitRule) throws(FileError) -> ShardBuilder.Options {
    var options = sharding.options(rule)
    options.isPart = part != nil
    if stats || options.isPart { options.allowsEmpty = true }
    options.folder = stats ? nil : common.output
    options.flags["text-field"] = reading.textField
    options.flags["end-of-text"] = endOfText
    options.flags.merge(try clustering.flags()) { $1 }
    return options
  }
}
