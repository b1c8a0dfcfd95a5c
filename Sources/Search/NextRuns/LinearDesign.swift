import LinearAlgebra
import Regression

/// Bayesian linear regression of the objective, which is a Gaussian process with the dot product
/// as its kernel: what is believed where the family states no covariance.
///
/// The features, standardised over the runs, are those that a linear regressor has coefficients
/// for; for another regressor, the weights, their logarithms (of the weight and a hundredth) and
/// the MDE losses. For features z and z′ the covariance, in units of the variance of one run's
/// error, is zᵀM⁻¹z′ + 1/N, with M = Σ_runs zzᵀ + penalty and N runs. What a run adds to it depends
/// on its mixture alone, so the largest variance multiplies det M by most: D-optimal.
/// Source: Fedorov, Theory of Optimal Experiments, 1972.
struct LinearDesign {
  private let map: FeatureMap
  /// The indices of the features used, among those of `map`.
  private let used: [Int]
  private let means: [Double]
  private let scales: [Double]
  private let runs: Double
  private let information: Cholesky

  /// - Parameter runs: the observed runs, at least one.
  /// - Returns: nil if M is singular to rounding.
  init?(_ model: DesignModel, runs: [MixturePoint]) {
    let linear = model.regressor as? LinearRegressor
    let map =
      linear?.map
      ?? FeatureMap(
        [.weights, .logWeights, .mde], domains: model.domains, mdeSets: model.mdeSets,
        logFloor: 0.01)
    let rows = runs.map { map.values($0) }
    let columns = rows[0].indices
    let means = columns.map { c in rows.reduce(0) { $0 + $1[c] } / Double(rows.count) }
    let scales = columns.map { c in
      (rows.reduce(0) { $0 + ($1[c] - means[c]) * ($1[c] - means[c]) } / Double(rows.count))
        .squareRoot()
    }
    let used = columns.filter { c in
      scales[c] > 1e-12 && linear?.coefficients.contains { $0[c] != 0 } ?? true
    }
    (self.map, self.used, self.means, self.scales) = (map, used, means, scales)
    self.runs = Double(runs.count)
    let z = DenseMatrix(
      rows.map { row in used.map { (row[$0] - means[$0]) / scales[$0] } }, columns: used.count
    ).transposed
    var matrix = z.lowerGram
    for i in used.indices { matrix[i, i] += max(linear?.penalty ?? Double(runs.count), 1e-9) }
    guard let information = Cholesky(matrix) else { return nil }
    self.information = information
  }

  private func values(_ point: MixturePoint) -> [Double] {
    let all = map.values(point)
    return used.map { (all[$0] - means[$0]) / scales[$0] }
  }

  func variance(_ point: MixturePoint) -> Double {
    information.whitened(values(point)).reduce(1 / runs) { $0 + $1 * $1 }
  }

  /// Returns the covariance between all of `points`, (points, points).
  func covariance(_ points: [MixturePoint]) -> DenseMatrix {
    let z = DenseMatrix(points.map { values($0) }, columns: used.count)
    var covariance = information.whitened(rows: z).lowerGram
    for i in points.indices {
      for j in 0...i {
        covariance[i, j] += 1 / runs
        covariance[j, i] = covariance[i, j]
      }
    }
    return covariance
  }
}
