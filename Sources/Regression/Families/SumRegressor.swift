import LinearAlgebra

/// The sum of the predictions of several models: a first one, and one of its residuals.
package struct SumRegressor: Regressor {
  package let parts: [any Regressor]
  package init(_ parts: [any Regressor]) {
    precondition(!parts.isEmpty)
    self.parts = parts
  }

  package func predict(_ point: MixturePoint) -> [Double] {
    var sum = parts[0].predict(point)
    for part in parts.dropFirst() {
      for (set, value) in part.predict(point).enumerated() { sum[set] += value }
    }
    return sum
  }

  package func repeating(_ epochsAtFullWeight: [Double]) -> any Regressor {
    SumRegressor(parts.map { $0.repeating(epochsAtFullWeight) })
  }

  package func expansion(at point: MixturePoint, of criterion: [Double]) -> SecondOrderExpansion? {
    var sum: SecondOrderExpansion?
    for part in parts {
      guard let next = part.expansion(at: point, of: criterion) else { return nil }
      sum = sum.map { $0 + next } ?? next
    }
    return sum
  }

  package func gradients(at point: MixturePoint) -> [[Double]]? {
    var sum: [[Double]]?
    for part in parts {
      guard let next = part.gradients(at: point) else { return nil }
      sum = sum.map { zip($0, next).map { zip($0, $1).map { $0 + $1 } } } ?? next
    }
    return sum
  }

  package func variance(at point: MixturePoint, of criterion: [Double]) -> PredictiveVariance? {
    let known = parts.compactMap { $0.variance(at: point, of: criterion) }
    return known.isEmpty ? nil : known.reduce(.init(latent: 0, noise: 0), +)
  }

  /// Returns the sum of the parts, which are independent; one that states no covariance has none.
  package func posterior(at points: [MixturePoint], of criterion: [Double]) -> JointPosterior? {
    let known = parts.map { $0.posterior(at: points, of: criterion) }
    guard known.contains(where: { $0 != nil }) else { return nil }
    return zip(parts, known).reduce(nil as JointPosterior?) { sum, part in
      let next =
        part.1
        ?? JointPosterior(
          means: points.map { point in
            zip(criterion, part.0.predict(point)).reduce(0) { $0 + $1.0 * $1.1 }
          }, covariance: DenseMatrix(rows: points.count, columns: points.count), noise: 0)
      return sum.map { $0 + next } ?? next
    }
  }

  package var model: any StoredModel { SumModel(parts.map { RegressorModel($0.model) }) }
}

/// A sum of regressors as it is written: the array of their models.
package struct SumModel: StoredModel {
  package static let kind = "sum"

  package var parts: [RegressorModel]
  package init(_ parts: [RegressorModel]) { self.parts = parts }

  package init(from decoder: any Decoder) throws {
    parts = try decoder.singleValueContainer().decode([RegressorModel].self)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(parts)
  }

  /// Returns nil if there are no parts, or one of them cannot be read.
  package func regressor(
    domains: [String], sets: [String], mdeSets: [String]
  ) -> (any Regressor)? {
    let read = parts.compactMap {
      $0.regressor(domains: domains, sets: sets, mdeSets: mdeSets)
    }
    return read.count == parts.count && !read.isEmpty ? SumRegressor(read) : nil
  }
}
