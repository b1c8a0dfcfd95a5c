import LinearAlgebra

/// The Lagrange multipliers at a minimum over a `FeasibleSet`.
///
/// Where a constraint is relaxed a little, the minimum falls by its multiplier for each unit.
package struct Multipliers: Equatable, Sendable {
  /// The multipliers of the smallest weights, by domain, each at least 0.
  package internal(set) var lower: [Double]
  /// The multipliers of the largest weights, by domain, each at least 0.
  package internal(set) var upper: [Double]
  /// The multipliers of `limits`: positive where `high` is in the way, negative where `low` is.
  package internal(set) var limits: [Double]
  /// The multiplier of the distance limit, at least 0.
  package internal(set) var distance = 0.0

  /// The normal of the cut normal·λ ≤ bound, which the distance limit implies.
  ///
  /// Normal and bound are scaled by the limit's multiplier.
  var cutNormal: [Double]
  /// The bound of the cut normal·λ ≤ bound; see `cutNormal`.
  var cutBound = 0.0

  init(domains: Int, limits: Int) {
    lower = [Double](repeating: 0, count: domains)
    upper = lower
    cutNormal = lower
    self.limits = [Double](repeating: 0, count: limits)
  }
}

extension FeasibleSet {
  /// The function slope·λ + offset of a mixture λ.
  package struct Affine: Sendable {
    package var slope: [Double]
    package var offset: Double
    package init(slope: [Double], offset: Double) { (self.slope, self.offset) = (slope, offset) }
  }

  /// The mixture at which a minimum over the set is reached, with its multipliers.
  package struct Minimum: Sendable {
    /// The mixture, which is within the set to 10⁻⁹.
    package let weights: [Double]
    package let multipliers: Multipliers
    /// The weight of each piece at the minimum; the weights are non-negative and sum to 1.
    package let pieceWeights: [Double]
    /// The multipliers of the ceilings, each at least 0.
    package let ceilingMultipliers: [Double]
  }

  /// Returns the mixture of the set that minimises
  ///
  ///     ½ λᵀQλ + c·λ + max_j (piece_j(λ))    where every ceiling_j(λ) ≤ 0
  ///
  /// or, with a penalty, the same and penalty · max_j (0, ceiling_j(λ)).
  ///
  /// - Parameters:
  ///   - quadratic: The matrix Q, (k, k), row by row, positive semidefinite; empty for 0.
  ///   - linear: The slope c.
  ///   - pieces: The functions whose largest is added; none for 0.
  ///   - ceilings: The functions that may not be positive.
  ///   - penalty: The cost of one unit by which ceilings are positive; nil where they never may be.
  ///   - start: A mixture near the minimum, if one is known.
  package func minimum(
    quadratic: [Double] = [], linear: [Double], pieces: [Affine] = [], ceilings: [Affine] = [],
    penalty: Double? = nil, near start: [Double]
  ) -> Minimum {
    let excess = ceilings.isEmpty ? nil : penalty
    var program = FeasibleProgram(
      self, extraVariables: (pieces.isEmpty ? 0 : 1) + (excess == nil ? 0 : 1))
    if !quadratic.isEmpty { program.setQuadratic(quadratic) }
    for i in linear.indices { program.linear[i] = linear[i] }
    program.addAll()
    if !pieces.isEmpty { program.linear[program.extra] = 1 }
    let pieceRows = pieces.map {
      program.addInequality($0.slope, -$0.offset, extra: [(program.extra, -1)])
    }
    // The most by which a ceiling is positive.
    let slack = excess.map { penalty in
      let slack = program.extra + (pieces.isEmpty ? 0 : 1)
      program.linear[slack] = penalty
      program.bound(slack, atLeast: 0)
      return slack
    }
    let ceilingRows = ceilings.map {
      program.addInequality($0.slope, -$0.offset, extra: slack.map { [($0, -1)] } ?? [])
    }
    let solution = program.solution(near: start)
    let pieceMultipliers = pieceRows.map { solution.multipliers[$0] }
    let sum = pieceMultipliers.reduce(0, +)
    return Minimum(
      weights: snapped(Array(solution.point.prefix(domains.count))),
      multipliers: program.multipliers(solution),
      pieceWeights: pieceMultipliers.map { sum > 0 ? $0 / sum : 1 / Double(pieces.count) },
      ceilingMultipliers: ceilingRows.map { solution.multipliers[$0] })
  }

  /// Returns an upper bound of Σ_i gain_i μ_i over the set, which holds for any multipliers.
  ///
  /// Each multiplier adds a multiple n·μ ≤ b of its constraint. Within the bounds of the domains
  /// alone, what is left of the gains is a knapsack: g·μ ≤ max_box (g − n)·μ + b. With the
  /// multipliers of the maximum, the bound is the maximum.
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
