import Constraints
import Mixtures

/// A mixture that no exchange between two domains improves, for objectives that have no slopes.
///
/// From `start`, weight moves from one domain to another by the first exchange that helps, in the
/// order of the domains. When none helps, exchanges get half as large, from 0.1 to 0.0016. Every
/// mixture tried is brought into the feasible set; what keeps the guards is better than what does
/// not. This is a pattern search: Torczon 1997, doi:10.1137/S1052623493250780.
struct PatternSearch {
  private(set) var weights: [Double]
  private(set) var value: SearchValue
  private(set) var evaluations = 1

  /// Searches from a mixture.
  ///
  /// - Parameter start: The mixture, which is feasible.
  init(of objective: any SearchObjective, from start: [Double], feasible: FeasibleSet) {
    (weights, value) = (start, objective.standing(start))
    var step = 0.1
    while step > 1e-3 {
      if !improve(objective, step, feasible) { step /= 2 }
    }
  }

  /// Takes the first exchange of size `step` that helps, and returns whether there is one.
  private mutating func improve(
    _ objective: any SearchObjective, _ step: Double, _ feasible: FeasibleSet
  ) -> Bool {
    for from in weights.indices where weights[from] > 0 {
      for to in weights.indices where to != from {
        var next = weights
        let moved = min(step, next[from])
        next[from] -= moved
        next[to] += moved
        next = feasible.adapted(next)
        guard zip(next, weights).contains(where: { abs($0 - $1) > step / 4 }) else { continue }
        let there = objective.standing(next)
        evaluations += 1
        if there.isBetter(than: value) {
          (weights, value) = (next, there)
          return true
        }
      }
    }
    return false
  }
}
