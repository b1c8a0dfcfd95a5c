import Glibc
import LinearAlgebra

/// Penalised least squares of c + exp(a + bᵀ(λ − λ̄)) to the losses of runs, in the losses
/// themselves:
///
///     minimise over a, b, and c where it is free:  Σ_n (c + e_n − y_n)² + α |b|²
///     where  e_n = exp(a + bᵀ(λ_n − λ̄))
///
/// The method is Gauss–Newton, damped after Levenberg and Marquardt. The logarithm of y − c is
/// linear in λ and would have a closed form, but it needs a c below all losses. The best c is above
/// some of them, as for a law that saturates: on RegMix's 13 sets at 128 runs the mean ρ is .905
/// with the logarithm and .956 without.
struct ExponentialLeastSquares: Sendable {
  struct Solution: Sendable {
    var floor: Double
    /// The parameters of the exponent: a, then b.
    var exponent: [Double]
    /// The predictions c + e_n from fits without the runs of n's mixture, with c and α kept.
    var leaveOneOut: [Double]
  }

  private static let iterations = 40
  /// The largest exponent, far above any loss; larger ones are cut off.
  private static let largestExponent = 50.0
  /// The largest rise of a run's own exponent when the run is left out.
  private static let largestMove = 6.0

  let losses: [Double]
  let means: [Double]
  /// The rows (1, λ_n − λ̄), (runs, 1 + domains).
  private let points: DenseMatrix
  private let columns: DenseMatrix
  private let replicates: Replicates

  init(_ runs: ExponentialLaw.Runs) {
    let count = Double(runs.losses.count)
    let means = runs.weights[0].indices.map { d in runs.weights.reduce(0) { $0 + $1[d] } / count }
    let rows = runs.weights.map { row in [1] + zip(row, means).map { $0 - $1 } }
    (losses, self.means) = (runs.losses, means)
    points = DenseMatrix(rows, columns: 1 + means.count)
    columns = points.transposed
    replicates = Replicates(runs.weights)
  }

  /// The sum Σ_n |λ_n − λ̄|², averaged over the domains.
  var spread: Double {
    let squares = (0..<points.rows).reduce(0) { sum, n in
      points.row(n).dropFirst().reduce(sum) { $0 + $1 * $1 }
    }
    return squares / Double(max(1, means.count))
  }

  func law(_ solution: Solution) -> ExponentialLaw {
    let slopes = Array(solution.exponent.dropFirst())
    return ExponentialLaw(
      floor: solution.floor,
      logScale: zip(slopes, means).reduce(solution.exponent[0]) { $0 - $1.0 * $1.1 },
      slopes: slopes)
  }

  /// Minimises the penalised squares, and predicts each run without its mixture.
  ///
  /// - Parameters:
  ///   - floor: c, or the start of c where it is free.
  ///   - exponent: the start of a, then of b.
  ///   - penalty: α.
  /// - Returns: nil if the normal equations are singular to rounding.
  func solve(
    floor: Double, exponent: [Double], penalty: Double, freesFloor: Bool = false
  ) -> Solution? {
    var state = State(self, floor, exponent, penalty)
    var damping = 1e-3
    for _ in 0..<Self.iterations {
      guard let step = step(from: state, penalty, damping: damping, freesFloor: freesFloor) else {
        return nil
      }
      let next = State(
        self, state.floor - (freesFloor ? step[exponent.count] : 0),
        zip(state.exponent, step).map { $0 - $1 }, penalty)
      if next.objective < state.objective {
        let gain = state.objective - next.objective
        let isDone = gain < 1e-6 * state.objective
        state = next
        damping = max(damping / 10, 1e-9)
        if isDone { break }
      } else {
        damping *= 10
        if damping > 1e8 { break }
      }
    }
    return leaveOneOut(state, penalty).map {
      Solution(floor: state.floor, exponent: state.exponent, leaveOneOut: $0)
    }
  }

  private struct State {
    var floor: Double
    var exponent: [Double]
    /// The exponents a + bᵀ(λ_n − λ̄), and their exponentials e_n.
    var (exponents, excess): ([Double], [Double])
    /// The residuals c + e_n − y_n.
    var residuals: [Double]
    var objective: Double

    init(
      _ problem: ExponentialLeastSquares, _ floor: Double, _ exponent: [Double], _ penalty: Double
    ) {
      let row = DenseMatrix([exponent], columns: exponent.count)
      (self.floor, self.exponent) = (floor, exponent)
      exponents = row.timesTransposed(problem.points).row(0)
      excess = exponents.map { exp(min($0, largestExponent)) }
      residuals = zip(excess, problem.losses).map { floor + $0 - $1 }
      objective =
        residuals.reduce(0) { $0 + $1 * $1 }
        + exponent.dropFirst().reduce(0) { $0 + penalty * $1 * $1 }
    }
  }

  /// The lower triangle of the normal equations: H, (parameters, parameters), and the gradient as
  /// one more row.
  private func normalEquations(
    _ state: State, _ penalty: Double, freesFloor: Bool
  ) -> DenseMatrix {
    let parameters = points.columns
    var jacobian = DenseMatrix(
      rows: parameters + (freesFloor ? 2 : 1), columns: losses.count)
    let (width, last) = (jacobian.stride, parameters + (freesFloor ? 1 : 0))
    for p in 0..<parameters {
      for n in losses.indices {
        jacobian.values[p * width + n] = state.excess[n] * columns.values[p * width + n]
      }
    }
    for n in losses.indices {
      if freesFloor { jacobian[parameters, n] = 1 }
      jacobian[last, n] = state.residuals[n]
    }
    var products = jacobian.lowerGram
    for p in 1..<max(1, parameters) {
      products[p, p] += penalty
      products[last, p] += penalty * state.exponent[p]
    }
    return products
  }

  /// Factorises H, its diagonal multiplied by 1 + `damping`; nil if it is singular to rounding.
  private func factorised(_ equations: DenseMatrix, damping: Double) -> Cholesky? {
    let count = equations.rows - 1
    var matrix = DenseMatrix(rows: count, columns: count)
    for i in 0..<count {
      for j in 0...i { matrix[i, j] = equations[i, j] }
      matrix[i, i] *= 1 + damping
    }
    return Cholesky(matrix)
  }

  private func step(
    from state: State, _ penalty: Double, damping: Double, freesFloor: Bool
  ) -> [Double]? {
    let equations = normalEquations(state, penalty, freesFloor: freesFloor)
    let last = equations.rows - 1
    return factorised(equations, damping: damping)?
      .solve((0..<last).map { equations[last, $0] })
  }

  /// Predicts each run without the m runs of its mixture; nil if H is singular to rounding.
  ///
  /// Without these runs the optimum moves, to first order, by H⁻¹ times their part of the gradient,
  /// where H is without them too. The mixture's own exponent then moves by e q Σ r / (1 − m e² q),
  /// with q = xᵀH⁻¹x. The prediction is the exponential at the moved exponent, not its linear
  /// approximation.
  private func leaveOneOut(_ state: State, _ penalty: Double) -> [Double]? {
    let equations = normalEquations(state, penalty, freesFloor: false)
    guard let inverse = factorised(equations, damping: 0)?.inverse() else { return nil }
    let products = points.timesTransposed(inverse)
    let q = losses.indices.map { n in
      zip(products.row(n), points.row(n)).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let left = replicates.leftOut(
      state.residuals, leverages: zip(q, state.excess).map { $0 * $1 * $1 }, least: 1e-3)
    return losses.indices.map { n in
      let move = min(state.excess[n] * q[n] * left[n], Self.largestMove)
      return state.floor + exp(min(state.exponents[n] + move, Self.largestExponent))
    }
  }
}
