package import Formats
import LinearAlgebra
import Mixtures
import Parallel

/// What runs are worth to the final answer, which is the mixture of the least mean: averages over
/// random outcomes that the belief holds possible.
extension RunSelection {
  private static let draws = 1024

  /// Returns how far runs of `chosen` are expected to lower the loss of the final answer, in nats
  /// per token; nil if the regressor states no joint posterior.
  ///
  /// A draw is what the runs may measure. After it, the mixture that is best now is worse than the
  /// best then by its gain, which is never below 0.
  package func expectedGain(of chosen: [Int], seed: UInt64) -> MeanEstimate? {
    guard isStated, let best = belief.best else { return nil }
    var belief = belief
    var slopes: [[Double]] = []
    for place in places(of: chosen) {
      slopes.append(belief.slopes(place))
      belief.observe(place)
    }
    var random = RandomStream(seed: seed, purpose: "expected gain")
    return MeanEstimate(
      of: (0..<Self.draws).map { _ in
        var means = belief.means
        for row in slopes { addProduct(&means, row, normal(using: &random)) }
        return means[best] - (means.min() ?? 0)
      })
  }

  /// Returns how far the final answer would be above the best mixture of all if it were given now,
  /// in nats per token; nil if the regressor states no joint posterior.
  ///
  /// A draw is the objective of all mixtures, averaged over seeds. Mixtures that have to move
  /// by six standard deviations to be the best are left out.
  package func expectedRegret(seed: UInt64) -> MeanEstimate? {
    guard isStated, let best = belief.best else { return nil }
    let rivals = [best] + belief.rivals(of: best)
    guard let factor = belief.factor(rivals) else { return nil }
    var random = RandomStream(seed: seed, purpose: "expected regret")
    return MeanEstimate(
      of: (0..<Self.draws).map { _ in
        let moves = factor.correlated(rivals.map { _ in normal(using: &random) })
        let values = zip(rivals, moves).map { belief.means[$0] + $1 }
        return values[0] - (values.min() ?? 0)
      })
  }
}
