import Glibc

/// The model c_j + exp g_j of each evaluation set j: a floor, and the exponential of what another
/// regressor predicts.
struct ExponentialRegressor: Regressor {
  let sets: [String]
  /// The floors c, by set.
  let floors: [Double]
  /// The regressor g of the exponents.
  let exponent: any Regressor

  init(sets: [String], floors: [Double], exponent: any Regressor) {
    precondition(sets.count == floors.count)
    (self.sets, self.floors, self.exponent) = (sets, floors, exponent)
  }

  func predict(_ point: MixturePoint) -> [Double] {
    zip(floors, exponent.predict(point)).map { $0 + exp($1) }
  }

  var repetitionConstant: Double? { exponent.repetitionConstant }

  func repeating(_ epochsAtFullWeight: [Double]) -> any Regressor {
    ExponentialRegressor(
      sets: sets, floors: floors, exponent: exponent.repeating(epochsAtFullWeight))
  }

  /// Returns the expansion of Σ_j w_j (c_j + exp g_j), w the criterion.
  ///
  /// With v_j = w_j exp g_j, the gradient is Σ_j v_j ∇g_j and the curvature is
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

  /// Returns the variance to first order in the exponents, from the variance of the exponents.
  func variance(at point: MixturePoint, of criterion: [Double]) -> PredictiveVariance? {
    exponent.variance(at: point, of: scaled(criterion, at: point))
  }

  /// Returns criterion_j exp g_j, by set.
  private func scaled(_ criterion: [Double], at point: MixturePoint) -> [Double] {
    zip(criterion, exponent.predict(point)).map { $0 == 0 ? 0 : $0 * exp($1) }
  }
}
