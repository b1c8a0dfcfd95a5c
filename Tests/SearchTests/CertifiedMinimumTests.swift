import Constraints
import Experts
import Foundation
import Mixtures
import Parallel
import Search
import TestSupport
import Testing

struct CertifiedMinimumTests {
  let pool = WorkerPool(threads: 2)

  @Test func `the known optimum of a separable problem is found and certified`() throws {
    let counts = [300, 500, 200]
    let cache = separable(counts)
    let found = try CertifiedMinimum(
      of: MDEObjective(cache, criteria: [[1]], pool: pool),
      feasible: FeasibleSet(simplex: cache.domains), start: uniform(3), gap: 1e-10)
    let entropy = -counts.reduce(0.0) { $0 + Double($1) / 1000 * log(Double($1) / 1000) }
    for (weight, count) in zip(found.weights, counts) {
      #expect(isClose(weight, Double(count) / 1000, 1e-6))
    }
    #expect(isClose(found.objective, entropy, 1e-9) && found.gap <= 1e-10)
    #expect(found.shadowPrices == [0, 0, 0])
  }

  @Test func `a cap that binds has the shadow price of the finite difference`() throws {
    let cache = separable([300, 500, 200])
    func solve(_ cap: Double) throws -> CertifiedMinimum {
      try CertifiedMinimum(
        of: MDEObjective(cache, criteria: [[1]], pool: pool),
        feasible: FeasibleSet(
          domains: cache.domains, maximum: ["domain-1": .init(cap, reason: "epochs")]),
        start: [0.4, 0.2, 0.4], gap: 1e-11)
    }
    let (low, middle, high) = (try solve(0.399), try solve(0.4), try solve(0.401))
    #expect(isClose(middle.weights[1], 0.4, 1e-12))
    #expect(isClose(middle.weights[0], 0.36, 1e-6))  // the rest in proportion 3 : 2
    let slope = (high.objective - low.objective) / 0.002
    #expect(isClose(middle.shadowPrices[1], 0.01 * slope, 1e-6))
    #expect(middle.shadowPrices[1] < 0 && middle.shadowPrices[0] == 0)
  }

  @Test func `a fixed weight has the price of moving it`() throws {
    let cache = separable([300, 500, 200])
    for (weight, sign) in [(0.4, -1.0), (0.6, 1)] {
      let found = try CertifiedMinimum(
        of: MDEObjective(cache, criteria: [[1]], pool: pool),
        feasible: FeasibleSet(
          domains: cache.domains, minimum: ["domain-1": .init(weight, reason: "fixed")],
          maximum: ["domain-1": .init(weight, reason: "fixed")]),
        start: [0.5 * (1 - weight), weight, 0.5 * (1 - weight)], gap: 1e-10)
      // F = −0.5 log λ₁ − 0.5 log(1 − λ₁) + const: the others share the rest.
      let slope = -0.5 / weight + 0.5 / (1 - weight)
      #expect(isClose(found.shadowPrices[1], 0.01 * slope, 1e-7))
      #expect(found.shadowPrices[1] * sign > 0)
    }
  }

  @Test(arguments: [1, 2, 7, 20, 64])
  func `the certificate holds, and expectation maximisation finds nothing better`(k: Int) throws {
    let domains = (0..<k).map { "domain-\($0)" }
    let cache = syntheticCache(domains: domains, tokens: 100, seed: UInt64(k))
    let weights = uniform(k)
    let found = try CertifiedMinimum(
      of: MDEObjective(cache, criteria: [weights], pool: pool),
      feasible: FeasibleSet(simplex: domains), start: weights, gap: 1e-8)
    #expect(found.gap <= 1e-8 && found.iterations < 20)
    // EM: λ_i ← λ_i g_i. Its own bound F − F* ≤ log max g closes in from above.
    var em = weights
    for _ in 0..<200 {
      let sets = cache.evaluate(em, order: .gradient, pool: pool)
      em = em.indices.map { i in
        em[i] * sets.reduce(0) { $0 + $1.gains[i] } / Double(k)
      }
    }
    let sets = cache.evaluate(em, order: .gradient, pool: pool)
    let loss = sets.reduce(0) { $0 + $1.loss } / Double(k)
    let bound = log(em.indices.map { i in sets.reduce(0) { $0 + $1.gains[i] } / Double(k) }.max()!)
    #expect(found.objective <= loss + 1e-12)
    #expect(found.objective >= loss - bound - 1e-12)
    #expect(loss - found.objective < 1e-3)
  }

  @Test func `start does not matter, and permuting experts permutes the optimum`() throws {
    let domains = ["a", "b", "c", "d"]
    let cache = syntheticCache(domains: domains, tokens: 300)
    let feasible = FeasibleSet(simplex: domains)
    func solve(_ start: [Double]) throws -> [Double] {
      try CertifiedMinimum(
        of: MDEObjective(cache, criteria: [uniform(4)], pool: pool), feasible: feasible,
        start: start, gap: 1e-12
      ).weights
    }
    let (a, b) = (try solve(uniform(4)), try solve([1, 0, 0, 0]))
    for (x, y) in zip(a, b) { #expect(isClose(x, y, 1e-5)) }
    let order = [2, 0, 3, 1]
    let permuted = ProbabilityCache(
      domains: domains,
      sets: cache.sets.map { set in
        let logs = set.sample(300)
        return CachedSet(name: set.name, logProbs: order.map { logs[$0] })
      })
    let c = try CertifiedMinimum(
      of: MDEObjective(permuted, criteria: [uniform(4)], pool: pool), feasible: feasible,
      start: uniform(4), gap: 1e-12)
    for (i, from) in order.enumerated() { #expect(isClose(c.weights[i], a[from], 1e-5)) }
  }

  @Test func `losses, gradients and curvature agree with differences and the reference`() {
    let domains = ["a", "b", "c"]
    let cache = syntheticCache(domains: domains, tokens: 37)
    let weights = [0.2, 0.5, 0.3]
    let all = cache.evaluate(weights, order: .hessian, pool: pool)
    for (s, set) in cache.sets.enumerated() {
      // `sample` gives logs less the largest, so compare differences of losses with the reference.
      let logs = set.sample(37)
      let other = [0.6, 0.1, 0.3]
      let reference =
        (referenceDocumentLoss(logs, weights: weights, beta: 0)
          - referenceDocumentLoss(logs, weights: other, beta: 0)) / 37
      let fast = all[s].loss - cache.evaluate(other, order: .value, pool: pool)[s].loss
      #expect(isClose(fast, reference, 1e-7))
      #expect(
        isClose(zip(weights, all[s].gains).reduce(0) { $0 + $1.0 * $1.1 }, 1, 1e-12))
      for i in weights.indices {
        let step = 1e-5
        var (up, down) = (weights, weights)
        up[i] += step
        down[i] -= step
        let high = cache.evaluate(up, order: .gradient, pool: pool)[s]
        let low = cache.evaluate(down, order: .gradient, pool: pool)[s]
        let slope = (high.loss - low.loss) / (2 * step)
        #expect(isClose(slope, -all[s].gains[i], 1e-6))
        for j in weights.indices {
          let bend = -(high.gains[j] - low.gains[j]) / (2 * step)
          #expect(isClose(bend, all[s].curvature[i * 3 + j], 1e-5))
        }
      }
    }
  }

  @Test(arguments: [1, 3])
  func `any number of threads gives the same bits`(threads: Int) {
    let cache = syntheticCache(domains: ["a", "b"], tokens: 40_000)
    let one = cache.evaluate([0.3, 0.7], order: .hessian, pool: pool)
    let other = cache.evaluate([0.3, 0.7], order: .hessian, pool: WorkerPool(threads: threads))
    for (a, b) in zip(one, other) {
      #expect(a.loss == b.loss && a.gains == b.gains && a.curvature == b.curvature)
    }
  }
}
