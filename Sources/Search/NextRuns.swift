package import Constraints
import Experts
import Glibc
import LinearAlgebra
import Mixtures
import Parallel
import Regression

/// The mixtures to train next, so that the regressor learns most, or so that one may be better.
///
/// Features, standardised over the runs observed, give a Bayesian linear regression, which is a
/// Gaussian process with the dot product as its kernel. The features are the family's own if it is
/// linear. Otherwise they are the weights, their logarithms (of the weight and a hundredth) and the
/// MDE losses. The relative variance at a mixture of features z is zᵀM⁻¹z + 1/N, with
/// M = Σ_runs zzᵀ + penalty and N runs. If the family states deviations, σ is its own, and the
/// linear model only says what share of σ² remains after the runs of the batch. A run added changes
/// M alone, so a batch is chosen one by one, from random mixtures of the feasible set:
///
///     variance      the largest zᵀM⁻¹z, which multiplies det M by most: D-optimal
///     improvement   the largest expected improvement on the best run,
///                   (f* − f) Φ(u) + σ φ(u), u = (f* − f)/σ
///
/// No mixture is nearer than `leastDistance` (Hellinger) to a run or to another of the batch.
/// Source: Fedorov, Theory of Optimal Experiments, 1972; Jones, Schonlau, Welch 1998,
/// doi:10.1023/A:1008306431147.
package struct NextRuns: Sendable {
  package enum Criterion: String, CaseIterable, Sendable { case variance, improvement }
  package static let leastDistance = 0.05
  package static let candidateCount = 4096

  /// The mixtures chosen, fewer than asked for where the set has no room for more.
  package let mixtures: [[Double]]

  /// Chooses `count` mixtures.
  ///
  /// - Parameters:
  ///   - residual: The deviation of the regressor's errors, for a family that states none.
  ///   - runs: The weights of the observed runs, at least one.
  ///   - best: A mixture around which to look for improvements too.
  package init(
    _ count: Int, by criterion: Criterion, objective: FittedObjective, residual: Double,
    runs: [[Double]], best: [Double], feasible: FeasibleSet, seed: UInt64
  ) {
    let candidates = Self.candidates(around: best, feasible: feasible, seed: seed)
    let features = UsedFeatures(objective, runs: runs)
    var information = Information(
      size: features.size, penalty: features.penalty ?? Double(runs.count))
    let observed = runs.map { objective.predict($0) }
    for (run, prediction) in zip(runs, observed) {
      information.add(features.values(run, prediction.mde))
    }
    let known = observed.map(\.objective).min() ?? .infinity
    let alone = information
    let rows = zip(candidates, objective.sampledLosses(candidates)).map { weights, mde in
      let prediction = objective.predict(weights, mde: mde)
      let z = features.values(weights, mde)
      // σ² for each unit of the linear model's variance.
      let linear = alone.variance(z) + 1 / Double(runs.count)
      let scale =
        objective.variance(weights, prediction).map { $0.latent / linear } ?? residual * residual
      return (
        weights: weights, features: z, gain: known - prediction.objective, scale: scale
      )
    }
    var chosen: [[Double]] = []
    while chosen.count < count {
      let taken = runs + chosen
      let far = rows.filter { row in
        taken.allSatisfy { hellinger(row.weights, $0) >= Self.leastDistance }
      }
      let scores = far.map { row in
        let variance = row.scale * (information.variance(row.features) + 1 / Double(runs.count))
        return criterion == .improvement
          ? expectedImprovement(row.gain, deviation: variance.squareRoot()) : variance
      }
      guard let next = scores.indices.max(by: { scores[$0] < scores[$1] }) else { break }
      chosen.append(far[next].weights)
      information.add(far[next].features)
    }
    mixtures = chosen
  }

  /// Returns random mixtures of the set, half of them anywhere, half around the best mixture.
  private static func candidates(
    around best: [Double], feasible: FeasibleSet, seed: UInt64
  ) -> [[Double]] {
    var random = RandomStream(seed: seed, purpose: "next runs")
    return (0..<candidateCount).map { n in
      let concentration = exp(log(0.3) + (log(30) - log(0.3)) * random.unit())
      let center = n.isMultiple(of: 2) ? best.map { _ in 1.0 } : best
      let shares = center.map { concentration * ($0 + 0.01) * (n.isMultiple(of: 2) ? 1 : 7) }
      return feasible.rounded(feasible.adapted(dirichlet(shares, using: &random)))
    }
  }
}

/// Returns the mean of max(0, gain + σ x) for a standard normal x, with σ the `deviation`.
func expectedImprovement(_ gain: Double, deviation: Double) -> Double {
  guard deviation > 0 else { return max(0, gain) }
  let u = gain / deviation
  let density = exp(-0.5 * u * u) / (2 * Double.pi).squareRoot()
  return gain * 0.5 * erfc(-u / 2.0.squareRoot()) + deviation * density
}

/// The features of the linear model, standardised over the runs.
///
/// They are those that a linear regressor has coefficients for; for another regressor, all.
private struct UsedFeatures {
  /// The penalty of the linear regressor; nil for another one.
  let penalty: Double?
  private let map: FeatureMap
  /// The indices of the features used, among those of `map`.
  private let used: [Int]
  private let means: [Double]
  private let scales: [Double]

  var size: Int { used.count }

  init(_ objective: FittedObjective, runs: [[Double]]) {
    let linear = objective.regressor as? LinearRegressor
    let map =
      linear?.map
      ?? FeatureMap(
        [.weights, .logWeights, .mde], domains: objective.domains,
        mdeSets: objective.cache?.sets.map(\.name) ?? [], logFloor: 0.01)
    let rows = runs.map {
      map.values(MixturePoint(weights: $0, mde: objective.predict($0).mde))
    }
    let columns = rows[0].indices
    let means = columns.map { c in rows.reduce(0) { $0 + $1[c] } / Double(rows.count) }
    let scales = columns.map { c in
      (rows.reduce(0) { $0 + ($1[c] - means[c]) * ($1[c] - means[c]) } / Double(rows.count))
        .squareRoot()
    }
    used = columns.filter { c in
      scales[c] > 1e-12 && linear?.coefficients.contains { $0[c] != 0 } ?? true
    }
    penalty = linear?.penalty
    (self.map, self.means, self.scales) = (map, means, scales)
  }

  func values(_ weights: [Double], _ mde: [Double]) -> [Double] {
    let all = map.values(MixturePoint(weights: weights, mde: mde))
    return used.map { (all[$0] - means[$0]) / scales[$0] }
  }
}

/// The inverse M⁻¹, as M grows by one run at a time (Sherman, Morrison).
private struct Information {
  private let size: Int
  private var inverse: [Double]

  init(size: Int, penalty: Double) {
    self.size = size
    inverse = (0..<size * size).map { $0 % (size + 1) == 0 ? 1 / max(penalty, 1e-9) : 0 }
  }

  private func product(_ z: [Double]) -> [Double] {
    (0..<size).map { dot(inverse[$0 * size..<($0 + 1) * size], z) }
  }

  /// Returns zᵀM⁻¹z.
  func variance(_ z: [Double]) -> Double { dot(z, product(z)) }

  /// Adds zzᵀ to M.
  mutating func add(_ z: [Double]) {
    let product = product(z)
    let scale = 1 / (1 + dot(z, product))
    for i in 0..<size {
      for j in 0..<size { inverse[i * size + j] -= scale * product[i] * product[j] }
    }
  }
}
