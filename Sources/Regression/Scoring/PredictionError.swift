import Formats
package import Mixtures

/// How far new runs are from predictions of the objective, judged by runs that a fit had not seen.
///
/// Where the family states deviations, residuals are taken in units of them, so that a prediction
/// far from the runs is less certain. Their mean square is that of `priorResiduals` residuals of
/// just the stated size and of those seen, and the radius is Student's for as many: with no run out
/// of fold it is the family's own word, with many the deviations are what residuals say. Where it
/// states none, radii hold 90 % of the residuals, with the finite-sample correction of conformal
/// prediction.
package struct PredictionError: Sendable {
  package static let coverage = 0.9
  /// The number of residuals that a stated deviation counts for. Of 2, 4 and 8, the least covers
  /// best at 3 to 24 runs of the published table and of the demo.
  private static let priorResiduals = 2

  /// What the errors of runs say of the level that is predicted.
  package enum Level: Sendable {
    /// Each run's error is one of its own.
    case own
    /// They are nearly one error that all share, as those of a size that was held out: many small
    /// ones do not make less of what the family states.
    case shared
    /// They are, and the family states already what so many held-out sizes say of it.
    case calibrated(sizes: Int)
  }

  /// The radius of one prediction, in nats per token, or in units of the stated deviation.
  package let radius: Double
  /// The root of the mean squared residual, in nats per token; where none is known, the stated
  /// deviation of a run.
  package let standardError: Double
  /// The radius of the difference between two predictions, in nats per token, or in units of its
  /// stated deviation; errors that all runs share cancel in it.
  package let differenceRadius: Double

  /// Measures residuals; nil for fewer than two where the family states no deviations.
  ///
  /// - Parameters:
  ///   - residuals: observed less predicted, one for each run; NaN where it was not measured, or
  ///     not predicted out of fold.
  ///   - deviations: the deviations that the family stated, by run, or nil.
  ///   - stated: the deviation that it states for a run of its own, or nil if it states none.
  ///   - inflation: the factor that all residuals are multiplied by, to undo a bias such as that of
  ///     `FamilySelectionBias`.
  ///   - level: what the runs' errors say of the level that is predicted.
  ///   - coverage: the share of errors that the radii hold.
  package init?(
    residuals all: [Double], deviations: [Double]? = nil, stated: Double? = nil,
    inflation: Double = 1, level: Level = .own, coverage: Double = Self.coverage
  ) {
    let known = all.indices.filter { !all[$0].isNaN }
    let residuals = known.map { inflation * all[$0] }
    let squares = residuals.reduce(0) { $0 + $1 * $1 }
    let count = residuals.count
    if let stated, deviations != nil || count == 0 {
      standardError = count > 0 ? (squares / Double(count)).squareRoot() : stated
      let ratios = zip(known, residuals).map { run, residual in
        residual / (deviations?[run] ?? stated)
      }
      let total = Double(Self.priorResiduals + count)
      let mean = (Double(Self.priorResiduals) + ratios.reduce(0) { $0 + $1 * $1 }) / total
      let student = studentRadius(coverage: coverage, freedom: Self.priorResiduals + count)
      switch level {
      case .own:
        radius = mean.squareRoot() * student
        differenceRadius = radius
      case .shared:
        radius = max(1, mean).squareRoot() * student
        differenceRadius = radius
      case .calibrated(let sizes):
        radius = studentRadius(coverage: coverage, freedom: HeldOutSizes.freedom(sizes))
        differenceRadius = student
      }
      return
    }
    guard count > 1 else { return nil }
    standardError = (squares / Double(count)).squareRoot()
    radius = residualRadius(residuals, coverage: coverage)
    differenceRadius = Regression.differenceRadius(residuals, coverage: coverage)
  }

  /// Measures `family` on the runs whose objective was measured; nil for fewer than two where the
  /// family states no deviations.
  ///
  /// - Parameters:
  ///   - wasChosen: whether the family was chosen, among the others, by these errors.
  ///   - coverage: the share of errors that the radii hold.
  package init?(
    _ family: FittedFamily, in fitted: FittedRuns, objective: Objective, wasChosen: Bool,
    coverage: Double = Self.coverage
  ) {
    let data = fitted.data
    let regressor = family.model.regressor(
      domains: data.domains, sets: data.sets, mdeSets: data.mdeSets)
    let criterion = objective.rows(over: NameIndex(data.sets))[0]
    let isBiased = wasChosen && !FamilyRegistry.isFirstChoice(family.name)
    func stated(_ run: Int, _ criterion: [Double]) -> Double? {
      regressor?.variance(at: data.point(run), of: criterion)?.deviation
    }
    // Deviations were kept of one objective; of another they are as the family states the two now.
    let deviations = family.deviations.map { deviations in
      objective.criteria == [fitted.objective.weights]
        ? deviations
        : deviations.enumerated().map { run, deviation in
          guard let own = stated(run, criterion), let other = stated(run, data.objective) else {
            return deviation
          }
          return deviation * own / other
        }
    }
    self.init(
      residuals: fitted.residuals(of: family, objective: objective), deviations: deviations,
      stated: stated(0, criterion),
      inflation: isBiased ? FamilySelectionBias(in: fitted, objective: objective).inflation : 1,
      level: fitted.scale.map { scale in
        (regressor?.lawParameters ?? 0) > 0
          ? .calibrated(sizes: max(0, scale.sizes.count - 2)) : .shared
      } ?? .own, coverage: coverage)
  }

  /// Returns the radius of a prediction, in nats per token, from the deviation that the family
  /// states there.
  package func radius(deviation: Double?) -> Double { radius * (deviation ?? 1) }

  /// Returns whether `proposal` is predicted to be better than `baseline`, both in nats per token.
  ///
  /// - Parameters:
  ///   - deviation: the deviation that the family states for the difference of one run of each, or
  ///     nil if it states none.
  ///   - curse: the nats per token by which the loss of a mixture that was searched for is expected
  ///     to exceed its prediction (the winner's curse).
  package func verdict(
    _ proposal: Double, against baseline: Double, named name: String, deviation: Double? = nil,
    curse: Double = 0
  ) -> Verdict {
    Verdict(
      against: name, gain: baseline - (proposal + curse),
      radius: differenceRadius * (deviation ?? 1))
  }
}
