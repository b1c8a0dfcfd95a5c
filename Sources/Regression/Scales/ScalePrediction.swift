import LinearAlgebra
package import Mixtures
import Parallel

/// Predictions of runs that fits have not seen, each at its own scale, with what the fits state of
/// their errors.
struct ScalePrediction: Sendable {
  let points: [MixturePoint]
  /// The losses in nats per token, (runs, sets).
  let losses: [[Double]]
  /// The fit to each run's scale.
  private var fits: [any Regressor]
  /// The fit to the mean scale of the runs; of runs that several fits predict, the first of them.
  private var common: (any Regressor)?

  private init(
    _ points: [MixturePoint], _ losses: [[Double]], _ fits: [any Regressor],
    _ common: (any Regressor)?
  ) {
    (self.points, self.losses, self.fits, self.common) = (points, losses, fits, common)
  }

  /// Predicts those of `rows` that are ends of runs by a fit to `fitted`.
  ///
  /// - Throws: `FitError` if the fit fails.
  init(
    _ data: RegressionData, _ rows: [Int], from fitted: RegressionData, by family: any ScaleFamily,
    pool: WorkerPool?
  ) throws(FitError) {
    self = try Self.each(data, [rows], from: fitted, by: family, pool: pool)[0]
  }

  /// Predicts those rows of every group that are ends of runs by one fit to `fitted`.
  ///
  /// - Throws: `FitError` if the fit fails.
  static func each(
    _ data: RegressionData, _ groups: [[Int]], from fitted: RegressionData,
    by family: any ScaleFamily, pool: WorkerPool?
  ) throws(FitError) -> [ScalePrediction] {
    let means = groups.compactMap { data.meanScale(ofSize: $0) }
    guard let scales = data.scales, means.count == groups.count else {
      throw .noFit(what: "scales", code: 1)
    }
    let isFinal = scales.isFinal
    let ends = groups.map { $0.filter { isFinal[$0] } }
    let targets = Set(ends.joined().map { scales.points[$0].scale }).sorted {
      ($0.parameters, $0.tokens) < ($1.parameters, $1.tokens)
    }
    let found = try family.fit(fitted, at: targets + means, pool: pool)
    return ends.enumerated().map { group, ends in
      let points = ends.map { data.point($0) }
      let fits = ends.map { found[targets.firstIndex(of: scales.points[$0].scale) ?? 0] }
      return ScalePrediction(
        points, zip(fits, points).map { $0.predict($1) }, fits, found[targets.count + group])
    }
  }

  /// Joins predictions by several fits; `places` are those of the runs of each part.
  init(joining parts: [ScalePrediction], at places: [[Int]]) {
    let order = places.joined().enumerated().sorted { $0.element < $1.element }.map(\.offset)
    func joined<Value>(_ values: [[Value]]) -> [Value] {
      let all = Array(values.joined())
      return order.map { all[$0] }
    }
    self.init(
      joined(parts.map(\.points)), joined(parts.map(\.losses)), joined(parts.map(\.fits)),
      parts.first?.common)
  }

  /// Returns the same predictions with what runs that were held out say of errors.
  func calibrated(by errors: ScaleErrors) -> ScalePrediction {
    var copy = self
    copy.fits = fits.map { $0.calibrated(by: errors) }
    copy.common = common?.calibrated(by: errors)
    return copy
  }

  /// Returns the deviation of every run's Σ_j criterion_j L_j; nil if a fit states none.
  func deviations(of criterion: [Double]) -> [Double]? {
    let known = zip(fits, points).compactMap { fit, point in
      fit.variance(at: point, of: criterion)?.deviation
    }
    return known.count == points.count ? known : nil
  }

  /// Returns the deviation of the difference of every two runs, the first before the second, by
  /// rows; nil where one fit states none of all runs.
  func differenceDeviations(of criterion: [Double]) -> [Double]? {
    guard let joint = common?.posterior(at: points, of: criterion) else { return nil }
    return points.indices.flatMap { i in
      (i + 1..<max(i + 1, points.count)).map { j in
        let c = joint.covariance
        return (max(0, c[i, i] + c[j, j] - 2 * c[i, j]) + 2 * joint.noise).squareRoot()
      }
    }
  }

  /// Returns the variance that is stated of runs beyond what they share; nil if a fit states none.
  func ownVariance(of criterion: [Double]) -> Double? {
    guard let differences = differenceDeviations(of: criterion), !differences.isEmpty else {
      return nil
    }
    return differences.reduce(0) { $0 + $1 * $1 } / Double(2 * differences.count)
  }

  /// Returns what laws of scale add to Σ_j criterion_j L_j beyond the largest scale that was
  /// fitted, mean over the runs; nil where there are no laws.
  func added(of criterion: [Double]) -> Double? {
    let known = zip(fits, points).compactMap { $0.law?.added(at: $1, of: criterion) }
    return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
  }

  /// Returns what they add for tokens beyond the length of runs of that size, likewise.
  func addedByLength(of criterion: [Double]) -> Double? {
    let known = zip(fits, points).compactMap { fit, point in
      fit.law?.addedByLength(at: point, of: criterion)
    }
    return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
  }

  /// How many times longer the runs are than those of their size that were fitted, as a logarithm.
  var excess: Double? { common?.law?.excess }

  /// The predictions as those of runs out of fold.
  func outOfFold(of criterion: [Double]) -> OutOfFold {
    OutOfFold(predictions: [losses], deviations: deviations(of: criterion).map { [$0] })
  }
}

extension Regressor {
  /// Returns it for runs of `scale`; nil where no law of scale says what that is.
  package func predicting(_ scale: ModelScale) -> (any Regressor)? {
    if let law = self as? ScaleLawRegressor { return law.aimed(at: scale) as any Regressor }
    guard let sum = self as? SumRegressor, sum.lawParameters > 0 else { return nil }
    return SumRegressor(sum.parts.map { $0.predicting(scale) ?? $0 })
  }

  /// The law of scale in it; nil if there is none.
  var law: ScaleLawRegressor? {
    self as? ScaleLawRegressor ?? (self as? SumRegressor)?.parts.lazy.compactMap(\.law).first
  }

  /// Returns it with laws of scale that state the errors that runs held out had.
  func calibrated(by errors: ScaleErrors) -> any Regressor {
    if var law = self as? ScaleLawRegressor {
      law.errors = errors
      return law
    }
    guard let sum = self as? SumRegressor else { return self }
    return SumRegressor(sum.parts.map { $0.calibrated(by: errors) })
  }
}
