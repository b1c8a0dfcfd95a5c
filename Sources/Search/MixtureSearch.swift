package import Mixtures

/// The feasible mixture with the lowest predicted objective.
///
/// The objective need not be convex, so sequential quadratic programming starts from several mixtures:
/// the best random draws, the certified minimum of the plain MDE objective, and those given. The
/// result is never worse than any of them.
package struct MixtureSearch: Sendable {
  package let weights: [Double]
  package let value: Double
  package let draws: RandomDraws
  package let starts: Int
  /// Of the objective on all tokens.
  package let evaluations: Int

  /// - Parameters:
  ///   - given: mixtures to start from too, feasible or not.
  ///   - randomStarts: how many of the best draws to start from.
  package init(
    _ objective: FittedObjective, feasible: FeasibleSet, given: [[Double]], drawCount: Int,
    randomStarts: Int, seed: UInt64
  ) throws(SearchError) {
    draws = RandomDraws(count: drawCount, objective: objective, feasible: feasible, seed: seed)
    let starts =
      given.map { feasible.scaled($0) } + draws.best.prefix(randomStarts).map { $0.weights }
    var best: (weights: [Double], value: Double)?
    var evaluations = draws.best.count
    for start in starts {
      let found = try localMinimum(
        of: { objective.valueAndGradient($0) }, from: start, feasible: feasible)
      evaluations += found.evaluations
      if found.value < best?.value ?? .infinity { best = (found.weights, found.value) }
    }
    precondition(best != nil, "a search without a start, or predictions that are not numbers")
    (weights, value) = best ?? ([], .nan)
    (self.starts, self.evaluations) = (starts.count, evaluations)
  }
}
