import Experts
import Formats
import LinearAlgebra
package import Regression

/// Guards on the losses that a regressor predicts, with what its errors take from their room.
///
/// A guard's margin is a radius times the deviation that the regressor states for the difference of
/// one run of the mixture and one of its reference (or for one run, where the right side is a
/// number). Of a regressor that states none, the radius is the margin.
struct KeptGuards: Sendable {
  let bounds: GuardBounds
  /// The reference mixtures, by guard; nil for a number.
  private let references: [MixturePoint?]
  /// The radii, by guard.
  private let radii: [Double]

  init(
    _ guards: [LossGuard], _ references: [MixturePoint?], radii: [Double],
    _ regressor: any Regressor, sets: [String]
  ) {
    precondition(guards.count == radii.count && guards.count == references.count)
    var points = references.compactMap { $0 }[...]
    bounds = GuardBounds(guards, sets: NameIndex(sets)) { _ in
      regressor.predict(points.removeFirst())
    }
    (self.references, self.radii) = (references, radii)
  }

  /// Returns the same guards on the predictions of another regressor.
  func replacingRegressor(_ regressor: any Regressor, sets: [String]) -> KeptGuards {
    KeptGuards(bounds.guards, references, radii: radii, regressor, sets: sets)
  }

  /// Returns the values of the rows at a point, margins included.
  func values(
    _ losses: [Double], _ point: MixturePoint, _ regressor: any Regressor
  ) -> [Double] {
    zip(bounds.values(of: losses), margins(point, regressor)).map { $0 + $1 }
  }

  func margins(_ point: MixturePoint, _ regressor: any Regressor) -> [Double] {
    bounds.rows.indices.map { margin($0, point, regressor) }
  }

  private func margin(_ row: Int, _ point: MixturePoint, _ regressor: any Regressor) -> Double {
    let owner = bounds.owners[row]
    guard radii[owner] != 0 else { return 0 }
    let criterion = bounds.rows[row]
    let deviation =
      references[owner].map { regressor.differenceDeviation(point, $0, of: criterion) }
      ?? regressor.variance(at: point, of: criterion)?.deviation
    return radii[owner] * (deviation ?? 1)
  }

  /// Returns the models of the rows with the margins and their slopes added.
  ///
  /// A family states values of its deviations alone, so slopes are central differences, forward
  /// ones where a weight is nearly 0; their curvature is left out. What a step does to the MDE
  /// losses is known to second order: F − h g_i + ½ h² F_ii.
  func withMargins(
    _ models: [LocalModel], at point: MixturePoint, _ sets: [CachedSet.Evaluation],
    _ regressor: any Regressor
  ) -> [LocalModel] {
    let k = point.weights.count
    func moved(_ i: Int, _ step: Double) -> MixturePoint {
      var moved = point
      moved.weights[i] += step
      for (s, set) in sets.enumerated() {
        moved.mde[s] += step * (-set.gains[i] + 0.5 * step * set.curvature[i * k + i])
      }
      return moved
    }
    var models = models
    for row in models.indices where radii[bounds.owners[row]] != 0 {
      let here = margin(row, point, regressor)
      models[row].value += here
      for i in 0..<k {
        let step = 1e-5
        let up = margin(row, moved(i, step), regressor)
        models[row].gradient[i] +=
          point.weights[i] < step
          ? (up - here) / step : (up - margin(row, moved(i, -step), regressor)) / (2 * step)
      }
    }
    return models
  }
}

extension Regressor {
  /// Returns the standard deviation of the difference between one run of each of two mixtures, or
  /// nil if the regressor states none.
  ///
  /// Where it states variances alone, the two errors are taken for independent.
  package func differenceDeviation(
    _ first: MixturePoint, _ second: MixturePoint, of criterion: [Double]
  ) -> Double? {
    if let joint = posterior(at: [first, second], of: criterion) {
      let covariance = joint.covariance
      let latent = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
      return (max(0, latent) + 2 * joint.noise).squareRoot()
    }
    let variances = [first, second].compactMap { variance(at: $0, of: criterion) }
    guard variances.count == 2 else { return nil }
    return variances.reduce(0) { $0 + $1.latent + $1.noise }.squareRoot()
  }
}
