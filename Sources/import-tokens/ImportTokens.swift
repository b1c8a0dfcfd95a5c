import ArgumentParser
import Formats
import Parallel
import Storage
import Tokenization
import ToolKit

@main
struct ImportTokens: Tool {
  static let configuration = CommandConfiguration(
    commandName: "import-tokens",
    abstract: "Take in a domain that another program tokenized.",
    discussion: """
      Examples:
        import-tokens tokenized/*.bin --domain Code \\
          --tokenizer 1-tokens/tokenizer.json -o 1-tokens
        import-tokens tokenized/*.bin --domain Code --deduplicate exact \\
          --validation-fraction 0.1 --tokenizer 1-tokens/tokenizer.json \\
          -o 1-tokens

      Reads Megatron-LM's .bin with its .idx, llm.c's .bin, OLMo-core's .npy, with its .csv.gz if \
      it is there, and datatrove's .ds with its index, and writes what tokenize-shards writes of \
      the texts: DOMAIN/{train,validation,test}-NNN.tok.zst and, after them, DOMAIN/manifest.json \
      in the folder -o. Documents end where the index says, and at every end-of-text id. They are \
      held out as in tokenize-shards, but only as a whole.
      """,
    version: projectVersion)

  @Argument(help: "Files whose names end in .bin, .npy or .ds; their indices lie beside them.")
  var files: [String]
  @Option(help: "Name of the domain.") var domain: String
  @Option(
    help: .init(
      "tokenizer.json or rank file that the ids were made with.", valueName: "file"))
  var tokenizer: String
  @Option(help: "The token that separates documents.") var endOfText = "<|endoftext|>"
  @OptionGroup var sharding: ShardOptions
  @OptionGroup var common: CommonOptions

  var outputs: [PlannedOutput] { [.folder(common.output)] }

  func validate() throws {
    guard common.output != "-" else { throw ValidationError("-o must name a folder") }
    guard isPlainName(domain) else {
      throw ValidationError("--domain '\(domain)' is no name of a domain")
    }
  }

  func run() throws {
    let file = try TokenizerFile(tokenizer)
    let tokenizer = try Tokenizer(file)
    guard let endOfTextID = tokenizer.id(ofAddedToken: endOfText) else {
      throw UsageError("\(file.path): has no added token \(endOfText); name it with --end-of-text")
    }
    let pool = WorkerPool(threads: common.threadCount)
    let table = try DomainTable(text: "\(domain)\tpath=*\n", path: "--domain")
    let rule = try sharding.rule(
      domains: table, tokenizer: tokenizer, pool: pool, files: files, tool: .importTokens,
      common: common
    ) { survey in
      let corpus = TokenizedCorpus(files, tokenizer: tokenizer, endOfText: endOfTextID)
      while let documents = try corpus.next() { survey(documents) }
    }
    var options = sharding.options(rule)
    options.folder = common.output
    options.tool = .importTokens
    options.flags["end-of-text"] = endOfText
    let corpus = TokenizedCorpus(files, tokenizer: tokenizer, endOfText: endOfTextID)
    let builder = try ShardBuilder(
      tokenizer: tokenizer, endOfText: endOfTextID, domains: table, corpusFiles: files,
      options: options, pool: pool)

    let progress = Progress("import", unit: "documents", total: 0, options: common)
    while let documents = try corpus.next() {
      try builder.add(documents)
      progress.update(corpus.documents)
    }
    progress.finish()
    try requireText(corpus)
    _ = try builder.finish()
  }

  /// Documents of another tokenizer decode to noise; those that were cut into pieces may begin or
  /// end inside a character.
  private func requireText(_ corpus: TokenizedCorpus) throws {
    let (malformed, documents) = (corpus.malformed, corpus.documents)
    guard 2 * malformed <= documents else {
      throw FileError.content(
        path: files[0],
        problem: "\(malformed) of \(documents) documents are no UTF-8; "
          + "give the tokenizer that the ids were made with")
    }
    if malformed > 0 {
      common.note("import-tokens: \(malformed) of \(documents) documents are no UTF-8")
    }
  }
}
