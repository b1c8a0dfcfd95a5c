import Foundation
import Search

/// What training a mixture next is worth, by the definition in `NextRuns`.
///
/// For a family that is linear in all weights and all MDE losses, with a penalty of 1.
struct RunWorth {
  private let criterion: NextRuns.Criterion
  private let objective: FittedObjective
  private let residual: Double
  /// Standardised over the runs observed.
  private let means: [Double]
  private let scales: [Double]
  /// The least predicted loss of the runs observed.
  private let known: Double
  /// Features of the runs observed and of those added: (runs, features).
  private var rows: [[Double]] = []

  init(
    _ criterion: NextRuns.Criterion, _ objective: FittedObjective, residual: Double,
    runs: [[Double]]
  ) {
    (self.criterion, self.objective, self.residual) = (criterion, objective, residual)
    let raw = runs.map { $0 + objective.predict($0).mde }
    let means = raw[0].indices.map { c in raw.reduce(0) { $0 + $1[c] } / Double(raw.count) }
    self.means = means
    scales = means.indices.map { c in
      (raw.reduce(0) { $0 + ($1[c] - means[c]) * ($1[c] - means[c]) } / Double(raw.count))
        .squareRoot()
    }
    known = runs.map { objective.predict($0).objective }.min() ?? .infinity
    for run in runs { add(run) }
  }

  private func features(_ mixture: [Double]) -> [Double] {
    let raw = mixture + objective.predict(mixture).mde
    return [1] + raw.indices.map { (raw[$0] - means[$0]) / scales[$0] }
  }

  mutating func add(_ mixture: [Double]) { rows.append(features(mixture)) }

  /// zᵀM⁻¹z with M = P + Σ zzᵀ, where z starts with a 1 that has no penalty and P is 1 for the
  /// rest, or the expected improvement at the deviation that this is.
  func of(_ mixture: [Double]) -> Double {
    let z = features(mixture)
    let solution = solved(z)
    let variance = zip(z, solution).reduce(0) { $0 + $1.0 * $1.1 }
    guard criterion == .improvement else { return variance }
    let deviation = residual * variance.squareRoot()
    let gain = known - objective.predict(mixture).objective
    let u = gain / deviation
    let density = exp(-0.5 * u * u) / (2 * Double.pi).squareRoot()
    return gain * 0.5 * erfc(-u / 2.0.squareRoot()) + deviation * density
  }

  /// M⁻¹z, by Gauss and Jordan; M needs no pivots.
  private func solved(_ z: [Double]) -> [Double] {
    let n = z.count
    var matrix = (0..<n).map { r -> [Double] in
      let row = (0..<n).map { c -> Double in
        let penalty = r == c && r > 0 ? 1.0 : 0
        return rows.reduce(penalty) { $0 + $1[r] * $1[c] }
      }
      return row + [z[r]]
    }
    for pivot in 0..<n {
      for r in 0..<n where r != pivot {
        let factor = matrix[r][pivot] / matrix[pivot][pivot]
        for c in pivot...n { matrix[r][c] -= factor * matrix[pivot][c] }
      }
    }
    return (0..<n).map { matrix[$0][n] / matrix[$0][$0] }
  }
}
