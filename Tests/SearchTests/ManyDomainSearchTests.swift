import Constraints
import Experts
import Foundation
import Mixtures
import Parallel
import Search
import TestSupport
import Testing

struct ManyDomainSearchTests {
  private let pool = WorkerPool(threads: 2)

  @Test func `two hundred domains have their known optimum, capped and in sums, and its ranges`()
    throws
  {
    let counts = (0..<200).map { 10 + $0 % 37 }
    let total = Double(counts.reduce(0, +))
    let cache = separable(counts)
    let objective = MDEObjective(cache, criteria: [[1]], pool: pool)
    let free = FeasibleSet(simplex: cache.domains)
    let found = try CertifiedMinimum(of: objective, feasible: free, start: uniform(200), gap: 1e-9)
    for (weight, count) in zip(found.weights, counts) {
      #expect(isClose(weight, Double(count) / total, 1e-5))
    }
    // Where one weight is x, the others keep their proportions: F rises by the divergence of the
    // two shares, so its least and largest x are known.
    let near = NearBest(
      objective, best: (found.weights, found.objective), epsilon: 0.002, feasible: free)
    for i in [0, 20, 36, 199] {
      let share = Double(counts[i]) / total
      func rise(_ x: Double) -> Double {
        share * log(share / x) + (1 - share) * log((1 - share) / (1 - x))
      }
      func end(_ inside: Double, _ outside: Double) -> Double {
        var (inside, outside) = (inside, outside)
        for _ in 0..<60 {
          let middle = 0.5 * (inside + outside)
          if rise(middle) <= 0.002 { inside = middle } else { outside = middle }
        }
        return inside
      }
      let (low, high) = (end(share, 1e-12), end(share, 0.5))
      let range = near.ranges[i]
      #expect(range.lowerBound >= low - 1e-6 && range.lowerBound <= share - 0.7 * (share - low))
      #expect(range.upperBound <= high + 1e-6 && range.upperBound >= share + 0.7 * (high - share))
    }
    // Half of the domains at most a third, in proportion, and the rest likewise.
    let half = LinearLimit(
      name: "half", coefficients: counts.indices.map { $0 < 100 ? 1 : 0 }, low: -.infinity,
      high: 1.0 / 3)
    let capped = try FeasibleSet(
      domains: cache.domains, maximum: ["domain-199": .init(0.001, reason: "epochs")],
      limits: [half])
    let bounded = try CertifiedMinimum(
      of: objective, feasible: capped, start: capped.center, gap: 1e-8)
    let first = Double(counts[..<100].reduce(0, +))
    let rest = Double(counts[100..<199].reduce(0, +))
    for i in [0, 50, 99] {
      #expect(isClose(bounded.weights[i], Double(counts[i]) / first / 3, 1e-5))
    }
    for i in [100, 150, 198] {
      #expect(isClose(bounded.weights[i], Double(counts[i]) / rest * (2.0 / 3 - 0.001), 1e-5))
    }
    #expect(isClose(bounded.weights[199], 0.001, 1e-9))
  }
}
