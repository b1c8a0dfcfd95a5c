import Glibc

/// For each evaluation set, a floor and the exponential of what another regressor predicts: c_j + exp g_j.
struct ExponentialRegressor: Regressor {
  let sets: [String]
  /// c, by set.
  let floors: [Double]
  /// g.
  let exponent: any Regressor

  init(sets: [String], floors: [Double], exponent: any Regressor) {
    precondition(sets.count == floors.count)
    (self.sets, self.floors, self.exponent) = (sets, floors, exponent)
  }

  func predict(_ point: MixturePoint) -> [Double] {
    zip(floors, exponent.predict(point)).map { $0 + exp($1) }
  }

  /// Σ_j w_j exp g_j has the gradient Σ_j v_j ∇g_j, v_j = w_j exp g_j, and the curvature
  /// Σ_j v_j (∇²g_j + ∇g_j ∇g_jᵀ).
  func expansion(at point: MixturePoint, of criterion: [Double]) -> SecondOrderExpansion? {
    let scaled = scaled(criterion, at: point)
    guard var expansion = exponent.expansion(at: point, of: scaled),
      let gradients = exponent.gradients(at: point)
    else { return nil }
    let size = expansion.gradient.count
    for (gradient, weight) in zip(gradients, scaled) where weight != 0 {
      for i in 0..<size {
        for j in 0..<size {
          expansion.curvature[i * size + j] += weight * gradient[i] * gradient[j]
        }
      }
    }
    return expansion
  }

  /// To first order in the exponent's own.
  func variance(at point: MixturePoint, of criterion: [Double]) -> PredictiveVariance? {
    exponent.variance(at: point, of: scaled(criterion, at: point))
  }

  /// criterion_j exp g_j.
  private func scaled(_ criterion: [Double], at point: MixturePoint) -> [Double] {
    zip(criterion, exponent.predict(point)).map { $0 == 0 ? 0 : $0 * exp($1) }
  }
}
