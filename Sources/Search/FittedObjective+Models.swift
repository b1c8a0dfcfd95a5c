import Experts
import LinearAlgebra
import Regression

extension FittedObjective {
  /// Returns the model in λ alone of a criterion whose `expansion` is in λ and F.
  ///
  /// With D = [I; −g], it has ∇ = Dᵀ∇_v and ∇² = Dᵀ∇²_v D + Σ_s ∂/∂F_s ∇²F_s, where v is λ and F.
  func chained(
    _ expansion: SecondOrderExpansion, _ value: Double, _ sets: [CachedSet.Evaluation], _ k: Int
  ) -> LocalModel {
    let size = k + sets.count
    let slopes = Array(expansion.gradient[k...])
    var gradient = Array(expansion.gradient[..<k])
    for (set, slope) in zip(sets, slopes) where slope != 0 {
      for i in 0..<k { gradient[i] -= slope * set.gains[i] }
    }
    var curvature =
      sets.isEmpty
      ? [Double](repeating: 0, count: k * k) : weighted(sets.map(\.curvature), by: slopes)
    // A family that is linear in λ and F bends with F alone.
    if expansion.curvature.allSatisfy({ $0 == 0 }) {
      return LocalModel(value: value, gradient: gradient, curvature: curvature)
    }
    func row(_ i: Int) -> [Double] {
      (0..<k).map { j in
        sets.indices.reduce(expansion.curvature[i * size + j]) {
          $0 - expansion.curvature[i * size + k + $1] * sets[$1].gains[j]
        }
      }
    }
    let rows = (0..<size).map(row)
    for i in 0..<k {
      for j in 0..<k {
        curvature[i * k + j] += sets.indices.reduce(rows[i][j]) {
          $0 - sets[$1].gains[i] * rows[k + $1][j]
        }
      }
    }
    return LocalModel(value: value, gradient: gradient, curvature: curvature)
  }
}
