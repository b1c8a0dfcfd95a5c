import Benchmarking
import Constraints
import Experts
import Formats
import Foundation
import Kernels
import Mixtures
import Parallel
import Search

/// Ways to minimise the MDE objective avg-sp on the same cache: what they reach, and how long they
/// take.
struct SearchComparison {
  let cache: ProbabilityCache
  let pool: WorkerPool
  private let setWeights: [Double]

  /// - Parameter folders: one for each expert.
  init(folders: [String], pool: WorkerPool) throws {
    self.pool = pool
    let cache = try ProbabilityCache(try ExpertScores(folders: folders), pool: pool)
    self.cache = cache
    setWeights = cache.sets.map { _ in 1 / Double(cache.sets.count) }
  }

  private func objective(_ weights: [Double]) -> Double {
    zip(setWeights, cache.evaluate(weights, order: .value, pool: pool)).reduce(0) {
      $0 + $1.0 * $1.1.loss
    }
  }

  func report() throws {
    let even = cache.domains.map { _ in 1 / Double(cache.domains.count) }
    var certified: CertifiedMinimum?
    let newton = try seconds {
      certified = try CertifiedMinimum(
        of: MDEObjective(cache, criteria: [setWeights], pool: pool),
        feasible: FeasibleSet(simplex: cache.domains), start: even)
    }
    guard let certified else { return }
    row("certified, gap \(short(certified.gap))", certified.weights, newton)
    for count in [1000, 100_000] {
      var best = even
      let time = seconds { best = bestDraw(of: count) }
      row("\(count) Dirichlet draws", best, time)
    }
    var gradient = even
    let time = seconds { gradient = exponentiatedGradient(from: even, steps: 100) }
    row("exponentiated gradient, 100 steps", gradient, time)
    row("uniform", even, 0)
  }

  private func row(_ name: String, _ weights: [Double], _ seconds: Double) {
    let loss = String(format: "%.6f", objective(weights))
    let shares = zip(cache.domains, weights).map { "\($0) \(String(format: "%.4f", $1))" }
    print(
      "{\"work\":\"search\",\"by\":\"\(name)\",\"objective\":\(loss),"
        + "\"seconds\":\(short(seconds)),\"weights\":\"\(shares.joined(separator: " "))\"}")
  }

  /// RegMix's way, on all tokens: Dirichlet(1, …, 1).
  private func bestDraw(of count: Int) -> [Double] {
    var random = RandomStream(seed: 1, purpose: "draws")
    let draws = (0..<count).map { _ in
      dirichlet(cache.domains.map { _ in 1 }, using: &random)
    }
    var totals = [Double](repeating: 0, count: count)
    for (weight, set) in zip(setWeights, cache.sets) {
      var sums = FeatureSums(mixtures: draws)
      let logs = set.sample(set.tokens)
      for piece in (0..<set.tokens).parts(of: 1 << 20) {
        let documents = piece.parts(of: 1000).map { part in logs.map { $0[part] } }
        sums.add(documents, bytes: documents.map { _ in 0 }, pool: pool)
      }
      for (d, loss) in sums.losses[0].enumerated() { totals[d] += weight * loss.mean }
    }
    return draws[totals.indices.min { totals[$0] < totals[$1] } ?? 0]
  }

  /// MixMin's way: λ_i ← λ_i exp(η g_i), normalised, with η = 1.
  private func exponentiatedGradient(from start: [Double], steps: Int) -> [Double] {
    var weights = start
    for _ in 0..<steps {
      let sets = cache.evaluate(weights, order: .gradient, pool: pool)
      let powers = weights.indices.map { i in
        weights[i] * exp(zip(setWeights, sets).reduce(0) { $0 + $1.0 * $1.1.gains[i] })
      }
      let sum = powers.reduce(0, +)
      weights = powers.map { $0 / sum }
    }
    return weights
  }
}
