import Glibc

/// Where the variances of several samples come from: an inverse gamma distribution, so that
/// ν₀ s₀² / σ² has the distribution χ²(ν₀), or one variance that all have. Both numbers are those
/// of the highest evidence.
/// Source: Smyth, Linear models and empirical Bayes methods, 2004, section 3.
struct VariancePrior: Equatable, Sendable {
  /// ν₀; nil where nothing but a common variance explains all as well.
  let freedom: Double?
  /// s₀².
  let variance: Double

  /// The variance s² of one normal sample, with its degrees of freedom ν.
  typealias Sample = (variance: Double, freedom: Double)

  /// Finds the prior of samples whose variances are not all 0.
  init(_ samples: [Sample]) {
    let total = samples.reduce(0) { $0 + $1.freedom }
    let pooled = samples.reduce(0) { $0 + $1.freedom * $1.variance } / total
    precondition(pooled > 0)
    var best = (value: -Double.infinity, freedom: Double?.none, variance: pooled)
    // What tells less is taken only where it explains more: the common variance comes first.
    for freedom in [nil] + (0...9).reversed().map({ exp2(Double($0)) as Double? }) {
      for step in -60...60 {
        let variance = pooled * exp(0.05 * Double(step))
        let value = samples.reduce(0) {
          $0 + Self.evidence($1, freedom: freedom, variance: variance)
        }
        if value > best.value + 1e-9 { best = (value, freedom, variance) }
      }
    }
    (freedom, variance) = (best.freedom, best.freedom == nil ? pooled : best.variance)
  }

  /// Returns the variance to expect where `sample` was found: (ν₀ s₀² + ν s²) / (ν₀ + ν).
  func expected(_ sample: Sample) -> Double {
    guard let freedom else { return variance }
    return (freedom * variance + sample.freedom * sample.variance) / (freedom + sample.freedom)
  }

  /// The logarithm of the density of s², without what depends on s² alone, for the prior of
  /// `freedom` and `variance`; nil for a variance that all samples have.
  private static func evidence(
    _ sample: Sample, freedom prior: Double?, variance: Double
  ) -> Double {
    let (freedom, half) = (sample.freedom, sample.freedom / 2)
    guard let prior else {
      return half * log(half / variance) - lgamma(half) - half * sample.variance / variance
    }
    return lgamma(half + prior / 2) - lgamma(half) - lgamma(prior / 2)
      + half * log(freedom / (prior * variance))
      - (half + prior / 2) * log(1 + freedom * sample.variance / (prior * variance))
  }
}
