import Benchmarking
import Constraints
import Experts
import Formats
import Foundation
import Kernels
import Mixtures
import Parallel
import Search
import Storage

/// Times the MDE features and the certified search, one line of JSON each; in turns with a peer if
/// one is given: a command, to which work and numbers are added.
///
///     bench-mixtures features TOKENS MIXTURES THREADS EXPERTS [-- PEER …]
///     bench-mixtures certify TOKENS THREADS EXPERTS [-- PEER …]
///     bench-mixtures compare FOLDER …
///
/// Features and certificate are those of experts whose log-probabilities are in memory, the
/// certificate to a gap of 10⁻⁶ nats; search methods are compared on the experts' .lp.zst files.
/// Peers have seven experts.
@main
enum BenchMixtures {
  static func main() {
    runBenchmark(
      "bench-mixtures",
      usage:
        "features TOKENS MIXTURES THREADS EXPERTS | certify TOKENS THREADS EXPERTS | "
        + "compare FOLDER …"
    ) { own, peer in
      switch (own.first, own.count) {
      case ("features", 5):
        try features(
          Array(own.prefix(4)), tokens: try positive(own[1]), mixtures: try positive(own[2]),
          threads: try positive(own[3]), experts: try positive(own[4]), peer: peer)
      case ("certify", 4):
        try certify(
          Array(own.prefix(3)), tokens: try positive(own[1]), threads: try positive(own[2]),
          experts: try positive(own[3]), peer: peer)
      case ("compare", 2...):
        let pool = WorkerPool(threads: ProcessInfo.processInfo.activeProcessorCount)
        try SearchComparison(folders: Array(own[1...]), pool: pool).report()
      default: throw WrongUsage()
      }
    }
  }

  /// Documents of a thousand tokens, the last maybe shorter; log-probabilities as `-Gamma(2, 1.5)`.
  private static func documents(tokens: Int, experts: Int, set: Int = 0) -> [[[Float]]] {
    (0..<tokens).parts(of: 1000).enumerated().map { d, part in
      var random = RandomStream(seed: 1, purpose: "document \(d) of \(set)")
      return (0..<experts).map { _ in
        part.map { _ in 1.5 * Float(log((1 - random.unit()) * (1 - random.unit()))) - 1e-3 }
      }
    }
  }

  private static func features(
    _ work: [String], tokens: Int, mixtures: Int, threads: Int, experts: Int, peer: [String]
  ) throws {
    let pool = WorkerPool(threads: threads)
    var random = RandomStream(seed: 2, purpose: "mixtures")
    let weights = (0..<mixtures).map { _ in
      dirichlet([Double](repeating: 1, count: experts), using: &random)
    }
    let documents = documents(tokens: tokens, experts: experts)
    let slices = documents.map { $0.map { $0[...] } }
    var loss = LossSum()
    let turns = Turns(work: work, peer: peer, threads: threads)
    try turns.run {
      var sums = FeatureSums(mixtures: weights)
      // As many at a time as `mde-features` reads from files: 16 blocks for each thread.
      for part in slices.indices.parts(of: 1024 * threads) {
        sums.add(Array(slices[part]), bytes: part.map { _ in 1000 }, pool: pool)
      }
      loss = sums.losses[0][0]
      return loss.tokens
    }
    turns.report(
      amount: tokens * mixtures, of: "pairs", speed: "giga_pairs_per_second", unit: 1e9,
      more: [
        "\"tokens\":\(tokens)", "\"mixtures\":\(mixtures)", "\"experts\":\(experts)",
        "\"loss\":\(loss.mean)",
        "\"error_per_token\":\(short(error(documents.prefix(20), weights, pool)))",
      ])
  }

  /// Of the first mixture's loss, in nats.
  private static func error(
    _ documents: ArraySlice<[[Float]]>, _ weights: [[Double]], _ pool: WorkerPool
  ) -> Double {
    let exact = documents.reduce(0) {
      $0 + referenceDocumentLoss($1, weights: weights[0], beta: 0)
    }
    var sums = FeatureSums(mixtures: weights)
    sums.add(documents.map { $0.map { $0[...] } }, bytes: documents.map { _ in 1000 }, pool: pool)
    let loss = sums.losses[0][0]
    return abs(loss.nats - exact) / Double(loss.tokens)
  }

  private static func certify(
    _ work: [String], tokens: Int, threads: Int, experts: Int, peer: [String]
  ) throws {
    let pool = WorkerPool(threads: threads)
    let names = (0..<experts).map { "domain-\($0)" }
    let cache = ProbabilityCache(
      domains: names,
      sets: names.indices.map { set in
        let documents = documents(tokens: tokens / experts, experts: experts, set: set)
        return CachedSet(
          name: names[set],
          logProbs: names.indices.map { i in
            // The better an expert is on its own set, the more it should weigh; one is of little
            // use.
            documents.flatMap {
              $0[i].map { i == set ? (0.5 + 0.56 * Float(set) / Float(experts)) * $0 : $0 }
            }
          })
      })
    let even = names.map { _ in 1 / Double(experts) }
    let amount = cache.sets.reduce(0) { $0 + $1.tokens }
    var found: CertifiedMinimum?
    let turns = Turns(work: work, peer: peer, threads: threads)
    try turns.run {
      found = try CertifiedMinimum(
        of: MDEObjective(cache, criteria: [even], pool: pool),
        feasible: FeasibleSet(simplex: names), start: even)
      return amount
    }
    turns.report(
      amount: amount, of: "tokens", speed: "tokens_per_second",
      more: [
        "\"experts\":\(experts)", "\"gap\":\(found?.gap ?? .nan)",
        "\"objective\":\(found?.objective ?? .nan)", "\"steps\":\(found?.iterations ?? 0)",
      ])
  }
}
