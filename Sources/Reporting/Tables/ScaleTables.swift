package import Mixtures
package import Regression

extension AuditTables {
  /// Returns a table for every scale that was predicted from smaller ones.
  static func scales(_ lines: [ScaleScores], _ best: String) -> [Table] {
    var groups: [[ScaleScores]] = []
    for line in lines {
      if let last = groups.last?.first, last.fittedParameters == line.fittedParameters,
        last.parameters == line.parameters
      {
        groups[groups.count - 1].append(line)
      } else {
        groups.append([line])
      }
    }
    return groups.map { lines in
      let first = lines[0]
      let scale = ModelScale(parameters: first.parameters, tokens: first.tokens)
      return Table(
        title:
          "Fitted up to \(ModelScale.short(first.fittedParameters)) parameters, tested at "
          + "\(scale.text), \(lines.map(\.runs).max() ?? 0) runs",
        header: [
          "family", "ρ", "error", "mean error", "error of a set", "regret", "covered", "±",
          "differences", "±",
        ],
        rows: lines.map { line in
          [
            line.family, line.spearman.map { fixed($0, 3) } ?? "–",
            fixed(line.rootMeanSquaredError, 4), fixed(line.meanError, 4),
            "\(fixed(100 * line.meanRelativeError, 2)) %", fixed(line.regret, 4),
          ]
            + [
              (line.coverage, 2), (line.radius, 4), (line.differenceCoverage, 2),
              (line.differenceRadius, 4),
            ].map { value, digits in value.map { fixed($0, digits) } ?? "–" }
        }, emphasized: Set(lines.indices.filter { lines[$0].family == best }),
        note:
          "Of the objective: root of the mean squared error, mean of predicted less observed, how "
          + "much worse the run predicted best is than the best, and the shares of runs, and of "
          + "differences of two runs, within 90 % intervals of that ± on average. Runs of a size "
          + "share an error, so of levels nearly all are covered or few. Of sets, the mean error "
          + "relative to the loss. As measured: losses of the largest size fitted, of the same "
          + "mixtures.")
    }
  }
}

/// The sentences on scales of a fit for a target: what was fitted, the level at both scales, and
/// whether the best mixture moves.
package func scaleSentences(_ fitted: FittedScale, _ objective: MeanObjective) -> [String] {
  let sizes = fitted.sizes.map { "\($0.runs) run\($0.runs == 1 ? "" : "s") at \($0.scale.text)" }
  var sentences =
    [
      "Fitted: \(sizes.joined(separator: "; ")). Predicted: \(fitted.target.text)."
    ] + scaleWarnings(fitted)
  guard let move = fitted.move else { return sentences }
  sentences.append(
    "The best mixture there, by \(move.family): \(objective.name) "
      + "\(interval(move.nearestLoss, 3)) at \(move.nearest.text), "
      + "\(interval(move.targetLoss, 3)) at the target.")
  if move.distance.high < 0.005 {
    sentences.append("The family lets only the level depend on scale: the best mixture stays.")
    return sentences
  }
  sentences.append(
    "From the largest scale fitted to the target the best mixture moves by "
      + "\(interval(move.distance, 2)), half the sum of its weights' changes; to stay costs "
      + "\(interval(move.cost, 4)) nats per token"
      + (move.isMove
        ? ", more than the noise of a run\(noise(move)): the best mixture moves with scale."
        : "\(noise(move)): no more than noise can tell; only the level moves for sure."))
  return sentences
}

private func interval(_ estimate: Estimate, _ digits: Int) -> String {
  "\(fixed(estimate.value, digits)) (90 %: \(fixed(estimate.low, digits)) to "
    + "\(fixed(estimate.high, digits)))"
}

private func noise(_ move: OptimumMove) -> String {
  move.noise.map { " (a run's noise is \(fixed($0, 4)))" } ?? ""
}
