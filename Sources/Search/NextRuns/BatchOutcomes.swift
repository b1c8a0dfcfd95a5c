import LinearAlgebra
import Mixtures
import Parallel

/// What the runs of a batch may measure, while its next run is chosen.
///
/// Each outcome moves the means of a belief as a run's loss would; the covariance that is left is
/// the same for all. The worth of one more run is its mean over the outcomes, so that the runs of a
/// batch are worth something together: to take the expected loss for granted would send the next
/// run after a best mixture that is not yet known to be the best.
/// Source: Snoek, Larochelle, Adams, Practical Bayesian Optimization of Machine Learning
/// Algorithms, 2012, section 3.2; Wu, Frazier, The Parallel Knowledge Gradient Method for Batch
/// Bayesian Optimization, 2016, arXiv:1606.04414.
struct BatchOutcomes {
  /// The number of outcomes, in pairs that are each other's opposite.
  static let count = 32

  /// The belief before any of the batch is measured, with the covariance that is left after.
  private(set) var belief: DesignBelief
  /// The means after each outcome, (outcomes, mixtures); one row while nothing was chosen.
  private(set) var means: [[Double]]
  private var random = RandomStream(seed: 1, purpose: "outcomes of a batch")

  init(_ belief: DesignBelief) { (self.belief, means) = (belief, [belief.means]) }

  /// Takes a run of mixture `i` as done.
  mutating func observe(_ i: Int) {
    let slopes = belief.slopes(i)
    if means.count == 1 { means = .init(repeating: means[0], count: Self.count) }
    for m in stride(from: 0, to: Self.count, by: 2) {
      let z = normal(using: &random)
      addProduct(&means[m], slopes, z)
      addProduct(&means[m + 1], slopes, -z)
    }
    belief.observe(i)
  }

  /// Returns how far the least mean is expected to fall with one more run, of mixture `i`.
  func knowledgeGradient(_ i: Int) -> Double {
    let slopes = belief.slopes(i)
    return mean { expectedReduction(means: $0, slopes: slopes) }
  }

  /// Returns the expected improvement of mixture `i` over the least mean of those `known`.
  func expectedImprovement(_ i: Int, over known: [Int]) -> Double {
    let deviation = belief.variance(i).squareRoot()
    return mean { means in
      let least = known.reduce(Double.infinity) { min($0, means[$1]) }
      return Search.expectedImprovement(least - means[i], deviation: deviation)
    }
  }

  private func mean(_ worth: ([Double]) -> Double) -> Double {
    means.reduce(0) { $0 + worth($1) } / Double(means.count)
  }
}
