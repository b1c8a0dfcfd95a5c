import Glibc
import LinearAlgebra

/// A `FeasibleSet` as the rows of a `ConvexProgram`, with a record of whose multiplier is whose.
///
/// The variables are the k weights; for an L1 distance k more, u_i ≥ max(0, λ_i − base_i) with
/// Σ u_i ≤ radius/2, which says the same because both mixtures sum to 1; and then `extraVariables`
/// free ones.
struct FeasibleProgram {
  private let set: FeasibleSet
  private var program: ConvexProgram
  /// The constraint that each inequality belongs to; nil for a row of no constraint.
  private var tags: [Tag?] = []
  /// The constraint that each equality belongs to; nil for a row of no constraint.
  private var equalityTags: [Tag?] = []
  /// The index of the first extra variable.
  let extra: Int

  /// The constraint that a row belongs to.
  private enum Tag {
    case part(FeasibleSet.Part)
    /// The smallest, the largest or the only value of weight i.
    case lower(Int)
    case upper(Int)
    case fixed(Int)
    case limit(Int)
    /// The row λ_i − u_i ≤ base_i of an L1 distance.
    case excess(Int)
  }

  init(_ set: FeasibleSet, extraVariables: Int) {
    self.set = set
    let k = set.domains.count
    extra = set.distance?.kind == .absolute ? 2 * k : k
    program = ConvexProgram(
      variables: extra + extraVariables,
      linear: [Double](repeating: 0, count: extra + extraVariables))
    addEquality(set.domains.map { _ in 1 }, 1, tag: nil)
  }

  var linear: [Double] {
    get { program.linear }
    set { program.linear = newValue }
  }

  /// Adds ½ λᵀQλ to the objective, with Q (k, k), row by row.
  mutating func setQuadratic(_ quadratic: [Double]) {
    let (k, n) = (set.domains.count, program.variables)
    program.quadratic = [Double](repeating: 0, count: n * n)
    for i in 0..<k {
      for j in 0..<k { program.quadratic[i * n + j] = quadratic[i * k + j] }
    }
  }

  mutating func bound(_ variable: Int, atLeast limit: Double) {
    addInequality([], -limit, extra: [(variable, -1)], tag: nil)
  }

  mutating func bound(_ variable: Int, atMost limit: Double) {
    addInequality([], limit, extra: [(variable, 1)], tag: nil)
  }

  /// Adds the inequality slope·λ + Σ extra ≤ limit.
  ///
  /// - Returns: The index of its multiplier.
  @discardableResult
  mutating func addInequality(
    _ slope: [Double], _ limit: Double, extra: [(variable: Int, coefficient: Double)] = []
  ) -> Int {
    addInequality(slope, limit, extra: extra, tag: nil)
    return program.inequalities.count - 1
  }

  func solution(near weights: [Double]) -> ConvexProgram.Solution {
    var start = [Double](repeating: 0, count: program.variables)
    for (i, weight) in weights.enumerated() { start[i] = max(weight, 1e-3) }
    return program.solution(from: start)
  }
}

// MARK: Rows

extension FeasibleProgram {
  private func row(
    _ slope: [Double], _ limit: Double, _ extra: [(variable: Int, coefficient: Double)]
  ) -> ConvexProgram.Row {
    var full = slope + [Double](repeating: 0, count: program.variables - slope.count)
    for (variable, coefficient) in extra { full[variable] += coefficient }
    return ConvexProgram.Row(slope: full, limit: limit)
  }

  private mutating func addInequality(
    _ slope: [Double], _ limit: Double, extra: [(variable: Int, coefficient: Double)], tag: Tag?
  ) {
    program.inequalities.append(row(slope, limit, extra))
    tags.append(tag)
  }

  private mutating func addEquality(_ slope: [Double], _ limit: Double, tag: Tag?) {
    program.equalities.append(row(slope, limit, []))
    equalityTags.append(tag)
  }

  private func unit(_ i: Int, _ sign: Double = 1) -> [Double] {
    set.domains.indices.map { $0 == i ? sign : 0 }
  }

  /// Adds λ ≥ 0, and `parts`, each relaxed by the variable `slack`.
  mutating func add(_ parts: [FeasibleSet.Part], relaxedBy slack: Int) {
    for i in set.domains.indices { addInequality(unit(i, -1), 0, extra: [], tag: nil) }
    for part in parts {
      let extra = [(variable: slack, coefficient: -1.0)]
      switch part {
      case .minimum(let i):
        addInequality(unit(i, -1), -set.minimum[i], extra: extra, tag: .part(part))
      case .maximum(let i):
        addInequality(unit(i), set.maximum[i], extra: extra, tag: .part(part))
      case .low(let r):
        let limit = set.limits[r]
        addInequality(limit.coefficients.map { -$0 }, -limit.low, extra: extra, tag: .part(part))
      case .high(let r):
        let limit = set.limits[r]
        addInequality(limit.coefficients, limit.high, extra: extra, tag: .part(part))
      case .distance: addDistance(extra)
      }
    }
  }

  /// Adds every constraint of the set.
  ///
  /// Inequalities are tightened by the variable `slack`, if one is given; equalities are not.
  mutating func addAll(tightenedBy slack: Int? = nil) {
    let extra = slack.map { [(variable: $0, coefficient: 1.0)] } ?? []
    for i in set.domains.indices {
      if set.maximum[i] - set.minimum[i] <= 1e-12 {
        addEquality(unit(i), 0.5 * (set.minimum[i] + set.maximum[i]), tag: .fixed(i))
        continue
      }
      addInequality(unit(i, -1), -set.minimum[i], extra: extra, tag: .lower(i))
      if set.maximum[i] < 1 {
        addInequality(unit(i), set.maximum[i], extra: extra, tag: .upper(i))
      }
    }
    for (r, limit) in set.limits.enumerated() {
      if limit.isEquality {
        addEquality(limit.coefficients, 0.5 * (limit.low + limit.high), tag: .limit(r))
        continue
      }
      if limit.low > -.infinity {
        addInequality(
          limit.coefficients.map { -$0 }, -limit.low, extra: extra, tag: .part(.low(r)))
      }
      if limit.high < .infinity {
        addInequality(limit.coefficients, limit.high, extra: extra, tag: .part(.high(r)))
      }
    }
    if set.distance != nil { addDistance(extra) }
  }

  private mutating func addDistance(_ extra: [(variable: Int, coefficient: Double)]) {
    guard let distance = set.distance else { return }
    let k = set.domains.count
    switch distance.kind {
    case .divergence:
      // A base of 0 has a maximum of 0; any positive number stands for it here.
      program.divergence = ConvexProgram.Divergence(
        base: distance.base.map { max($0, 1e-9) }, row: row([], distance.radius, extra))
    case .absolute:
      for i in 0..<k {
        addInequality([], 0, extra: [(k + i, -1)], tag: nil)
        addInequality(unit(i), distance.base[i], extra: [(k + i, -1)], tag: .excess(i))
      }
      let sum = (0..<k).map { (variable: k + $0, coefficient: 1.0) }
      addInequality([], distance.radius / 2, extra: sum + extra, tag: .part(.distance))
    }
  }
}

// MARK: Multipliers

extension FeasibleProgram {
  /// Returns the multipliers of a solution of `addAll()`, by the constraints they belong to.
  func multipliers(_ solution: ConvexProgram.Solution) -> Multipliers {
    let k = set.domains.count
    var result = Multipliers(domains: k, limits: set.limits.count)
    for (tag, z) in zip(tags, solution.multipliers) {
      switch tag {
      case .lower(let i): result.lower[i] = z
      case .upper(let i): result.upper[i] = z
      case .part(.low(let r)): result.limits[r] -= z
      case .part(.high(let r)): result.limits[r] += z
      case .part(.distance): result.distance = z / 2
      case .excess(let i): result.cutNormal[i] = z
      default: break
      }
    }
    for (tag, y) in zip(equalityTags, solution.equalityMultipliers) {
      switch tag {
      case .fixed(let i): (result.lower[i], result.upper[i]) = (max(0, -y), max(0, y))
      case .limit(let r): result.limits[r] = y
      default: break
      }
    }
    guard let distance = set.distance else { return result }
    switch distance.kind {
    case .absolute:
      // Σ α_i (λ_i − base_i) ≤ max α · radius/2 for every λ within the radius.
      let most = result.cutNormal.max() ?? 0
      result.cutBound = dot(result.cutNormal, distance.base) + most * distance.radius / 2
    case .divergence:
      // The tangent of a convex function lies below it.
      let z = solution.divergenceMultiplier
      let here = Array(solution.point.prefix(k))
      result.distance = z
      result.cutNormal = zip(here, distance.base).map { x, base in
        base > 0 ? z * (log(x / base) + 1) : 0
      }
      let value = zip(here, distance.base).reduce(0) { sum, pair in
        pair.1 > 0 ? sum + pair.0 * log(pair.0 / pair.1) : sum
      }
      let tangent = zip(here, distance.base).reduce(0) { sum, pair in
        pair.1 > 0 ? sum + pair.0 * (log(pair.0 / pair.1) + 1) : sum
      }
      result.cutBound = z * (distance.radius - value) + z * tangent
    }
    return result
  }
}
