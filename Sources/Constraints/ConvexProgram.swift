import Glibc
import LinearAlgebra

/// A small convex programme over n variables.
///
///     minimise    ½ xᵀQx + cᵀx
///     subject to  a·x ≤ b for each inequality,   a·x = b for each equality,
///                 Σ_i x_i log(x_i / base_i) + a·x ≤ b for the divergence, if there is one
///
/// The solver is Mehrotra's primal–dual interior-point method from an infeasible start, made for a
/// few hundred rows at most; LAPACK solves the systems. The set may lack an interior: the systems
/// are regularised by 10⁻¹¹, which the iteration corrects.
///
/// Source: Boyd, Vandenberghe, Convex Optimization, 2004, section 11.7; Mehrotra 1992,
/// doi:10.1137/0802028.
struct ConvexProgram {
  /// The slope a and the limit b of an inequality a·x ≤ b or an equality a·x = b.
  struct Row {
    var slope: [Double]
    var limit: Double
  }

  /// The constraint Σ_i x_i log(x_i / base_i) + a·x ≤ b.
  struct Divergence {
    /// The base of each of the first variables, which is positive; x_i stays positive there.
    var base: [Double]
    var row: Row
  }

  struct Solution {
    var point: [Double]
    /// The multipliers of the inequalities, none of them negative.
    var multipliers: [Double]
    /// The multipliers of the equalities, of either sign.
    var equalityMultipliers: [Double]
    /// The multiplier of the divergence; 0 if there is none.
    var divergenceMultiplier: Double
  }

  var variables: Int
  /// The matrix Q, (variables, variables), row by row, positive semidefinite; empty for 0.
  var quadratic: [Double] = []
  var linear: [Double]
  var inequalities: [Row] = []
  var equalities: [Row] = []
  var divergence: Divergence?

  /// Solves the programme.
  ///
  /// - Parameter start: A point, near the solution if possible; positive if there is a divergence.
  func solution(from start: [Double]) -> Solution {
    var state = State(self, start)
    var best = state
    var wasted = 0
    // Rounding ends the progress at some error, and beyond it iterations only do harm.
    for _ in 0..<100 where best.error > 1e-14 && wasted < 3 {
      guard state.advance() else { break }
      wasted = state.error < 0.5 * best.error || best.error > 1e-6 ? 0 : wasted + 1
      if state.error < best.error { best = state }
    }
    let rows = inequalities.count
    return Solution(
      point: best.x, multipliers: Array(best.z.prefix(rows)), equalityMultipliers: best.y,
      divergenceMultiplier: divergence == nil ? 0 : best.z[rows])
  }
}

/// The point that the iteration has reached, and how far each optimality condition is from holding.
///
/// The point is x, slacks s and multipliers z of the inequalities, multipliers y of the equalities.
private struct State {
  private let program: ConvexProgram
  private(set) var x: [Double]
  private var s: [Double]
  private(set) var z: [Double]
  private(set) var y: [Double]

  /// The slopes J of the inequalities at x, (inequalities, variables), that of the divergence last.
  private var jacobian: [[Double]] = []
  /// The residual Qx + c + Jᵀz + Aᵀy, by variable.
  private var dual: [Double] = []
  /// The residual f(x) + s, by inequality.
  private var primal: [Double] = []
  /// The residual Ax − b, by equality.
  private var balance: [Double] = []

  init(_ program: ConvexProgram, _ start: [Double]) {
    self.program = program
    x = start
    let rows = program.inequalities.count + (program.divergence == nil ? 0 : 1)
    s = [Double](repeating: 1, count: rows)
    z = s
    y = [Double](repeating: 0, count: program.equalities.count)
    for (i, value) in program.constraintValues(x).enumerated() { s[i] = max(-value, 0.1) }
    measure()
  }

  /// The mean of the products s_i z_i; 0 without inequalities.
  private var complementarity: Double {
    s.isEmpty ? 0 : dot(s, z) / Double(s.count)
  }

  /// The largest violation of an optimality condition.
  var error: Double {
    (dual + primal + balance).reduce(complementarity) { max($0, abs($1)) }
  }

  private mutating func measure() {
    jacobian = program.jacobian(x)
    primal = zip(program.constraintValues(x), s).map { $0 + $1 }
    balance = program.equalities.map { dot($0.slope, x) - $0.limit }
    dual = program.linear
    for (i, row) in program.quadraticRows.enumerated() { dual[i] += dot(row, x) }
    for (row, z) in zip(jacobian, z) { addProduct(&dual, row, z) }
    for (row, y) in zip(program.equalities, y) { addProduct(&dual, row.slope, y) }
  }

  /// Takes one predictor and one corrector step.
  ///
  /// - Returns: Whether the point moved; false where arithmetic allows no further progress.
  mutating func advance() -> Bool {
    guard let system = KKTSystem(program, x, jacobian: jacobian, slacks: s, multipliers: z) else {
      return false
    }
    let mean = complementarity
    let affine = direction(system, products: zip(s, z).map { $0 * $1 })
    let length = stepLength(affine, fraction: 1)
    var after = 0.0
    for i in s.indices { after += (s[i] + length * affine.s[i]) * (z[i] + length * affine.z[i]) }
    let ratio = s.isEmpty || mean == 0 ? 0 : after / Double(s.count) / mean
    let target = ratio * ratio * ratio * mean
    let step = direction(
      system, products: s.indices.map { s[$0] * z[$0] + affine.s[$0] * affine.z[$0] - target })
    let taken = stepLength(step, fraction: 0.995)
    guard taken > 1e-10, step.x.allSatisfy(\.isFinite) else { return false }
    addProduct(&x, step.x, taken)
    addProduct(&s, step.s, taken)
    addProduct(&z, step.z, taken)
    addProduct(&y, step.y, taken)
    measure()
    return true
  }

  private typealias Direction = (x: [Double], s: [Double], z: [Double], y: [Double])

  /// Returns the Newton direction towards residuals of 0 and products s∘z smaller by `products`.
  private func direction(_ system: KKTSystem, products: [Double]) -> Direction {
    var right = dual.map { -$0 }
    for (i, row) in jacobian.enumerated() {
      addProduct(&right, row, (products[i] - z[i] * primal[i]) / s[i])
    }
    let (dx, dy) = system.solve(right, balance.map { -$0 })
    var (ds, dz) = (s, z)
    for (i, row) in jacobian.enumerated() {
      ds[i] = -primal[i] - dot(row, dx)
      dz[i] = (-products[i] - z[i] * ds[i]) / s[i]
    }
    return (dx, ds, dz, dy)
  }

  /// Returns `fraction` of the longest step that keeps all positive that has to be, but 1 at most.
  ///
  /// Slacks, multipliers and the arguments of logarithms have to be positive.
  private func stepLength(_ step: Direction, fraction: Double) -> Double {
    var length = 1 / fraction
    func keep(_ values: some Collection<Double>, _ changes: some Collection<Double>) {
      for (value, change) in zip(values, changes) where change < 0 {
        length = min(length, -value / change)
      }
    }
    keep(s, step.s)
    keep(z, step.z)
    if let divergence = program.divergence {
      keep(x.prefix(divergence.base.count), step.x.prefix(divergence.base.count))
    }
    return fraction * length
  }
}

extension ConvexProgram {
  /// Returns the value f(x) of every inequality, at most 0 where it holds, the divergence's last.
  fileprivate func constraintValues(_ x: [Double]) -> [Double] {
    var values = inequalities.map { dot($0.slope, x) - $0.limit }
    if let divergence {
      let sum = zip(divergence.base, x).reduce(0) { $0 + $1.1 * log($1.1 / $1.0) }
      values.append(sum + dot(divergence.row.slope, x) - divergence.row.limit)
    }
    return values
  }

  /// Returns the slope of every inequality at x, that of the divergence last.
  fileprivate func jacobian(_ x: [Double]) -> [[Double]] {
    var rows = inequalities.map(\.slope)
    if let divergence {
      var slope = divergence.row.slope
      for (i, base) in divergence.base.enumerated() { slope[i] += log(x[i] / base) + 1 }
      rows.append(slope)
    }
    return rows
  }

  /// The rows of Q; none if it is 0.
  var quadraticRows: [ArraySlice<Double>] {
    stride(from: 0, to: quadratic.count, by: variables).map { quadratic[$0..<$0 + variables] }
  }
}
