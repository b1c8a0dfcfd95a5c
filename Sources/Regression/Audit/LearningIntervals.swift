import Formats
import Parallel

/// How much mean scores on held-out runs depend on which runs were fitted and which were held out.
struct LearningIntervals: Sendable {
  /// The observed objective of every held-out run in which it was measured.
  private let observed: [Double]
  /// The resampled held-out runs, with repeats of a mixture drawn together.
  private let bootstrap: Bootstrap
  private let seed: UInt64

  init(_ test: RegressionData, seed: UInt64) {
    // Runs in which the objective was not measured say nothing.
    let known = test.restricted(
      to: test.ids.indices.filter { !test.observedObjectives[$0].isNaN })
    observed = known.observedObjectives
    bootstrap = Bootstrap(groups: known.replicateGroups, seed: seed)
    self.seed = seed
  }

  /// The mean over draws of `score(predicted, observed)`, with the interval of resampled draws and
  /// runs; nil where some draw has no score.
  ///
  /// - Parameter predicted: the predictions of the objective, (draws, held-out runs).
  func estimate(
    _ predicted: [[Double]], _ score: ([Double], [Double]) -> Double?
  ) -> Estimate? {
    func mean(_ draws: [Int], _ rows: [Int]) -> Double? {
      let truth = rows.map { observed[$0] }
      var sum = 0.0
      for draw in draws {
        guard let value = score(rows.map { predicted[draw][$0] }, truth) else { return nil }
        sum += value
      }
      return sum / Double(draws.count)
    }
    let all = Array(predicted.indices)
    guard let value = mean(all, Array(observed.indices)) else { return nil }
    var random = RandomStream(seed: seed, purpose: "draws of a learning curve")
    let resampled = bootstrap.samples.compactMap { rows in
      mean(all.map { _ in random.index(below: all.count) }, rows)
    }
    return Estimate(value, resampled: resampled, coverage: Bootstrap.coverage)
  }
}
