import Formats
import Mixtures
import Regression
import Search

// What a fit for a target says of the proposal: its loss at every scale, and how the best mixture
// moves.
extension RunFolder {
  /// The epochs from which repeats are worth much less than fresh text.
  /// Source: Muennighoff et al., Scaling Data-Constrained Language Models, 2023, section 5.
  private static let manyEpochs = 4.0

  /// The tables of a fit for a target; none of a fit to one scale.
  var targetTables: [Table] {
    guard let fitted = regressor?.value, let scale = fitted.scale else { return [] }
    return [levelTable(fitted, scale), moveTable(scale)].compactMap { $0 }
  }

  /// The loss of the proposal, and what another mixture is worse by, at every scale.
  private func levelTable(_ fitted: FittedRuns, _ scale: FittedScale) -> Table? {
    let data = fitted.data
    guard let best = proposal.candidates.first,
      let other = proposal.candidates.dropFirst().filter({ $0.objective != nil })
        .min(by: { $0.objective ?? 0 < $1.objective ?? 0 }),
      let family = fitted.families.first(where: { $0.name == proposal.family }),
      let model = family.model.regressor(domains: data.domains, sets: data.sets, mdeSets: []),
      let error = PredictionError(
        family, in: fitted, objective: proposal.objective, wasChosen: false)
    else { return nil }
    let criterion = proposal.objective.rows(over: NameIndex(data.sets))[0]
    let points = [best, other].map { candidate in
      MixturePoint(
        weights: fitted.groups.joined(fitted.groups.domains.map { candidate.weights[$0] }), mde: [])
    }
    func row(_ scale: ModelScale, runs: String) -> [String]? {
      guard let aimed = model.predicting(scale) else { return nil }
      let losses = points.map { point in
        zip(criterion, aimed.predict(point)).reduce(0) { $0 + $1.0 * $1.1 }
      }
      let radius = error.radius(
        deviation: aimed.variance(at: points[0], of: criterion)?.deviation)
      let width =
        error.differenceRadius
        * (aimed.differenceDeviation(points[1], points[0], of: criterion) ?? 1)
      return [scale.text, runs] + interval(losses[0], radius, 3)
        + interval(losses[1] - losses[0], width, 4)
    }
    let rows =
      scale.sizes.compactMap { row($0.scale, runs: "\($0.runs)") }
      + [row(scale.target, runs: "–")].compactMap { $0 }
    guard rows.count > 1 else { return nil }
    return Table(
      title: "\(proposal.objective.name) of \(proposal.id) as \(family.name) predicts it by scale, "
        + "nats per token",
      header: ["scale", "runs", proposal.id, "90 %", "\(other.id) − it", "90 %"], rows: rows,
      emphasized: [rows.count - 1],
      note: """
        Runs: of that size that were fitted. The last row is the target. Intervals of a level hold \
        what all runs of a size are off together, \(sizesSaid(scale)); in a difference it cancels.
        """)
  }

  private func sizesSaid(_ scale: FittedScale) -> String {
    switch scale.sizes.count - 2 {
    case ...0: "of which no size that was held out tells"
    case 1: "as one size that was held out tells it"
    case let count: "as \(count) sizes that were held out tell it"
    }
  }

  /// How the best mixture moves from the largest scale fitted to the target, and the epochs there.
  private func moveTable(_ scale: FittedScale) -> Table? {
    guard let move = scale.move else { return nil }
    let epochs = targetEpochs(scale)
    var table = Table(
      title: "The best mixture by scale, by \(move.family), in per cent; epochs of \(proposal.id) "
        + "at \(scale.target.text)",
      header: ["domain", "at \(move.nearest.text)", "at the target", "change", "90 %", "epochs"],
      note: """
        Between the least and the most weight that runs had. \(sentences(move)) Epochs: how often \
        \(proposal.id) reads the tokens that the domain has in the target run; × marks more than \
        four, beyond which repeats are worth much less than fresh text.
        """)
    table.long = "domains"
    for domain in listedDomains {
      let (near, far) = (move.nearestWeights[domain], move.targetWeights[domain])
      let change = move.changes?[domain]
      table.rows.append(
        [
          domain, near.map { fixed(100 * $0, 1) } ?? "–", far.map { fixed(100 * $0, 1) } ?? "–",
          change.map { fixed(100 * $0.value, 1) } ?? "–",
          change.map { "\(fixed(100 * $0.low, 1)) … \(fixed(100 * $0.high, 1))" } ?? "–",
          epochs?[domain].map { fixed($0, 2) + ($0 > Self.manyEpochs ? " ×" : "") } ?? "–",
        ])
    }
    return table
  }

  /// What staying costs, and what is expected of the target's best mixture.
  private func sentences(_ move: OptimumMove) -> String {
    let cost =
      "To stay at the first costs \(fixed(move.cost.value, 4)) nats at the target "
      + "(90 %: \(fixed(move.cost.low, 4)) … \(fixed(move.cost.high, 4)))."
    guard let curse = move.curse else { return cost }
    return cost
      + " A search finds errors in its favour: expect \(fixed(curse, 4)) more than is predicted of "
      + "the second."
  }

  /// The epochs of the proposal in a run of the target's tokens; nil if they are not known.
  private func targetEpochs(_ scale: FittedScale) -> [String: Double]? {
    guard let epochs = proposal.candidates.first?.epochs,
      let tokens = proposal.provenance.flags["train-tokens"].flatMap(Double.init)
    else { return nil }
    return epochs.mapValues { $0 * scale.target.tokens / tokens }
  }

  private func interval(_ value: Double, _ radius: Double, _ digits: Int) -> [String] {
    [
      fixed(value, digits),
      "\(fixed(value - radius, digits)) … \(fixed(value + radius, digits))",
    ]
  }
}
