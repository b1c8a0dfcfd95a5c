/// The spread of runs of equal weights, which no regressor can predict.
package struct SeedNoise: Codable, Equatable, Sendable {
  /// The standard deviation of the objective of one run, in nats per token.
  package var standardDeviation: Double
  /// The ends of the 90 % interval of the standard deviation, from the χ² distribution.
  package var low: Double
  package var high: Double
  package var degreesOfFreedom: Int
  /// The noise by mixture; nil where fewer than two were run more than once, so that all are
  /// assumed to have the same.
  package var byMixture: MixtureNoise?

  package init(
    standardDeviation: Double, low: Double, high: Double, degreesOfFreedom: Int,
    byMixture: MixtureNoise? = nil
  ) {
    (self.standardDeviation, self.low, self.high) = (standardDeviation, low, high)
    (self.degreesOfFreedom, self.byMixture) = (degreesOfFreedom, byMixture)
  }
}
