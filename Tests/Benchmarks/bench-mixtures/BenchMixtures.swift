import Benchmarking
import Foundation
import Kernels
import Mixtures
import Search

/// Times the MDE features and the certified search, one line of JSON each; in turns with a peer if one is
/// given: a command, to which the numbers are added.
///
///     bench-mixtures features TOKENS MIXTURES [THREADS] [-- PEER …]
///                                                         seven experts, log-probabilities in memory
///     bench-mixtures certify TOKENS [THREADS] [-- PEER …] seven experts, to a gap of 10⁻⁶ nats
///     bench-mixtures compare [FOLDER …]                   search methods on the experts' .lp.zst files
@main
enum BenchMixtures {
  static func main() throws {
    let all = CommandLine.arguments.dropFirst()
    let (arguments, peer) = (all.prefix { $0 != "--" }, Array(all.drop { $0 != "--" }.dropFirst()))
    let numbers = arguments.dropFirst().compactMap { Int($0) }
    func number(_ index: Int, _ standard: Int) -> Int {
      index < numbers.count ? numbers[index] : standard
    }
    let cores = ProcessInfo.processInfo.activeProcessorCount
    switch arguments.first {
    case "features":
      try features(
        tokens: number(0, 2_000_000), mixtures: number(1, 256), threads: number(2, cores),
        peer: peer)
    case "certify":
      try certify(tokens: number(0, 10_000_000), threads: number(1, cores), peer: peer)
    case "compare":
      try Comparison(
        folders: Array(arguments.dropFirst()), pool: WorkerPool(threads: cores)
      ).report()
    default: print("bench-mixtures features|certify|compare; see its source")
    }
  }

  /// Seven experts, in documents of a thousand tokens; log-probabilities as `-Gamma(2, 1.5)`.
  private static func documents(tokens: Int) -> [[[Float]]] {
    let length = 1000
    return (0..<tokens / length).map { d in
      var random = RandomStream(seed: 1, purpose: "document \(d)")
      return (0..<7).map { _ in
        (0..<length).map { _ in
          1.5 * Float(log((1 - random.unit()) * (1 - random.unit()))) - 1e-3
        }
      }
    }
  }

  private static func start(_ peer: [String], _ numbers: Int...) throws -> Peer? {
    peer.isEmpty ? nil : try Peer(peer + numbers.map { "\($0)" })
  }

  private static func features(tokens: Int, mixtures: Int, threads: Int, peer: [String]) throws {
    let peer = try start(peer, tokens, mixtures, threads)
    let pool = WorkerPool(threads: threads)
    var random = RandomStream(seed: 2, purpose: "mixtures")
    let weights = (0..<mixtures).map { _ in
      dirichlet([Double](repeating: 1, count: 7), using: &random)
    }
    let documents = documents(tokens: tokens)
    let slices = documents.map { $0.map { $0[...] } }
    var loss = 0.0
    let times = try Times(runs: 7, peer: peer) {
      var sums = FeatureSums(mixtures: weights)
      // As many at a time as `mde-features` prepares from files.
      for start in stride(from: 0, to: slices.count, by: 512) {
        let part = Array(slices[start..<min(slices.count, start + 512)])
        sums.add(part, bytes: part.map { _ in 1000 }, pool: pool)
      }
      loss = sums.losses[0][0].mean
    }
    let tokens = documents.count * 1000
    var exact = 0.0
    for document in documents.prefix(20) {
      exact += referenceDocumentLoss(document, weights: weights[0], beta: 0)
    }
    var few = FeatureSums(mixtures: weights)
    few.add(Array(slices.prefix(20)), bytes: slices.prefix(20).map { _ in 1000 }, pool: pool)
    let error = abs(few.losses[0][0].nats - exact) / 20_000
    func speed(_ seconds: Double) -> String {
      short(Double(tokens * mixtures) / seconds / 1e9)
    }
    var fields = [
      "\"tokens\":\(tokens)", "\"mixtures\":\(mixtures)", "\"experts\":7", "\"threads\":\(threads)",
      "\"giga_pairs_per_second\":\(speed(times.median))", "\"loss\":\(loss)",
      "\"error_per_token\":\(short(error))",
    ]
    if let peer, let ratio = times.ratio {
      fields += [
        "\"peer\":\"\(peer.greeting)\"",
        "\"peer_giga_pairs_per_second\":\(speed(median(times.peers)))",
        "\"ratio\":\(short(ratio))",
      ]
    }
    print(line("features", times, fields))
  }

  private static func certify(tokens: Int, threads: Int, peer: [String]) throws {
    let peer = try start(peer, tokens, threads)
    let pool = WorkerPool(threads: threads)
    let names = (0..<7).map { "domain-\($0)" }
    let cache = ProbabilityCache(
      domains: names,
      sets: names.indices.map { set in
        let documents = documents(tokens: tokens / 7)
        return CachedSet(
          name: names[set],
          logProbs: names.indices.map { i in
            // The better an expert is on its own set, the more it should weigh; one is of little use.
            documents.flatMap { $0[i].map { i == set ? (0.5 + 0.08 * Float(set)) * $0 : $0 } }
          })
      })
    let even = names.map { _ in 1.0 / 7 }
    var found: CertifiedMinimum?
    let times = try Times(runs: 5, peer: peer) {
      found = try CertifiedMinimum(
        of: MDEObjective(cache, criteria: [even], pool: pool),
        feasible: FeasibleSet(simplex: names), start: even)
    }
    let tokens = cache.sets.reduce(0) { $0 + $1.tokens }
    var fields = [
      "\"tokens\":\(tokens)", "\"experts\":7", "\"threads\":\(threads)",
      "\"gap\":\(found?.gap ?? .nan)", "\"objective\":\(found?.objective ?? .nan)",
      "\"steps\":\(found?.iterations ?? 0)",
    ]
    if let peer, let ratio = times.ratio {
      fields += [
        "\"peer\":\"\(peer.greeting)\"", "\"peer_seconds\":\(short(median(times.peers)))",
        "\"ratio\":\(short(ratio))",
      ]
    }
    print(line("certify", times, fields))
  }
}
