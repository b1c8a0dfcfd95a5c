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
        train-tokenizer 0-corpus --domains domains.tsv --words marks \\
          --normalize nfc --fertility fertility.jsonl -o tokenizer.json

      Writes a Hugging Face tokenizer.json. Id 0 is <|endoftext|>, then come the 256 bytes in the \
      order of their characters, then merges: the most frequent pair each time, of equals the one \
      with the lower ids. Every domain has the same say, whatever its size, unless --weight or \
      --by-size says otherwise.

      Merges stay within words. Those of --words gpt2 end at every mark: at the vowel signs of \
      Indic scripts, Thai and Khmer, and at the accents of decomposed text. Text without spaces \
      is cut at signs and digits alone.
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
  @Option(help: "What cuts text into words: GPT-2's pattern, or that with marks as letters.")
  var words = Words.gpt2
  @Option(help: "The form of Unicode that text is brought into first.")
  var normalize = Normalization.none
  @Option(
    help: .init(
      "Also write how much text a token holds, by domain, beside a tokenizer by size.",
      valueName: "file"))
  var fertility: String?
  @OptionGroup var reading: CorpusOptions
  @OptionGroup var clustering: ClusterOptions
  @OptionGroup var common: CommonOptions

  private static let endOfText = "<|endoftext|>"

  var outputs: [PlannedOutput] {
    [fertility, common.output].compactMap(\.self).map(PlannedOutput.file)
  }

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
    let cut = TrainedTokenizer.Words(
      marksAreLetters: words == .marks, isNormalized: normalize == .nfc)
    let pool = WorkerPool(threads: common.threadCount)
    let corpus = try reading.corpus(
      corpus, of: table, by: try clustering.domains(of: table, pool: pool))
    let sample = TrainingSample(
      domains: table.domains.count, maximumBytes: maxBytes, words: cut, pool: pool)
    let progress = Progress("count words", unit: "bytes", total: 0, options: common)
    while !sample.isFull, let documents = try corpus.next() {
      sample.add(documents)
      progress.update(sample.bytes.reduce(0, +))
    }
    progress.finish()
    for remark in corpus.remarks { common.note("train-tokenizer: \(remark)") }
    for (domain, bytes) in zip(table.domains, sample.bytes) where bytes == 0 {
      common.note("train-tokenizer: domain \(domain.name) has no text in this corpus")
    }
    let counts = sample.totals
    let tokenizer = try trained(on: counts, weights: weights, words: cut)
    if let fertility {
      let other =
        bySize ? nil : try trained(on: counts, weights: counts.map { _ in nil }, words: cut)
      try writeFertility(
        of: tokenizer, bySize: other, Array(zip(table.domains.map(\.name), counts)),
        table: InputDigest(unlessStream: domains), pool: pool, to: fertility)
    }
    try replaceFile(common.output, bytes: tokenizer)
  }

  /// The tokenizer.json; the weight nil stands for a domain's bytes.
  private func trained(
    on counts: [WordCounts], weights: [Double?], words: TrainedTokenizer.Words
  ) throws -> [UInt8] {
    let trainer = BPETrainer(
      words: WordCounts.combined(
        zip(counts, weights).map { counts, weight in (counts, weight ?? Double(counts.bytes)) }),
      size: vocabSize, specialTokens: [Self.endOfText])
    guard trainer.vocabulary.count == vocabSize else {
      throw TokenizationError.vocabulary(wanted: vocabSize, reached: trainer.vocabulary.count)
    }
    return TrainedTokenizer.encode(
      vocabulary: trainer.vocabulary, merges: trainer.merges, specialTokens: [Self.endOfText],
      words: words)
  }

  private func weights(of table: DomainTable) throws -> [Double?] {
    var weights: [Double?] = table.domains.map { _ in bySize ? nil : 1 }
    for text in weight {
      let parts = text.split(separator: "=", maxSplits: 1)
      guard parts.count == 2, let value = decimal(parts[1]), value >= 0,
        let domain = table.domains.firstIndex(where: { $0.name == parts[0] })
      else { throw UsageError("--weight \(text): write DOMAIN=NUMBER with a domain of \(domains)") }
      weights[domain] = value
    }
    return weights
  }
}

/// What cuts text into the words inside which merges happen.
enum Words: String, ExpressibleByArgument, CaseIterable { case gpt2, marks }

enum Normalization: String, ExpressibleByArgument, CaseIterable { case none, nfc }
