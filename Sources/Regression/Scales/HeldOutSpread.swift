/// How far runs of a size are from what fits to other runs predicted of them, their common level
/// aside: the covariance of relative errors between sets.
///
/// A process of one size takes what a mixture has there for what it has at every size; only runs of
/// another size tell how much of it is.
struct HeldOutSpread: Equatable, Sendable {
  /// The covariance, (sets, sets).
  var covariance: [[Double]]
  /// How far from what was fitted the runs were, as the logarithm of a ratio of parameters or of
  /// tokens; nil if it is not to grow with that.
  var step: Double?

  /// Measures predictions; 0 for fewer than three runs that measured every set.
  ///
  /// - Parameter predictions: in nats per token, (runs, sets).
  init(_ predictions: [[Double]], of data: RegressionData, step: Double? = nil) {
    self.step = step
    let rows = zip(predictions, data.losses).filter { !$0.1.contains(where: \.isNaN) }
    let errors = rows.map { predicted, observed in
      zip(predicted, observed).map { ($1 - $0) / $0 }
    }
    let sets = data.sets.indices
    covariance = sets.map { _ in sets.map { _ in 0 } }
    guard errors.count > 2 else { return }
    let means = sets.map { set in errors.reduce(0) { $0 + $1[set] } / Double(errors.count) }
    for i in sets {
      for j in sets {
        covariance[i][j] =
          errors.reduce(0) { $0 + ($1[i] - means[i]) * ($1[j] - means[j]) }
          / Double(errors.count - 1)
      }
    }
  }

  init(covariance: [[Double]], step: Double? = nil) {
    (self.covariance, self.step) = (covariance, step)
  }

  /// Returns how many of the steps that it was measured over the logarithm `distance` is; 1 where
  /// it is not to grow.
  func steps(over distance: Double) -> Double {
    guard let step, step > 0 else { return 1 }
    return distance / step
  }

  /// Returns the sum of both, which grows as this does.
  static func + (one: HeldOutSpread, other: HeldOutSpread) -> HeldOutSpread {
    HeldOutSpread(
      covariance: zip(one.covariance, other.covariance).map { zip($0, $1).map { $0 + $1 } },
      step: one.step)
  }

  /// Returns what the `stated` variance of Σ_j criterion_j L_j leaves of it at `predictions`,
  /// (runs, sets): all where nothing is stated, nothing where enough is.
  func beyond(
    _ stated: Double?, _ predictions: [[Double]], of criterion: [Double]
  ) -> HeldOutSpread {
    let found = mean(predictions, of: criterion)
    guard let stated, found > 0 else { return self }
    let share = max(0, 1 - stated / found)
    return scaled(by: share)
  }

  func scaled(by factor: Double) -> HeldOutSpread {
    HeldOutSpread(covariance: covariance.map { $0.map { factor * $0 } }, step: step)
  }

  /// Returns the mean variance of Σ_j criterion_j L_j at `predictions`, (runs, sets).
  func mean(_ predictions: [[Double]], of criterion: [Double]) -> Double {
    predictions.reduce(0) { $0 + variance($1, of: criterion) } / Double(max(1, predictions.count))
  }

  /// Returns the variance of Σ_j criterion_j L_j at predicted `losses`, in squared nats per token.
  func variance(_ losses: [Double], of criterion: [Double]) -> Double {
    let scaled = zip(criterion, losses).map { $0 * $1 }
    var sum = 0.0
    for (a, row) in zip(scaled, covariance) where a != 0 {
      for (b, value) in zip(scaled, row) { sum += a * b * value }
    }
    return max(0, sum)
  }
}
