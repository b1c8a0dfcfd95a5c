import LinearAlgebra
import Parallel

/// Predictions of the sets of one group, in standardised losses, from warped features.
struct GaussianProcessPredictor: Sendable {
  let group: GaussianProcessGroup
  let z: DenseMatrix
  let entries: [(run: Int, set: Int)]
  let sets: DenseMatrix
  let covariance: GaussianProcessCovariance
  /// The weights of the kernel's values in the means, B (C⁻¹ y)ᵀ, (sets, runs).
  private let coefficients: DenseMatrix

  init?(
    _ group: GaussianProcessGroup, _ z: DenseMatrix, _ targets: GaussianProcessTargets,
    pool: WorkerPool?
  ) {
    let kernel = group.kernel.matrix(z).values
    sets = group.covariance
    guard
      let covariance = GaussianProcessCovariance(
        targets, kernel: kernel, sets: sets, noise: group.noiseVariances, pool: pool)
    else { return nil }
    (self.group, self.z, self.covariance) = (group, z, covariance)
    entries = targets.entries
    coefficients = sets.timesTransposed(
      covariance.solve(targets, noise: group.noiseVariances))
  }

  func means(_ point: [Double]) -> [Double] {
    weighted(group.kernel.vector(z, point).values)
  }

  private func weighted(_ values: [Double]) -> [Double] {
    let row = DenseMatrix([values], columns: values.count)
    return row.timesTransposed(coefficients).row(0)
  }

  /// Returns the means and variances of f, by set of the group.
  func moments(_ point: [Double]) -> (means: [Double], variances: [Double]) {
    let values = group.kernel.vector(z, point).values
    let prior = group.kernel.variance
    let variances: [Double]
    switch covariance {
    case .dense(let factor):
      variances = group.sets.indices.map { t in
        let explained = factor.whitened(entries.map { sets[t, $0.set] * values[$0.run] })
        return sets[t, t] * prior - explained.reduce(0) { $0 + $1 * $1 }
      }
    case .rotated(let factors, let rotation, let eigenvalues):
      let rest = zip(factors, eigenvalues).map { factor, s in
        s * prior - s * s * factor.whitened(values).reduce(0) { $0 + $1 * $1 }
      }
      variances = group.noiseVariances.enumerated().map { t, noise in
        noise * rest.indices.reduce(0) { $0 + rotation[t, $1] * rotation[t, $1] * rest[$1] }
      }
    }
    return (weighted(values), variances.map { max(0, $0) })
  }

  /// Returns the variance of Σ_t c_t f_t.
  ///
  /// - Parameter criterion: the weights c, by set of the group.
  func variance(_ point: [Double], of criterion: [Double]) -> Double {
    let values = group.kernel.vector(z, point).values
    let prior = group.kernel.variance
    switch covariance {
    case .dense(let factor):
      let weights = criterion.indices.map { t in
        criterion.indices.reduce(0) { $0 + sets[t, $1] * criterion[$1] }
      }
      let explained = factor.whitened(entries.map { weights[$0.set] * values[$0.run] })
      let whole = zip(criterion, weights).reduce(0) { $0 + $1.0 * $1.1 } * prior
      return max(0, whole - explained.reduce(0) { $0 + $1 * $1 })
    case .rotated(let factors, let rotation, let eigenvalues):
      return zip(factors, eigenvalues).enumerated().reduce(0) { sum, part in
        let (s, (factor, eigenvalue)) = part
        let share = criterion.indices.reduce(0) {
          $0 + criterion[$1] * group.noise[$1] * rotation[$1, s]
        }
        let explained = factor.whitened(values).reduce(0) { $0 + $1 * $1 }
        let rest = eigenvalue * prior - eigenvalue * eigenvalue * explained
        return sum + share * share * max(0, rest)
      }
    }
  }

  /// Returns the derivatives of the means by the point, (sets, features).
  func gradient(_ point: [Double]) -> [[Double]] {
    let slopes = group.kernel.vector(z, point).slopes
    return group.sets.indices.map { t in
      let weights = slopes.indices.map { 2 * coefficients[t, $0] * slopes[$0] }
      return point.indices.map { k in
        let length = group.kernel.lengthScales[k]
        return weights.indices.reduce(0) { $0 + weights[$1] * (point[k] - z[$1, k]) }
          / (length * length)
      }
    }
  }
}

extension GaussianProcessCovariance {
  /// Returns C⁻¹ y, (runs, sets); 0 where a run has no loss.
  fileprivate func solve(_ targets: GaussianProcessTargets, noise: [Double]) -> DenseMatrix {
    var result = DenseMatrix(rows: targets.values.rows, columns: targets.values.columns)
    switch self {
    case .dense(let factor):
      let solved = factor.solve(targets.entries.map { targets.values[$0.run, $0.set] })
      for (entry, x) in zip(targets.entries, solved) { result[entry.run, entry.set] = x }
      return result
    case .rotated(let factors, let rotation, _):
      var back = rotation
      for t in noise.indices { for s in noise.indices { back[t, s] /= noise[t].squareRoot() } }
      let rotated = targets.values.timesTransposed(back.transposed)
      for (t, factor) in factors.enumerated() {
        for (i, x) in factor.solve(rotated.column(t)).enumerated() { result[i, t] = x }
      }
      return result.timesTransposed(back)
    }
  }
}

extension GaussianProcess {
  /// A prediction for every set, with means in nats per token and variances in their squares.
  package struct Prediction: Equatable, Sendable {
    package var means: [Double]
    /// The variances of the losses without noise.
    package var variances: [Double]
    /// The variances of one more run's noise.
    package var noiseVariances: [Double]
  }

  package func predict(_ x: [Double]) -> Prediction {
    let point = state.warp(x)
    var prediction = Prediction(
      means: state.standards.map(\.mean), variances: state.standards.map { _ in 0 },
      noiseVariances: state.standards.map { _ in 0 })
    for predictor in predictors {
      let moments = predictor.moments(point)
      for (t, set) in predictor.group.sets.enumerated() {
        let scale = state.standards[set].scale
        prediction.means[set] += scale * moments.means[t]
        prediction.variances[set] = scale * scale * moments.variances[t]
        prediction.noiseVariances[set] = scale * scale * predictor.group.noiseVariances[t]
      }
    }
    return prediction
  }

  /// Returns the variance of Σ_j criterion_j · L_j, with the covariance of sets of one group.
  package func variance(_ x: [Double], of criterion: [Double]) -> PredictiveVariance {
    let point = state.warp(x)
    return predictors.reduce(.init(latent: 0, noise: 0)) { sum, predictor in
      let scaled = predictor.group.sets.map { criterion[$0] * state.standards[$0].scale }
      guard scaled.contains(where: { $0 != 0 }) else { return sum }
      let noise = zip(scaled, predictor.group.noiseVariances).reduce(0) {
        $0 + $1.0 * $1.0 * $1.1
      }
      return sum + .init(latent: predictor.variance(point, of: scaled), noise: noise)
    }
  }

  /// Returns the means alone, in time linear in the number of runs, where variances take quadratic
  /// time.
  package func means(_ x: [Double]) -> [Double] {
    let point = state.warp(x)
    var means = state.standards.map(\.mean)
    for predictor in predictors {
      for (set, mean) in zip(predictor.group.sets, predictor.means(point)) {
        means[set] += state.standards[set].scale * mean
      }
    }
    return means
  }

  /// Returns the derivatives of the means by the features before the warp, (sets, features).
  package func meanGradient(_ x: [Double]) -> [[Double]] {
    let (point, slopes) = (state.warp(x), state.warp.slopes(x))
    var gradient = state.standards.map { _ in [Double]() }
    for predictor in predictors {
      for (set, row) in zip(predictor.group.sets, predictor.gradient(point)) {
        gradient[set] = zip(row, slopes).map { state.standards[set].scale * $0 * $1 }
      }
    }
    return gradient
  }
}
