import Mixtures
package import Parallel

/// Families fitted to the smaller sizes of model, and scored on each larger one; beside them the
/// losses measured at the largest size that was fitted, taken as they are.
package struct ScaleAudit: Sendable {
  /// The name under which the losses of a smaller size stand that are taken as they are.
  package static let asMeasured = "as measured"

  /// The scores, by the sizes that were fitted, then by the size that was predicted.
  package let scores: [ScaleScores]

  /// Scores every family on every cut of two sizes or more.
  ///
  /// Intervals are those that the tool would have given then: what was held out of the fitted sizes
  /// says how far the family's own deviations can be trusted.
  ///
  /// - Parameters:
  ///   - data: runs of several sizes.
  ///   - test: further runs, of any size, that nothing is fitted to; all of `data` is fitted then
  ///     too.
  /// - Throws: `FitError` of the first fit that failed.
  package init(
    _ families: [any ScaleFamily], _ data: RegressionData, test: RegressionData?, seed: UInt64,
    pool: WorkerPool
  ) throws(FitError) {
    guard let scales = data.scales else { throw .noFit(what: "scales", code: 1) }
    let sizes = scales.sizes
    var scores: [ScaleScores] = []
    for cut in 2..<max(2, sizes.count) {
      let fitted = data.restricted(to: sizes[..<cut].joined().sorted())
      scores += try Self.scores(
        families, fitted, sizes[cut...].map { ($0, data) }, seed: seed, pool: pool)
    }
    if let test, let others = test.scales {
      scores += try Self.scores(
        families, data, others.sizes.map { ($0, test) }, seed: seed, pool: pool)
    }
    self.scores = scores
  }

  /// Scores fits to `fitted` on the rows of each of `tests`.
  private static func scores(
    _ families: [any ScaleFamily], _ fitted: RegressionData,
    _ tests: [(rows: [Int], data: RegressionData)], seed: UInt64, pool: WorkerPool
  ) throws(FitError) -> [ScaleScores] {
    guard let scales = fitted.scales, let largest = scales.sizes.last else { return [] }
    let possible = families.filter(fitted.suffices(forHoldOutBy:))
    guard !possible.isEmpty else { return [] }
    let held = try ScaleHoldOut(possible, fitted, seed: seed, pool: pool)
    let size = scales.points[largest[0]].scale.parameters
    var scores: [ScaleScores] = []
    for (rows, data) in tests {
      let observed = data.ends(ofSize: rows)
      guard let scale = data.meanScale(ofSize: rows) else { continue }
      func add(_ name: String, _ predictions: [[Double]], _ stated: ScaleScores.Stated? = nil) {
        if let score = ScaleScores(
          name, fittedParameters: size, scale: scale, predictions, stated: stated, of: observed)
        {
          scores.append(score)
        }
      }
      if let same = asMeasured(fitted.ends(ofSize: largest), observed) {
        if let score = ScaleScores(
          asMeasured, fittedParameters: size, scale: scale, same.losses, stated: nil, of: same.data)
        {
          scores.append(score)
        }
      }
      for (index, family) in possible.enumerated() {
        let found = try ScalePrediction(data, rows, from: fitted, by: family, pool: pool)
          .calibrated(by: held.errors[index])
        let known = held.outOfFold[index]
        let deviations = found.deviations(of: data.objective)
        let error = PredictionError(
          residuals: zip(held.data.observedObjectives, known.means).map {
            $0 - held.data.objective(of: $1)
          }, deviations: known.meanDeviations, stated: deviations?.first,
          level: found.added(of: data.objective) == nil
            ? .shared : .calibrated(sizes: fitted.heldOutSizes.count))
        add(
          family.name, found.losses,
          error.map { error in
            .init(
              radii: observed.ids.indices.map { error.radius(deviation: deviations?[$0]) },
              differenceRadii: found.differenceDeviations(of: data.objective).map {
                $0.map { error.differenceRadius * $0 }
              })
          })
      }
    }
    return scores
  }

  /// The runs of `test` whose mixtures were measured at a smaller size, with what they had there.
  static func asMeasured(
    _ smaller: RegressionData, _ test: RegressionData
  ) -> (data: RegressionData, losses: [[Double]])? {
    let rows = test.ids.indices.filter { smaller.weights.contains(test.weights[$0]) }
    let losses = rows.compactMap { row in
      smaller.weights.firstIndex(of: test.weights[row]).map { smaller.losses[$0] }
    }
    let whole = losses.indices.filter { !losses[$0].contains(where: \.isNaN) }
    guard whole.count > 1 else { return nil }
    return (test.restricted(to: whole.map { rows[$0] }), whole.map { losses[$0] })
  }
}
