/// How far runs of equal weights differ: what no regressor can predict.
package struct SeedNoise: Codable, Equatable, Sendable {
  /// Of the objective of one run.
  package var standardDeviation: Double
  /// 90 % interval of it, from the χ² distribution.
  package var low: Double
  package var high: Double
  package var degreesOfFreedom: Int

  package init(standardDeviation: Double, low: Double, high: Double, degreesOfFreedom: Int) {
    (self.standardDeviation, self.low, self.high) = (standardDeviation, low, high)
    self.degreesOfFreedom = degreesOfFreedom
  }
}
