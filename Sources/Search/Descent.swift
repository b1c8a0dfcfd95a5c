import Constraints
import LinearAlgebra
import Mixtures

/// Newton's method over a convex set, for the largest of some smooth criteria.
///
/// A step minimises max_c (f_c + ∇f_c·d) + ½ dᵀBd over the set; a line search follows. B is
/// Σ_c v_c ∇²f_c with its eigenvalues made positive, where v_c is what criterion c counted in the
/// step before. Every iterate is in the set, as it lies between two points of it. The objective
/// rises by rounding at most.
/// Source: Nocedal, Wright, Numerical Optimization, 2006, chapter 18.
struct Descent {
  private let objective: any SearchObjective
  private let feasible: FeasibleSet
  private(set) var weights: [Double]
  private(set) var models: [LocalModel]
  /// The weights v of the criteria.
  private var pieceWeights: [Double]
  private(set) var evaluations = 1

  /// A step that could be taken.
  struct Step {
    let minimum: FeasibleSet.Minimum
    /// The decrease of the model over the whole step.
    let decrease: Double
  }

  /// Starts at a mixture.
  ///
  /// - Parameter start: The mixture, which is feasible.
  init(_ objective: any SearchObjective, from start: [Double], feasible: FeasibleSet) {
    (self.objective, self.feasible, weights) = (objective, feasible, start)
    let models = objective.models(start)
    self.models = models
    pieceWeights = models.map { _ in 1 / Double(models.count) }
  }

  var value: Double { models.map(\.value).max() ?? .nan }

  /// Returns the step that minimises the model at `weights`.
  func step() -> Step {
    let curvature = withAbsoluteEigenvalues(weighted(models.map(\.curvature), by: pieceWeights))
    let k = weights.count
    let bent = (0..<k).map { i in
      dot(curvature[i * k..<(i + 1) * k], weights)
    }
    let value = value
    // One criterion needs no extra variable for the largest.
    let pieces = models.map { model in
      FeasibleSet.Affine(
        slope: model.gradient, offset: model.value - value - dot(model.gradient, weights))
    }
    let linear = pieces.count == 1 ? zip(pieces[0].slope, bent).map { $0 - $1 } : bent.map { -$0 }
    let minimum = feasible.minimum(
      quadratic: curvature, linear: linear, pieces: pieces.count == 1 ? [] : pieces, near: weights)
    let d = zip(minimum.weights, weights).map { $0 - $1 }
    let rise = pieces.map { dot($0.slope, minimum.weights) + $0.offset }.max() ?? 0
    var bend = 0.0
    for i in 0..<k { bend += d[i] * dot(curvature[i * k..<(i + 1) * k], d) }
    return Step(minimum: minimum, decrease: -(rise + 0.5 * bend))
  }

  /// Goes along `step` as far as it helps, and not so far that the objective rises steeply again.
  ///
  /// Without the second condition a weight that a step takes to 0 by mistake comes back slowly: the
  /// curvature is largest there, and every Newton step only doubles it.
  ///
  /// - Returns: Whether it moved; false if no length helps.
  mutating func take(_ step: Step) -> Bool {
    if models.count > 1 { pieceWeights = step.minimum.pieceWeights }
    let (start, before) = (weights, value)
    let direction = zip(step.minimum.weights, start).map { $0 - $1 }
    func slope(_ models: [LocalModel]) -> Double {
      zip(pieceWeights, models).reduce(0) { $0 + $1.0 * dot($1.1.gradient, direction) }
    }
    // Close to the minimum, what a step is worth is lost in rounding before its direction is.
    if step.decrease <= 1e-14 * abs(before) {
      (weights, models) = (step.minimum.weights, objective.models(step.minimum.weights))
      evaluations += 1
      return true
    }
    let steepest = 0.5 * abs(slope(models))
    var length = 1.0
    while length > 1e-9 {
      let next = zip(start, direction).map { $0 + length * $1 }
      let there = objective.models(next)
      evaluations += 1
      let value = there.map(\.value).max() ?? .nan
      if value <= before - 1e-4 * length * step.decrease, slope(there) <= steepest {
        // The whole step ends where it was computed to, not beside it by rounding.
        (weights, models) = (length == 1 ? step.minimum.weights : next, there)
        return true
      }
      length /= 2
    }
    return false
  }
}

/// A mixture that no small change within the set improves.
struct LocalMinimum {
  let weights: [Double]
  let value: Double
  let evaluations: Int
  /// The multipliers of the constraints at the mixture; nil if the objective has no slopes.
  let multipliers: Multipliers?

  /// Finds a mixture that is never worse than `start`, which is feasible.
  init(
    of objective: any SearchObjective, from start: [Double], feasible: FeasibleSet,
    tolerance: Double = 1e-10, maximumSteps: Int = 100
  ) {
    guard objective.isSmooth else {
      let found = PatternSearch(of: objective, from: start, feasible: feasible)
      (weights, value, evaluations) = (found.weights, found.value, found.evaluations)
      multipliers = nil
      return
    }
    var descent = Descent(objective, from: start, feasible: feasible)
    var step = descent.step()
    for _ in 0..<maximumSteps where step.decrease > tolerance {
      guard descent.take(step) else { break }
      step = descent.step()
    }
    (weights, value, evaluations) = (descent.weights, descent.value, descent.evaluations)
    multipliers = step.minimum.multipliers
  }
}
