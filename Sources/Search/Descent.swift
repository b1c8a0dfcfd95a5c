import Constraints
import LinearAlgebra
import Mixtures

/// Newton's method over a convex set, for the largest of some smooth criteria under guards.
///
/// The merit is max_c f_c + ρ max_r (0, h_r), with the rows h of the guards and a penalty ρ. Where
/// the guards can be kept and ρ is above the sum of their multipliers, its minimum keeps them, and
/// is the minimum under them. A step minimises
///
///     max_c (f_c + ∇f_c·d) + ρ max_r (0, h_r + ∇h_r·d) + ½ dᵀBd
///
/// over the set; a line search follows. B is Σ_c v_c ∇²f_c + Σ_r v_r ∇²h_r with its eigenvalues
/// made positive, where v is what each counted in the step before. Every iterate is in the set, as
/// it lies between two points of it. The merit rises by rounding at most.
/// Source: Nocedal, Wright, Numerical Optimization, 2006, chapter 18.
struct Descent {
  private let objective: any SearchObjective
  private let feasible: FeasibleSet
  private(set) var weights: [Double]
  /// The models of the criteria, and after them those of the guards' rows.
  private(set) var models: [LocalModel]
  /// The weights v of the models.
  private var modelWeights: [Double]
  private(set) var evaluations = 1
  /// The penalty ρ, in nats for a nat.
  private(set) var penalty = 4.0
  private static let largestPenalty = 1e5

  /// A step that could be taken.
  struct Step {
    let minimum: FeasibleSet.Minimum
    /// The decrease of the merit's model over the whole step.
    let decrease: Double
    /// The weights of the models at the minimum: of the criteria they sum to 1.
    let modelWeights: [Double]
  }

  /// Starts at a mixture.
  ///
  /// - Parameter start: The mixture, which is feasible.
  init(_ objective: any SearchObjective, from start: [Double], feasible: FeasibleSet) {
    (self.objective, self.feasible, weights) = (objective, feasible, start)
    let models = objective.models(start)
    let criteria = models.count - objective.guardRows
    self.models = models
    modelWeights = models.indices.map { $0 < criteria ? 1 / Double(criteria) : 0 }
  }

  var value: SearchValue { value(of: models) }
  /// The merit at `weights`.
  var merit: Double { value.merit(penalty) }

  private func value(of models: [LocalModel]) -> SearchValue {
    SearchValue(models.map(\.value), guards: objective.guardRows)
  }

  /// Returns the step that minimises the merit's model at `weights`.
  func step() -> Step {
    let curvature = withAbsoluteEigenvalues(weighted(models.map(\.curvature), by: modelWeights))
    let k = weights.count
    let bent = (0..<k).map { i in
      dot(curvature[i * k..<(i + 1) * k], weights)
    }
    let value = value
    func linear(_ model: LocalModel, less base: Double) -> FeasibleSet.Affine {
      FeasibleSet.Affine(
        slope: model.gradient, offset: model.value - base - dot(model.gradient, weights))
    }
    let pieces = models.dropLast(objective.guardRows).map { linear($0, less: value.objective) }
    let ceilings = models.suffix(objective.guardRows).map { linear($0, less: 0) }
    // One criterion needs no extra variable for the largest.
    let slope = pieces.count == 1 ? zip(pieces[0].slope, bent).map { $0 - $1 } : bent.map { -$0 }
    let minimum = feasible.minimum(
      quadratic: curvature, linear: slope, pieces: pieces.count == 1 ? [] : pieces,
      ceilings: ceilings, penalty: penalty, near: weights)
    let d = zip(minimum.weights, weights).map { $0 - $1 }
    func largest(_ functions: [FeasibleSet.Affine]) -> Double? {
      functions.map { dot($0.slope, minimum.weights) + $0.offset }.max()
    }
    let rise =
      (largest(pieces) ?? 0)
      + penalty * (max(0, largest(ceilings) ?? 0) - value.violation)
    var bend = 0.0
    for i in 0..<k { bend += d[i] * dot(curvature[i * k..<(i + 1) * k], d) }
    return Step(
      minimum: minimum, decrease: -(rise + 0.5 * bend),
      modelWeights: (pieces.count == 1 ? [1] : minimum.pieceWeights) + minimum.ceilingMultipliers)
  }

  /// Goes along `step` as far as it helps, and not so far that the merit rises steeply again.
  ///
  /// Without the second condition a weight that a step takes to 0 by mistake comes back slowly: the
  /// curvature is largest there, and every Newton step only doubles it.
  ///
  /// - Returns: Whether it moved; false if no length helps.
  mutating func take(_ step: Step) -> Bool {
    if models.count > 1 { modelWeights = step.modelWeights }
    let (start, before) = (weights, merit)
    let direction = zip(step.minimum.weights, start).map { $0 - $1 }
    func slope(_ models: [LocalModel]) -> Double {
      zip(modelWeights, models).reduce(0) { $0 + $1.0 * dot($1.1.gradient, direction) }
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
      var there = objective.slopes(next)
      evaluations += 1
      let merit = value(of: there).merit(penalty)
      if merit <= before - 1e-4 * length * step.decrease, slope(there) <= steepest {
        // The whole step ends where it was computed to, not beside it by rounding.
        if there.contains(where: \.curvature.isEmpty) { there = objective.models(next) }
        (weights, models) = (length == 1 ? step.minimum.weights : next, there)
        return true
      }
      length /= 2
    }
    return false
  }

  /// Raises the penalty where a minimum of the merit breaks a guard.
  ///
  /// - Returns: Whether it did; false where guards are kept, or no penalty helps.
  mutating func raisePenalty() -> Bool {
    guard !value.keepsGuards, penalty < Self.largestPenalty else { return false }
    penalty *= 8
    return true
  }
}

/// A mixture that no small change within the set improves, guards kept where that is possible.
struct LocalMinimum {
  let weights: [Double]
  let value: SearchValue
  let evaluations: Int
  /// The multipliers of the constraints at the mixture; nil if the objective has no slopes.
  let multipliers: Multipliers?
  /// What each criterion and then each row of the guards counts; nil likewise.
  let modelWeights: [Double]?

  /// Finds a mixture that is never worse than `start`, which is feasible.
  init(
    of objective: any SearchObjective, from start: [Double], feasible: FeasibleSet,
    tolerance: Double = 1e-10, maximumSteps: Int = 100
  ) {
    guard objective.isSmooth else {
      let found = PatternSearch(of: objective, from: start, feasible: feasible)
      (weights, value, evaluations) = (found.weights, found.value, found.evaluations)
      (multipliers, modelWeights) = (nil, nil)
      return
    }
    var descent = Descent(objective, from: start, feasible: feasible)
    let first = descent.value
    var step = descent.step()
    for _ in 0..<maximumSteps {
      if step.decrease <= tolerance || !descent.take(step) {
        guard descent.raisePenalty() else { break }
      }
      step = descent.step()
    }
    (multipliers, modelWeights) = (step.minimum.multipliers, step.modelWeights)
    evaluations = descent.evaluations
    // On the way to a low penalty's minimum, guards that were kept may be lost.
    let isWorse = objective.guardRows > 0 && first.isBetter(than: descent.value)
    (weights, value) = isWorse ? (start, first) : (descent.weights, descent.value)
  }
}
