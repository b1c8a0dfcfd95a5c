import Experts
import Foundation
import Mixtures
import Parallel
import Testing

struct CachedLossTests {
  private let pool = WorkerPool(threads: 2)
  private let mixtures = [
    [0.2, 0.3, 0.5], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1e-9, 0.5, 0.5 - 1e-9],
  ]

  /// Log-probabilities of three experts, from nearly 0 to `least`, and no further apart than e⁻⁸⁷
  /// can be kept.
  private func logProbs(tokens: Int, least: Float) -> [[Float]] {
    var random = RandomStream(seed: 1, purpose: "cached loss test")
    let offsets = (0..<tokens).map { _ in Float(random.unit()) * (least + 87) }
    return (0..<3).map { _ in offsets.map { $0 - Float(random.unit()) * 87 } }
  }

  /// What `ProbabilityCache` states for losses and gains, against the formulas in double.
  private func expectBounds(_ logProbs: [[Float]], _ weights: [Double]) {
    let tokens = logProbs[0].count
    let (count, scale) = (Double(tokens), Double(tokens + 16 * 3 + 600) * 0x1p-53)
    let cache = ProbabilityCache(
      domains: ["A", "B", "C"], sets: [CachedSet(name: "set", logProbs: logProbs)])
    let found = cache.evaluate(weights, order: .gradient, pool: pool)[0]
    let mixed = (0..<tokens).map { t in
      mixtureLogProb(logProbs.map { Double($0[t]) }, weights: weights)
    }
    let loss = -mixed.reduce(0, +) / count
    #expect(abs(found.loss - loss) <= 0x1p-24 + scale * (1 + loss), "\(weights), \(tokens) tokens")
    for (i, row) in logProbs.enumerated() {
      let gain = zip(row, mixed).reduce(0) { $0 + exp(Double($1.0) - $1.1) } / count
      #expect(
        abs(found.gains[i] - gain) <= 0x1p-23 * gain + scale * (1 + gain),
        "gain \(i) of \(weights), \(tokens) tokens")
    }
  }

  @Test(arguments: [-87, -1000, -30_000] as [Float])
  func `losses and gains of every token are within the stated bound`(least: Float) {
    let logProbs = logProbs(tokens: 300, least: least)
    for token in 0..<300 {
      for weights in mixtures { expectBounds(logProbs.map { [$0[token]] }, weights) }
    }
  }

  @Test(arguments: [17, 40_000])
  func `losses and gains of many tokens are within the stated bound`(tokens: Int) {
    let logProbs = logProbs(tokens: tokens, least: -1000)
    for weights in mixtures { expectBounds(logProbs, weights) }
  }
}
