import Glibc
import Mixtures

/// Scores of predictions of runs of another scale than those that were fitted.
package struct ScaleScores: Codable, Equatable, Sendable {
  package var family: String
  /// The largest number of parameters that was fitted.
  package var fittedParameters: Double
  /// The scale of the runs that were predicted.
  package var parameters: Double
  package var tokens: Double
  package var runs: Int
  /// The rank correlation of the objective; nil for a constant.
  package var spearman: Double?
  /// The root of the mean squared error of the objective, and the mean of predicted less observed.
  package var rootMeanSquaredError: Double
  package var meanError: Double
  /// The mean of |predicted − observed| / observed over all sets and runs.
  package var meanRelativeError: Double
  /// The objective of the run predicted best less that of the best run.
  package var regret: Double
  /// The share of runs within 90 % intervals of the objective; nil where there are none.
  package var coverage: Double?
  /// Half the mean width of those intervals, in nats per token.
  package var radius: Double?
  /// The share of pairs of runs whose difference is within its 90 % interval, and half the mean
  /// width of these; nil where there are none.
  package var differenceCoverage: Double?
  package var differenceRadius: Double?

  /// Half the widths of 90 % intervals of the objective, in nats per token.
  struct Stated {
    /// By run.
    var radii: [Double]
    /// Of the difference of every two runs, the first before the second, by rows.
    var differenceRadii: [Double]?
  }

  /// Scores predictions of the runs of one scale; nil for fewer than two that measured the
  /// objective.
  ///
  /// - Parameters:
  ///   - predictions: the losses in nats per token, (runs, sets).
  init?(
    _ family: String, fittedParameters: Double, scale: ModelScale, _ predictions: [[Double]],
    stated: Stated?, of data: RegressionData
  ) {
    let observed = data.observedObjectives
    let known = observed.indices.filter { !observed[$0].isNaN }
    guard known.count > 1 else { return nil }
    let truth = known.map { observed[$0] }
    let predicted = known.map { data.objective(of: predictions[$0]) }
    let errors = zip(predicted, truth).map { $0 - $1 }
    var (relative, count) = (0.0, 0)
    for (run, row) in predictions.enumerated() {
      for (set, loss) in row.enumerated() where !data.losses[run][set].isNaN {
        relative += abs(loss - data.losses[run][set]) / abs(data.losses[run][set])
        count += 1
      }
    }
    (self.family, self.fittedParameters) = (family, fittedParameters)
    (parameters, tokens, runs) = (scale.parameters, scale.tokens, known.count)
    spearman = Regression.spearman(predicted, truth)
    rootMeanSquaredError = meanSquaredError(predicted, truth).squareRoot()
    meanError = errors.reduce(0, +) / Double(errors.count)
    meanRelativeError = relative / Double(max(1, count))
    regret = Regression.regret(predicted, truth)
    guard let stated else { return }
    coverage = share(zip(errors, known.map { stated.radii[$0] }))
    radius = known.reduce(0) { $0 + stated.radii[$1] } / Double(known.count)
    guard let all = stated.differenceRadii else { return }
    var (differences, radii): ([Double], [Double]) = ([], [])
    for (a, first) in known.enumerated() {
      for (b, second) in known.enumerated().dropFirst(a + 1) {
        differences.append(errors[a] - errors[b])
        radii.append(all[pairIndex(first, second, of: data.count)])
      }
    }
    differenceCoverage = share(zip(differences, radii))
    differenceRadius = radii.reduce(0, +) / Double(radii.count)
  }
}

/// The share of errors within their radii.
private func share(_ errors: Zip2Sequence<[Double], [Double]>) -> Double {
  Double(errors.count { abs($0) <= $1 }) / Double(Array(errors).count)
}

/// The place of the pair i < j among all pairs of `count`, by rows.
private func pairIndex(_ i: Int, _ j: Int, of count: Int) -> Int {
  i * (2 * count - i - 1) / 2 + j - i - 1
}
