import Experts

/// Experts of tokens that only one of them knows: F = −(Σ n_i log λ_i)/n, best at n_i/n.
func separable(_ counts: [Int]) -> ProbabilityCache {
  let logProbs = counts.indices.map { expert in
    counts.indices.flatMap { token in
      [Float](repeating: token == expert ? 0 : -80, count: counts[token])
    }
  }
  return ProbabilityCache(
    domains: counts.indices.map { "domain-\($0)" },
    sets: [CachedSet(name: "set", logProbs: logProbs)])
}
