import Foundation
import Kernels
import Mixtures
import Search

/// Times the MDE features and the certified search, one line of JSON each.
///
///     bench-mixtures features TOKENS MIXTURES [THREADS]   seven experts, log-probabilities in memory
///     bench-mixtures certify TOKENS [THREADS]             seven experts, to a gap of 10⁻⁶ nats
///     bench-mixtures compare [FOLDER …]                   search methods on the experts' .lp.zst files
@main
enum BenchMixtures {
  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    let numbers = arguments.dropFirst().compactMap { Int($0) }
    func number(_ index: Int, _ standard: Int) -> Int {
      index < numbers.count ? numbers[index] : standard
    }
    let cores = ProcessInfo.processInfo.activeProcessorCount
    switch arguments.first {
    case "features":
      features(
        tokens: number(0, 2_000_000), mixtures: number(1, 256), threads: number(2, cores))
    case "certify": try certify(tokens: number(0, 10_000_000), threads: number(1, cores))
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

  private static func features(tokens: Int, mixtures: Int, threads: Int) {
    let pool = WorkerPool(threads: threads)
    var random = RandomStream(seed: 2, purpose: "mixtures")
    let weights = (0..<mixtures).map { _ in
      dirichlet([Double](repeating: 1, count: 7), using: &random)
    }
    let documents = documents(tokens: tokens)
    let slices = documents.map { $0.map { $0[...] } }
    var loss = 0.0
    let seconds = timed(runs: 7) {
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
    print(
      line(
        "features", seconds,
        "\"tokens\":\(tokens),\"mixtures\":\(mixtures),\"experts\":7,\"threads\":\(threads),"
          + "\"gigaPairsPerSecond\":\(short(Double(tokens * mixtures) / seconds.median / 1e9)),"
          + "\"loss\":\(loss),\"errorPerToken\":\(error)"))
  }

  private static func certify(tokens: Int, threads: Int) throws {
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
    let seconds = try timed(runs: 5) {
      found = try CertifiedMinimum(
        of: MDEObjective(cache, criteria: [even], pool: pool),
        feasible: FeasibleSet(simplex: names), start: even)
    }
    let tokens = cache.sets.reduce(0) { $0 + $1.tokens }
    print(
      line(
        "certify", seconds,
        "\"tokens\":\(tokens),\"experts\":7,\"threads\":\(threads),"
          + "\"gap\":\(found?.gap ?? .nan),\"objective\":\(found?.objective ?? .nan),"
          + "\"steps\":\(found?.iterations ?? 0)"))
  }
}

struct Seconds {
  let median: Double
  let least: Double
  let most: Double
  /// Of all threads together, a run: what is left of a measurement on a machine that is not idle.
  var processors = 0.0
}

private func processorSeconds() -> Double { Double(clock()) / Double(CLOCKS_PER_SEC) }

func timed(runs: Int, _ body: () throws -> Void) rethrows -> Seconds {
  var times: [Double] = []
  let before = processorSeconds()
  for _ in 0..<runs {
    let start = ContinuousClock.now
    try body()
    times.append((ContinuousClock.now - start) / .seconds(1))
  }
  times.sort()
  return Seconds(
    median: times[runs / 2], least: times[0], most: times[runs - 1],
    processors: (processorSeconds() - before) / Double(runs))
}

func line(_ work: String, _ seconds: Seconds, _ rest: String) -> String {
  "{\"work\":\"\(work)\",\"by\":\"data-experts\",\"seconds\":\(short(seconds.median)),"
    + "\"least\":\(short(seconds.least)),\"most\":\(short(seconds.most)),"
    + "\"processorSeconds\":\(short(seconds.processors)),\(rest)}"
}

/// Four digits.
func short(_ value: Double) -> String { String(format: "%.4g", value) }
