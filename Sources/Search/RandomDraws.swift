package import Constraints
import Experts
import Formats
import Glibc
import Mixtures
import Parallel

/// Many random feasible mixtures and the best of them, which a search has to beat and starts from.
///
/// A draw is Dirichlet around equal shares, brought into the feasible set; its concentration for
/// each domain is log-uniform from 0.1 (corners) to 10 (centre). Every draw is ranked on a sample
/// of `sampleSize` tokens of each set, or on all if there are no more. The best `kept` are then
/// evaluated on all tokens. A nat by which a guard is broken counts like `penalty` nats.
package struct RandomDraws: Sendable {
  package static let sampleSize = 4096
  package static let kept = 64
  static let penalty = 10.0

  package let count: Int
  /// The best draws, best first, with their predicted objective on all tokens.
  package let best: [(weights: [Double], value: Double, keepsGuards: Bool)]

  package init(
    count: Int, objective: FittedObjective, feasible: FeasibleSet, seed: UInt64
  ) {
    var random = RandomStream(seed: seed, purpose: "search draws")
    let domains = feasible.domains.count
    let draws = (0..<count).map { _ in
      let concentration = exp(log(0.1) + (log(10) - log(0.1)) * random.unit())
      return feasible.adapted(
        dirichlet([Double](repeating: concentration, count: domains), using: &random))
    }
    self.count = count
    let sampled = objective.sampledLosses(draws)
    // Blocks, as one prediction takes less than handing out a task.
    let block = 256
    let values = objective.pool.map((draws.count + block - 1) / block) { task in
      (task * block..<min(draws.count, (task + 1) * block)).map {
        objective.quickStanding(draws[$0], mde: sampled[$0]).merit(Self.penalty)
      }
    }.flatMap { $0 }
    let order = draws.indices.sorted { values[$0] < values[$1] }
    best = order.prefix(Self.kept).map { (draws[$0], objective.standing(draws[$0])) }
      .sorted { $0.1.merit(Self.penalty) < $1.1.merit(Self.penalty) }
      .map { ($0, $1.objective, $1.keepsGuards) }
  }
}

extension FittedObjective {
  /// Returns the MDE losses of many mixtures on a sample of each set, (mixtures, sets).
  ///
  /// The sample's error at equal weights is subtracted, so that they are near those of all tokens.
  func sampledLosses(_ mixtures: [[Double]]) -> [[Double]] {
    guard let cache else { return mixtures.map { _ in [] } }
    guard !mixtures.isEmpty else { return [] }
    let equal = domains.map { _ in 1 / Double(domains.count) }
    let exact = cache.evaluate(equal, order: .value, pool: pool).map(\.loss)
    let losses = zip(cache.sets, exact).map { set, exact in
      var sums = FeatureSums(mixtures: mixtures + [equal])
      sums.add(
        [set.sample(RandomDraws.sampleSize).map { $0[...] }], bytes: [0], pool: pool)
      let means = sums.losses[0].map(\.mean)
      return means.dropLast().map { $0 + exact - (means.last ?? exact) }
    }
    return mixtures.indices.map { m in losses.map { $0[m] } }
  }
}
