import Benchmarking
import Formats
import Foundation
import Kernels
import Parallel
import Storage
import Tokenization

/// Times ingestion, encoding and training, in turns with a peer if one is given; one line of JSON
/// each.
///
///     bench-tokenization ingest          CORPUS… -- [PEER…]   lines of JSON to texts, one thread
///     bench-tokenization encode          TOKENIZER THREADS EVERY CORPUS… -- [PEER…]
///     bench-tokenization train-tokenizer VOCABULARY THREADS EVERY CORPUS… -- [PEER…]
///     bench-tokenization near-duplicates THREADS EVERY CORPUS… -- [PEER…]   those of one domain
///
/// EVERY: only every so many-th document of the corpus is taken. PEER is a command such as
/// `python3 Tests/Peers/tokenizer_peer.py tiktoken`; work and arguments are added to it. Ratios are
/// of speeds, ours to the peer's, one for each pair of turns.
@main
enum BenchTokenization {
  static func main() {
    runBenchmark(
      "bench-tokenization",
      usage: "ingest CORPUS… | encode TOKENIZER THREADS EVERY CORPUS… | "
        + "train-tokenizer VOCABULARY THREADS EVERY CORPUS… | "
        + "near-duplicates THREADS EVERY CORPUS…"
    ) { own, peer in
      switch (own.first, own.count) {
      case ("ingest", 2...): try ingest(own, peer)
      case ("encode", 5...): try encode(own, peer)
      case ("train-tokenizer", 5...): try train(own, peer)
      case ("near-duplicates", 4...): try findNearDuplicates(own, peer)
      default: throw WrongUsage()
      }
    }
  }

  private static func ingest(_ arguments: [String], _ peer: [String]) throws {
    let table = try DomainTable(text: "All\tpath=*\n", path: "domains")
    let turns = Turns(work: arguments, peer: peer, threads: 1)
    try turns.run {
      let corpus = try Corpus(Array(arguments[1...]), domains: table)
      var bytes = 0
      while let documents = try corpus.next() {
        bytes += documents.reduce(0) { $0 + $1.text.count }
      }
      return bytes
    }
    turns.report(bytes: try lines(of: arguments[1...]) { $0.count + 1 }.reduce(0, +))
  }

  private static func encode(_ arguments: [String], _ peer: [String]) throws {
    let (threads, every) = (try positive(arguments[2]), try positive(arguments[3]))
    let tokenizer = try Tokenizer(try TokenizerFile(arguments[1]))
    let texts = try texts(of: arguments[4...], every: every)
    let pool = WorkerPool(threads: threads)
    let encoders = (0..<threads).map { _ in LockedValue(Encoder(tokenizer)) }
    let turns = Turns(work: arguments, peer: peer, threads: threads)
    try turns.run {
      let counts = texts.map { _ in LockedValue(0) }
      pool.run(tasks: texts.count) { task, worker in
        let text = texts[task]
        var tokens: [Int32] = []
        encoders[worker].update { $0.encode(text.span, into: &tokens) }
        counts[task].value = tokens.count
      }
      return counts.reduce(0) { $0 + $1.value }
    }
    turns.report(bytes: texts.reduce(0) { $0 + $1.count })
  }

  private static func train(_ arguments: [String], _ peer: [String]) throws {
    let (size, threads) = (try positive(arguments[1]), try positive(arguments[2]))
    let texts = try texts(of: arguments[4...], every: try positive(arguments[3]))
    let documents = texts.map { Corpus.Document(domain: 0, file: 0, text: $0) }
    let pool = WorkerPool(threads: threads)
    let turns = Turns(work: arguments, peer: peer, threads: threads)
    try turns.run {
      let sample = TrainingSample(domains: 1, maximumBytes: .max, pool: pool)
      sample.add(documents)
      let trainer = BPETrainer(
        words: WordCounts.combined(sample.totals.map { ($0, Double($0.bytes)) }), size: size,
        specialTokens: ["<|endoftext|>"])
      return trainer.vocabulary.count
    }
    turns.report(bytes: texts.reduce(0) { $0 + $1.count })
  }

  private static func findNearDuplicates(_ arguments: [String], _ peer: [String]) throws {
    let threads = try positive(arguments[1])
    let texts = try texts(of: arguments[3...], every: try positive(arguments[2]))
    let documents = texts.map { Corpus.Document(domain: 0, file: 0, text: $0) }
    let pool = WorkerPool(threads: threads)
    let turns = Turns(work: arguments, peer: peer, threads: threads)
    try turns.run {
      var deduplicator = Deduplicator(.near, domains: 1)
      let signatures = MinHash.signatures(of: documents, pool: pool)
      for (number, signature) in signatures.enumerated() {
        _ = deduplicator.keeps(key: UInt128(number), signature: signature, domain: 0)
      }
      return deduplicator.counts[0].near
    }
    turns.report(bytes: texts.reduce(0) { $0 + $1.count })
  }

  private static func lines<Value>(
    of files: ArraySlice<String>, _ value: (ArraySlice<UInt8>) throws -> Value
  ) throws -> [Value] {
    var values: [Value] = []
    for file in files {
      let reader = try LineReader(file)
      while let line = try reader.next() { values.append(try value(line.bytes)) }
    }
    return values
  }

  private static func texts(of files: ArraySlice<String>, every: Int) throws -> [[UInt8]] {
    let (json, path) = (JSONFields(), JSONFields.Path("text"))
    var index = 0
    return try lines(of: files) { line in
      defer { index += 1 }
      guard index % every == 0, json.parse(line) == nil else { return [] }
      return try json.string(at: path)
    }.filter { !$0.isEmpty }
  }
}
