import Glibc
import Mixtures
package import Regression

/// The choice of the next runs among given mixtures.
package struct RunSelection: Sendable {
  /// The mixtures considered, as indices into the runs followed by the candidates.
  private let shortlist: [Int]
  /// The mixtures of the shortlist; the observed runs come first.
  private let points: [MixturePoint]
  private let observed: Int
  let belief: DesignBelief
  private let criterion: NextRuns.Criterion
  /// Whether the regressor itself states the covariance of the belief.
  let isStated: Bool

  /// Considers the runs, and as many of the candidates as `limit` has room for.
  ///
  /// One half of the room is for the best by the criterion, each by its own variance. The other is
  /// for the first of the rest, of which some are the best once those are chosen.
  ///
  /// - Parameters:
  ///   - candidates: mixtures in random order, at least one.
  ///   - runs: those of the observed runs, at least one.
  package init(
    among candidates: [MixturePoint], runs: [MixturePoint], model: DesignModel,
    by criterion: NextRuns.Criterion, limit: Int
  ) {
    self.criterion = criterion
    let kept = Self.kept(
      candidates, runs: runs, model: model, by: criterion, limit: max(2, limit - runs.count))
    shortlist = Array(runs.indices) + kept.map { runs.count + $0 }
    points = runs + kept.map { candidates[$0] }
    observed = runs.count
    (belief, isStated) = model.belief(points, runs: runs)
  }

  private static func kept(
    _ candidates: [MixturePoint], runs: [MixturePoint], model: DesignModel,
    by criterion: NextRuns.Criterion, limit: Int
  ) -> [Int] {
    guard candidates.count > limit else { return Array(candidates.indices) }
    let worth: [Double]
    switch criterion {
    case .space: return Array(candidates.indices.prefix(limit))
    case .variance: worth = model.variances(candidates, runs: runs)
    case .improvement, .gain:
      let means = candidates.map { model.mean($0) }
      let known = (means + runs.map { model.mean($0) }).min() ?? 0
      worth = zip(means, model.variances(candidates, runs: runs)).map {
        expectedImprovement(known - $0, deviation: $1.squareRoot())
      }
    }
    let order = candidates.indices.sorted { worth[$0] > worth[$1] }
    let best = order.prefix(limit - limit / 2)
    return best.sorted() + order.dropFirst(best.count).sorted().prefix(limit / 2)
  }

  /// Chooses `count` mixtures one after the other; fewer if no more are far enough.
  ///
  /// - Parameters:
  ///   - leastDistance: the least Hellinger distance from a run and from each other; no mixture is
  ///     chosen twice.
  ///   - allowsRepeats: whether the mixture of a run may be chosen.
  /// - Returns: indices into the runs followed by the candidates.
  package func chosen(_ count: Int, leastDistance: Double, allowsRepeats: Bool) -> [Int] {
    var belief = belief
    var chosen: [Int] = []
    while chosen.count < count {
      let taken = (allowsRepeats ? [] : Array(0..<observed)) + chosen
      let free = points.indices.filter { i in
        taken.allSatisfy {
          points[$0].weights != points[i].weights
            && distance($0, i) >= leastDistance
        }
      }
      let worth = worth(of: free, belief, chosen: chosen)
      guard let next = worth.indices.max(by: { worth[$0] < worth[$1] }) else { break }
      chosen.append(free[next])
      belief.observe(free[next])
    }
    return chosen.map { shortlist[$0] }
  }

  private func distance(_ i: Int, _ j: Int) -> Double {
    hellinger(points[i].weights, points[j].weights)
  }

  private func worth(of free: [Int], _ belief: DesignBelief, chosen: [Int]) -> [Double] {
    switch criterion {
    case .variance: return free.map { belief.variance($0) }
    case .improvement:
      let known = belief.means.prefix(observed).min() ?? 0
      return free.map {
        expectedImprovement(known - belief.means[$0], deviation: belief.variance($0).squareRoot())
      }
    case .gain: return free.map { belief.knowledgeGradient($0) }
    case .space:
      let taken = ((0..<observed) + chosen).map { points[$0].weights }
      let next = spaceFilling(1, of: points.map(\.weights), taken: taken) { free.contains($0) }
      return free.map { next.contains($0) ? 1 : 0 }
    }
  }

  /// Returns the places in the shortlist of what `chosen` gave.
  func places(of chosen: [Int]) -> [Int] { chosen.compactMap { shortlist.firstIndex(of: $0) } }
}

/// Returns the mean of max(0, gain + σ x) for a standard normal x, with σ the `deviation`.
func expectedImprovement(_ gain: Double, deviation: Double) -> Double {
  guard deviation > 0 else { return max(0, gain) }
  let u = gain / deviation
  let density = exp(-0.5 * u * u) / (2 * Double.pi).squareRoot()
  return gain * 0.5 * erfc(-u / 2.0.squareRoot()) + deviation * density
}
