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

  /// What is stated of many experts, beside the formulas in double: losses, gains, curvature.
  @Test(arguments: [16, 17, 40, 203])
  func `many experts have the loss, gains and curvature of the formulas`(experts: Int) {
    var random = RandomStream(seed: 3, purpose: "many experts")
    let tokens = 1500
    let logProbs = (0..<experts).map { _ in
      (0..<tokens).map { _ in Float(-8 * random.unit() - 1e-3) }
    }
    let cache = ProbabilityCache(
      domains: (0..<experts).map { "d\($0)" }, sets: [CachedSet(name: "set", logProbs: logProbs)])
    let dense = dirichlet([Double](repeating: 1, count: experts), using: &random)
    let sparse = (0..<experts).map { $0 % 5 == 0 ? 1 / Double((experts + 4) / 5) : 0 }
    for weights in [dense, sparse] {
      let found = cache.evaluate(weights, order: .hessian, pool: pool)[0]
      let mixed = (0..<tokens).map { t in
        mixtureLogProb(logProbs.map { Double($0[t]) }, weights: weights)
      }
      #expect(abs(found.loss + mixed.reduce(0, +) / Double(tokens)) <= 1e-7)
      let ratios = logProbs.map { row in zip(row, mixed).map { exp(Double($0) - $1) } }
      for i in 0..<experts {
        let gain = ratios[i].reduce(0, +) / Double(tokens)
        #expect(abs(found.gains[i] - gain) <= 2e-7 * (1 + gain))
      }
      for (i, j) in [(0, 0), (1, 0), (experts - 1, experts / 2), (experts / 2, experts - 1)] {
        let mean = zip(ratios[i], ratios[j]).reduce(0) { $0 + $1.0 * $1.1 } / Double(tokens)
        #expect(abs(found.curvature[i * experts + j] - mean) <= 3e-6 * (1 + mean))
      }
      #expect(cache.losses(ofAll: [dense, weights], pool: pool)[1] == [found.loss])
    }
  }

  @Test(arguments: [17, 40])
  func `the curvature of a weighted sum of sets is the weighted sum of theirs`(experts: Int) {
    var random = RandomStream(seed: 4, purpose: "curvature of a sum")
    let sets = [700, 17, 20_000, 90].enumerated().map { set, tokens in
      CachedSet(
        name: "set-\(set)",
        logProbs: (0..<experts).map { _ in
          (0..<tokens).map { _ in Float(-8 * random.unit() - 1e-3) }
        })
    }
    let cache = ProbabilityCache(domains: (0..<experts).map { "d\($0)" }, sets: sets)
    let weights = dirichlet([Double](repeating: 1, count: experts), using: &random)
    let each = cache.evaluate(weights, order: .hessian, pool: pool)
    for setWeights in [[0.1, 0.2, 0.3, 0.4], [0, 1, 0, 0], [0.5, -0.25, 0, 0.75], [0, 0, 0, 0]] {
      let sum = cache.curvature(weights, of: setWeights, pool: pool)
      for place in 0..<experts * experts {
        let expected = zip(setWeights, each).reduce(0) { $0 + $1.0 * $1.1.curvature[place] }
        let size = zip(setWeights, each).reduce(0) { $0 + abs($1.0) * $1.1.curvature[place] }
        #expect(abs(sum[place] - expected) <= 5e-6 * (setWeights == [0, 0, 0, 0] ? 0 : 1 + size))
      }
      #expect(sum == cache.curvature(weights, of: setWeights, pool: WorkerPool(threads: 1)))
    }
  }

  @Test(arguments: [17, 40_000])
  func `losses and gains of many tokens are within the stated bound`(tokens: Int) {
    let logProbs = logProbs(tokens: tokens, least: -1000)
    for weights in mixtures { expectBounds(logProbs, weights) }
  }
}
