import Glibc
import LinearAlgebra
import Mixtures

/// A law of one set as it was fitted, with how certain its parameters are.
struct ScaleLawFit: Equatable, Sendable {
  var law: ScaleLaw
  /// The relative standard deviation of a run's loss about the law.
  var noise: Double
  /// The factor R of the covariance R Rᵀ of the parameters, lower triangular, by rows.
  var factor: [[Double]]
}

extension ScaleLawFit {
  private static let firstNoise = 0.01
  /// The least relative deviation that residuals are measured in.
  private static let leastNoise = 1e-5
  private static let rounds = 3
  private static let floorShares = [0.3, 0.55, 0.8]
  private static let bend = 1.345

  /// Fits a law of the losses of `problem`: the highest posterior density from three starts, then
  /// again with the scale of its own residuals, twice. The covariance is Laplace's, with the
  /// Gauss–Newton matrix.
  ///
  /// - Returns: nil if no start has a finite value, or the covariance is singular to rounding.
  init?(_ problem: ScaleLawProblem) {
    var noise = Self.firstNoise
    func minimise(_ start: [Double], iterations: Int) -> LBFGS.Result? {
      LBFGS(iterations: iterations).minimise(from: start) {
        problem.objective($0, noise: noise)
      }
    }
    let starts = Self.floorShares.compactMap {
      minimise(problem.start(floorShare: $0), iterations: 150)
    }
    guard var best = starts.min(by: { $0.value < $1.value })?.x else { return nil }
    for _ in 0..<Self.rounds {
      guard let found = minimise(best, iterations: 400) else { return nil }
      best = found.x
      noise = Self.deviation(problem.residuals(best), of: problem)
    }
    let law = ScaleLaw(layout: problem.layout, reference: problem.reference, values: best)
    // What mixtures differ by at every size tells nothing against a law of the level.
    let residuals = problem.withinMixtures(problem.residuals(best))
    let within = problem.layout.form == .level ? Self.deviation(residuals, of: problem) : noise
    guard let factor = Self.factor(law, problem, residuals, noise: within) else { return nil }
    self.init(law: law, noise: noise, factor: factor)
  }

  /// Returns the weighted median of the absolute residuals, as the deviation of a normal
  /// distribution.
  private static func deviation(_ residuals: [Double], of problem: ScaleLawProblem) -> Double {
    let order = residuals.indices.sorted { abs(residuals[$0]) < abs(residuals[$1]) }
    let half = 0.5 * problem.points.reduce(0) { $0 + $1.weight }
    var sum = 0.0
    for index in order {
      sum += problem.points[index].weight
      if sum >= half { return max(leastNoise, 1.4826 * abs(residuals[index])) }
    }
    return leastNoise
  }

  private static func factor(
    _ law: ScaleLaw, _ problem: ScaleLawProblem, _ residuals: [Double], noise: Double
  ) -> [[Double]]? {
    let count = law.layout.count
    var columns = DenseMatrix(rows: count, columns: problem.points.count)
    for (index, point) in problem.points.enumerated() {
      let run = problem.runs[point.run]
      let scale = ModelScale(
        parameters: law.reference.parameters * exp(run.size),
        tokens: law.reference.tokens * exp(point.length))
      let slopes = law.slopes(run.weights, scale)
      let kept = min(1, bend * noise / max(abs(residuals[index]), 1e-300))
      let weight = (point.weight * kept).squareRoot() / (noise * slopes.loss)
      for p in 0..<count { columns[p, index] = weight * slopes.values[p] }
    }
    var precision = columns.lowerGram
    for i in 0..<count { for j in 0...i { precision[i, j] += problem.priorPrecision[i][j] } }
    guard let inverse = Cholesky(precision)?.inverse(), let root = Cholesky(inverse) else {
      return nil
    }
    // The columns of R, as L x of the unit vectors.
    let unit = [Double](repeating: 0, count: count)
    let byColumn = (0..<count).map { column in
      var x = unit
      x[column] = 1
      return root.correlated(x)
    }
    return (0..<count).map { row in (0...row).map { byColumn[$0][row] } }
  }

  /// Returns Rᵀ g: its square is the variance of g · θ.
  func spread(_ gradient: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: gradient.count)
    for (g, row) in zip(gradient, factor) where g != 0 {
      for (column, value) in row.enumerated() { result[column] += g * value }
    }
    return result
  }

  /// Returns the law with parameters θ + R z.
  func moved(by z: [Double]) -> ScaleLaw {
    var moved = law
    for (place, row) in factor.enumerated() {
      moved.values[place] += zip(row, z).reduce(0) { $0 + $1.0 * $1.1 }
    }
    return moved
  }
}
