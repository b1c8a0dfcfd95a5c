import ArgumentParser
import Formats
import Parallel
import Storage
import Tokenization
import ToolKit

@main
struct TrainTokenizer: Tool {
  static let configuration = CommandConfiguration(
    commandName: "train-tokenizer",
    abstract: "Train a byte-level BPE tokenizer on a corpus.",
    discussion: """
      Examples:
        train-tokenizer 0-corpus --domains domains.tsv -o tokenizer.json
        train-tokenizer 0-corpus --domains domains.tsv --vocab-size 8192 \\
          --weight Code=2 -o tokenizer.json

      Writes a Hugging Face tokenizer.json. Id 0 is <|endoftext|>, then come the 256 bytes in the \
      order of their characters, then merges: the most frequent pair each time, of equals the one \
      with the lower ids. Every domain has the same say, whatever its size, unless --weight or \
      --by-size says otherwise.
      """,
    version: projectVersion)

  @Argument(
    help:
      """
      Files of JSON lines, in any compression or archive, or folders of them; '-' is standard \
      input.
      """)
  var corpus: [String]
  @Option(help: .init("Table of domains.", valueName: "file")) var domains: String
  @Option(
    name: [.long, .customLong("vocabulary")],
    help: "Number of tokens, bytes and <|endoftext|> included.")
  var vocabSize = 4096
  @Option(help: "Text to learn from, in bytes of each domain: its first documents.")
  var maxBytes = 100_000_000
  @Option(
    help: .init("A domain's say, 1 where not given; may be repeated.", valueName: "domain=number"))
  var weight: [String] = []
  @Flag(help: "Each domain's say is its bytes.") var bySize = false
  @OptionGroup var reading: CorpusOptions
  @OptionGroup var clustering: ClusterOptions
  @OptionGroup var common: CommonOptions

  private static let endOfText = "<|endoftext|>"

  func validate() throws {
    guard vocabSize >= 257, vocabSize <= 1 << 20 else {
      throw ValidationError("--vocab-size must be from 257 to 1048576, not \(vocabSize)")
    }
    guard maxBytes > 0 else { throw ValidationError("--max-bytes must be positive") }
    guard !bySize || weight.isEmpty else {
      throw ValidationError("--by-size and --weight exclude each other")
    }
  }

  func run() throws {
    let table = try DomainTable(domains)
    let weights = try weights(of: table)
    let pool = WorkerPool(threads: common.threadCount)
    let corpus = try reading.corpus(
      corpus, of: table, by: try clustering.domains(of: table, pool: pool))
    let sample = TrainingSample(domains: table.domains.count, maximumBytes: maxBytes, pool: pool)
    let progress = Progress("count words", unit: "bytes", total: 0, options: common)
    while !sample.isFull, let documents = try corpus.next() {
      sample.add(documents)
      progress.update(sample.bytes.reduce(0, +))
    }
    progress.finish()
    for remark in corpus.skipped.remarks { common.note("train-tokenizer: \(remark)") }
    for (domain, bytes) in zip(table.domains, sample.bytes) where bytes == 0 {
      common.note("train-tokenizer: domain \(domain.name) has no text in this corpus")
    }
    let trainer = BPETrainer(
      words: sample.words(weights: weights), size: vocabSize, specialTokens: [Self.endOfText])
    guard trainer.vocabulary.count == vocabSize else {
      throw TokenizationError.vocabulary(wanted: vocabSize, reached: trainer.vocabulary.count)
    }
    try replaceFile(
      common.output, keepIfEqual: true,
      bytes: TrainedTokenizer.encode(
        vocabulary: trainer.vocabulary, merges: trainer.merges, specialTokens: [Self.endOfText]))
  }

  private func weights(of table: DomainTable) throws -> [Double?] {
    var weights: [Double?] = table.domains.map { _ in bySize ? nil : 1 }
    for text in weight {
      let parts = text.split(separator: "=", maxSplits: 1)
      guard parts.count == 2, let value = Double(parts[1]), value >= 0, value.isFinite,
        let domain = table.domains.firstIndex(where: { $0.name == parts[0] })
      else { throw UsageError("--weight \(text): write DOMAIN=NUMBER with a domain of \(domains)") }
      weights[domain] = value
    }
    return weights
  }
}
