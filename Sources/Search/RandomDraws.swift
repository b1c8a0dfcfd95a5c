import Glibc
import Kernels
package import Mixtures

/// Many random feasible mixtures and the best of them: what a search has to beat, and where it starts.
///
/// A draw is Dirichlet around equal shares, its concentration log-uniform from 0.1 (corners) to 10
/// (centre) a domain, brought into the feasible set by scaling. Every draw is ranked on a sample of
/// `sampleSize` tokens of each set, all of them where there are no more; the best `kept` are then
/// evaluated on all tokens.
package struct RandomDraws: Sendable {
  package static let sampleSize = 4096
  package static let kept = 64

  package let count: Int
  /// Best first, with their predicted objective on all tokens.
  package let best: [(weights: [Double], value: Double)]

  package init(
    count: Int, objective: FittedObjective, feasible: FeasibleSet, seed: UInt64
  ) {
    var random = RandomStream(seed: seed, purpose: "search draws")
    let domains = feasible.domains.count
    let draws = (0..<count).map { _ in
      let concentration = exp(log(0.1) + (log(10) - log(0.1)) * random.unit())
      return feasible.scaled(
        dirichlet([Double](repeating: concentration, count: domains), using: &random))
    }
    self.count = count
    let values = Self.sampledValues(draws, objective)
    let order = draws.indices.sorted { values[$0] < values[$1] }
    best = order.prefix(Self.kept).map { (draws[$0], objective.predict(draws[$0]).objective) }
      .sorted { $0.1 < $1.1 }
  }

  private static func sampledValues(
    _ draws: [[Double]], _ objective: FittedObjective
  ) -> [Double] {
    guard !draws.isEmpty else { return [] }
    let losses = objective.cache.sets.map { set in
      var sums = FeatureSums(mixtures: draws)
      sums.add([set.sample(sampleSize).map { $0[...] }], bytes: [0], pool: objective.pool)
      return sums.losses[0].map(\.mean)
    }
    return draws.indices.map { d in
      objective.predict(draws[d], mde: losses.map { $0[d] }).objective
    }
  }
}
