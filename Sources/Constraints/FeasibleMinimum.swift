import LinearAlgebra

/// How much the minimum would change with each constraint: for one unit that it is relaxed by, the
/// minimum falls by its multiplier.
package struct Multipliers: Equatable, Sendable {
  /// By domain, at least 0.
  package internal(set) var lower: [Double]
  package internal(set) var upper: [Double]
  /// By limit; positive where `high` is in the way, negative where `low` is.
  package internal(set) var limits: [Double]
  /// At least 0.
  package internal(set) var distance = 0.0

  /// A linear consequence of the distance limit, scaled by its multiplier: normal·λ ≤ bound.
  var cutNormal: [Double]
  var cutBound = 0.0

  init(domains: Int, limits: Int) {
    lower = [Double](repeating: 0, count: domains)
    upper = lower
    cutNormal = lower
    self.limits = [Double](repeating: 0, count: limits)
  }
}

extension FeasibleSet {
  /// slope·λ + offset.
  package struct Affine: Sendable {
    package var slope: [Double]
    package var offset: Double
    package init(slope: [Double], offset: Double) { (self.slope, self.offset) = (slope, offset) }
  }

  package struct Minimum: Sendable {
    /// Within the set to 10⁻⁹.
    package let weights: [Double]
    package let multipliers: Multipliers
    /// How much each of the pieces counts at the minimum: non-negative, summing to 1.
    package let pieceWeights: [Double]
    /// Of the ceilings, at least 0.
    package let ceilingMultipliers: [Double]
  }

  /// The mixture of the set that minimises
  ///
  ///     ½ λᵀQλ + c·λ + max_j (piece_j(λ))    where every ceiling_j(λ) ≤ 0
  ///
  /// - Parameters:
  ///   - quadratic: Q, (k, k) row by row, positive semidefinite; empty for 0.
  ///   - start: a mixture near the minimum, if one is known.
  package func minimum(
    quadratic: [Double] = [], linear: [Double], pieces: [Affine] = [], ceilings: [Affine] = [],
    near start: [Double]
  ) -> Minimum {
    var program = FeasibleProgram(self, extraVariables: pieces.isEmpty ? 0 : 1)
    if !quadratic.isEmpty { program.setQuadratic(quadratic) }
    for i in linear.indices { program.linear[i] = linear[i] }
    program.addAll()
    if !pieces.isEmpty { program.linear[program.extra] = 1 }
    let pieceRows = pieces.map {
      program.addInequality($0.slope, -$0.offset, extra: [(program.extra, -1)])
    }
    let ceilingRows = ceilings.map { program.addInequality($0.slope, -$0.offset) }
    let solution = program.solution(near: start)
    let pieceMultipliers = pieceRows.map { solution.multipliers[$0] }
    let sum = pieceMultipliers.reduce(0, +)
    return Minimum(
      weights: snapped(Array(solution.point.prefix(domains.count))),
      multipliers: program.multipliers(solution),
      pieceWeights: pieceMultipliers.map { sum > 0 ? $0 / sum : 1 / Double(pieces.count) },
      ceilingMultipliers: ceilingRows.map { solution.multipliers[$0] })
  }

  /// An upper bound of Σ_i gain_i μ_i over the set, whatever the multipliers are worth.
  ///
  /// Every multiplier adds a consequence of a constraint, n·μ ≤ b, and what is left over is a knapsack
  /// within the bounds: g·μ ≤ max_box (g − n)·μ + b. With the multipliers of the maximum it is the maximum.
  package func upperBound(of gains: [Double], _ multipliers: Multipliers) -> Double {
    var reduced = zip(gains, multipliers.cutNormal).map { $0 - $1 }
    var bound = multipliers.cutBound
    for (limit, z) in zip(limits, multipliers.limits) where z != 0 {
      let side = z > 0 ? limit.high : limit.low
      guard side.isFinite else { continue }
      addProduct(&reduced, limit.coefficients, -z)
      bound += z * side
    }
    return bound + maximizer(of: reduced).value
  }
}
