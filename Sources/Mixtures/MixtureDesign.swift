package import Constraints
import Glibc
import Parallel

/// A design of the mixtures to observe: a sequence that any longer design continues.
///
/// Mixture number n is chosen among `candidates` draws of its own random stream. It is the draw
/// whose smallest Hellinger distance √(½ Σ (√λ_i − √μ_i)²) to the mixtures before it is largest. So
/// the first 16 of 20 are the 16, and near-duplicates do not waste a training run. From mixture 256
/// on, far more than anybody trains, draws are taken as they come. But for the log-uniform
/// concentration, a draw is made as in RegMix (Liu et al. 2024, arXiv:2407.01492, section 3.1):
///
///     temper       t  uniform in [0, 1]: the centre is base^t, normalised (0: uniform, 1: base)
///     concentrate  c  log-uniform in `concentration`: λ ~ Dirichlet(c · k · centre)
///     constrain       a mixture of the feasible set that is like it: `FeasibleSet.adapted`
///     round           to multiples of 0.0001 that sum to 1: `FeasibleSet.rounded`
package struct MixtureDesign: Sendable {
  package var feasible: FeasibleSet
  /// The natural shares, in the order of `feasible.domains`.
  package var base: [Double]
  /// The range of the concentration c per domain, both ends positive.
  package var concentration: ClosedRange<Double>
  /// The number of draws that each mixture is chosen from.
  package var candidates: Int
  package var seed: UInt64
  /// Whether draws are made around tempered versions of the base, not around itself.
  package var isTempered: Bool

  package init(
    feasible: FeasibleSet, base: [Double], concentration: ClosedRange<Double> = 0.3...3,
    candidates: Int = 32, isTempered: Bool = true, seed: UInt64
  ) {
    precondition(base.count == feasible.domains.count && candidates > 0)
    precondition(concentration.lowerBound > 0, "concentration \(concentration)")
    (self.feasible, self.base, self.concentration) = (feasible, base, concentration)
    (self.candidates, self.isTempered, self.seed) = (candidates, isTempered, seed)
  }

  /// Returns the mixtures from number `existing.count` on, until there are `count` in all.
  package func continued(after existing: [[Double]] = [], count: Int) -> [[Double]] {
    var chosen = existing
    while chosen.count < count { chosen.append(next(after: chosen)) }
    return Array(chosen.dropFirst(existing.count))
  }

  private func next(after chosen: [[Double]]) -> [Double] {
    var random = RandomStream(seed: seed, purpose: "mixture \(chosen.count)")
    if candidates == 1 || chosen.count >= 256 { return draw(using: &random) }
    var best: (weights: [Double], distance: Double)?
    for _ in 0..<candidates {
      let weights = draw(using: &random)
      let distance = chosen.map { hellinger(weights, $0) }.min() ?? 1
      if distance > best?.distance ?? -1 { best = (weights, distance) }
    }
    return best?.weights ?? base
  }

  private func draw(using random: inout RandomStream) -> [Double] {
    let temper = isTempered ? random.unit() : 1
    let powers = base.map { $0 > 0 ? pow($0, temper) : 0 }
    let sum = powers.reduce(0, +)
    let (low, high) = (log(concentration.lowerBound), log(concentration.upperBound))
    let strength = exp(low + (high - low) * random.unit()) * Double(base.count)
    let weights = dirichlet(powers.map { strength * $0 / sum }, using: &random)
    return feasible.rounded(feasible.adapted(weights))
  }
}

/// Returns the Hellinger distance of two mixtures, in [0, 1].
package func hellinger(_ a: [Double], _ b: [Double]) -> Double {
  let squares = zip(a, b).reduce(0.0) {
    let difference = $1.0.squareRoot() - $1.1.squareRoot()
    return $0 + difference * difference
  }
  return (squares / 2).squareRoot()
}

extension FeasibleSet {
  /// Returns `weights` as multiples of 1/10000 that sum to 1, or unchanged if the result would not
  /// be in the set.
  package func rounded(_ weights: [Double]) -> [Double] {
    guard let rounded = roundedWeights(weights), contains(rounded) else { return weights }
    return rounded
  }
}

/// Returns `weights`, which sum to 1, as multiples of 1/10000 that do.
///
/// What is cut off goes to the largest remainders (Hamilton's method).
///
/// - Returns: Nil if the weights do not sum to 1.
package func roundedWeights(_ weights: [Double]) -> [Double]? {
  let unit = 10_000.0
  var parts = weights.map { ($0 * unit).rounded(.down) }
  let missing = Int(unit - parts.reduce(0, +))
  let order = weights.indices.sorted {
    weights[$0] * unit - parts[$0] > weights[$1] * unit - parts[$1]
  }
  guard 0...order.count ~= missing else { return nil }
  for i in order.prefix(missing) { parts[i] += 1 }
  return parts.map { $0 / unit }
}
