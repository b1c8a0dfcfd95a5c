import Formats
import Glibc

extension SeedNoise {
  /// Measures how far the objectives of runs of equal weights differ; nil where no weights were run
  /// twice.
  ///
  /// With s² the pooled variance within groups and ν the number of runs less that of groups,
  /// ν s²/σ² has the distribution χ²(ν).
  package init?(_ data: RegressionData) {
    let repeats = RepeatVariance.all(data)
    let squares = repeats.reduce(0) { $0 + $1.freedom * $1.variance }
    let freedom = repeats.reduce(0) { $0 + Int($1.freedom) }
    guard freedom > 0 else { return nil }
    self.init(
      standardDeviation: (squares / Double(freedom)).squareRoot(),
      low: (squares / chiSquareQuantile(0.95, freedom: freedom)).squareRoot(),
      high: (squares / chiSquareQuantile(0.05, freedom: freedom)).squareRoot(),
      degreesOfFreedom: freedom, byMixture: MixtureNoise(repeats))
  }
}

/// The x with P(χ²(freedom) ≤ x) = `probability`, by bisection of the regularised gamma function.
package func chiSquareQuantile(_ probability: Double, freedom: Int) -> Double {
  let shape = Double(freedom) / 2
  var (low, high) = (0.0, Double(freedom) + 50 * Double(freedom).squareRoot() + 50)
  for _ in 0..<200 {
    let middle = 0.5 * (low + high)
    if lowerGamma(shape, middle / 2) < probability { low = middle } else { high = middle }
  }
  return 0.5 * (low + high)
}

/// The regularised lower gamma function P(a, x) = x^a e^−x Σ_n x^n / Γ(a + n + 1), whose terms are
/// all positive.
private func lowerGamma(_ a: Double, _ x: Double) -> Double {
  guard x > 0 else { return 0 }
  var term = exp(a * log(x) - x - lgamma(a + 1))
  var (sum, n) = (term, 1.0)
  while term > 1e-17 * sum, n < 100_000 {
    term *= x / (a + n)
    sum += term
    n += 1
  }
  return min(1, sum)
}
