import Formats
import Parallel

/// Runs drawn with replacement, whole groups of repeats at a time, to tell how much a score depends
/// on which runs there happen to be. Every score and every family is seen in the same draws.
package struct Bootstrap: Sendable {
  package static let draws = 1000
  package static let coverage = PredictionError.coverage

  /// The runs of each draw, (draws, runs).
  package let samples: [[Int]]

  /// Draws the samples.
  ///
  /// - Parameter groups: the group of each run; runs of one group are drawn together.
  package init(groups: [Int], seed: UInt64) {
    var random = RandomStream(seed: seed, purpose: "bootstrap")
    let count = (groups.max() ?? -1) + 1
    let members = (0..<count).map { group in groups.indices.filter { groups[$0] == group } }
    samples = (0..<Self.draws).map { _ in
      (0..<count).flatMap { _ in members[random.index(below: count)] }
    }
  }

  /// A statistic of all runs with its percentile interval; nil if it has no value for all runs.
  ///
  /// Draws in which it has none are left out of the interval.
  package func estimate(runs: Int, _ statistic: ([Int]) -> Double?) -> Estimate? {
    guard let value = statistic(Array(0..<runs)), value.isFinite else { return nil }
    return Estimate(
      value, resampled: samples.compactMap(statistic).filter(\.isFinite), coverage: Self.coverage)
  }
}

extension Estimate {
  /// Takes the percentile interval of `resampled` around `value`; both ends are `value` where it is
  /// empty.
  ///
  /// - Parameters:
  ///   - resampled: the values of the statistic in resampled data.
  ///   - coverage: the share of them within the interval.
  package init(_ value: Double, resampled: [Double], coverage: Double) {
    let drawn = resampled.sorted()
    guard !drawn.isEmpty else {
      self.init(value: value, low: value, high: value)
      return
    }
    func quantile(_ share: Double) -> Double {
      let place = share * Double(drawn.count - 1)
      let low = Int(place)
      let high = min(low + 1, drawn.count - 1)
      return drawn[low] + (place - Double(low)) * (drawn[high] - drawn[low])
    }
    self.init(
      value: value, low: quantile((1 - coverage) / 2), high: quantile((1 + coverage) / 2))
  }
}
