import Experts
import Foundation
import Mixtures
import Parallel

/// Experts that are good at their own set: log-probabilities by expert, then token.
func syntheticCache(
  domains: [String], tokens: Int, advantage: Double = 1.5, seed: UInt64 = 1
) -> ProbabilityCache {
  var random = RandomStream(seed: seed, purpose: "experts test")
  let sets = domains.indices.map { set in
    CachedSet(
      name: domains[set],
      logProbs: domains.indices.map { expert in
        (0..<tokens).map { _ in
          Float(log(1 - random.unit()) * 2 - (expert == set ? 0.2 : advantage))
        }
      })
  }
  return ProbabilityCache(domains: domains, sets: sets)
}

func uniform(_ count: Int) -> [Double] { [Double](repeating: 1 / Double(count), count: count) }
