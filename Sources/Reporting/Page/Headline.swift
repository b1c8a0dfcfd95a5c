import Formats
import Mixtures
import Regression
import Search

/// What a page begins with: a sentence, the weights, and the losses with their intervals drawn.
extension Report {
  var headline: HTML {
    """
    <p class=headline>\(headlineSentence)</p>
    \(weightStrip.html)
    \(lossStrips.map(\.html).joined())
    """
  }

  private var headlineSentence: String {
    let ordered = run.proposal.value.weights.byName
      .sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    /// Whole per cent, or tenths of small ones.
    func percent(_ weight: Double) -> String {
      "\(fixed(100 * weight, weight < 0.095 ? 1 : 0))\u{a0}%"
    }
    let named = ordered.prefix(3).map { "\(percent($0.value)) \($0.key)" }
    let rest = ordered.dropFirst(3).reduce(0) { $0 + $1.value }
    let weights =
      named.joined(separator: ", ") + (rest < 0.005 ? "" : " and \(percent(rest)) others")
    guard let gain = measuredGains.first(where: { $0.against == "natural" }) else {
      return "Train on \(weights)\(predictedGain ?? "")."
    }
    return "Train on \(weights): \(run.objective.name) is "
      + lower(gain.nats, radius: gain.radius, than: "with the natural weights")
      + (gain.isWithinNoise ? ", which is within noise." : ".")
  }

  /// "0.1 nats per token lower than with uniform (90 %: 0.05 to 0.15)", or higher.
  private func lower(_ gain: Double, radius: Double, than other: String) -> String {
    let size = gain.magnitude
    return "\(fixed(size, 3)) \(run.objective.unit) \(gain >= 0 ? "lower" : "higher") "
      + "than \(other) (90 %: \(fixed(size - radius, 3)) to \(fixed(size + radius, 3)))"
  }

  /// What is predicted beside the best that was trained or given, where no model tells.
  private var predictedGain: String? {
    let proposal = run.proposal.value
    let verdicts = proposal.verdicts
    guard let verdict = verdicts.first(where: { $0.against == "natural" }) ?? verdicts.first
    else { return nil }
    return ": \(run.objective.name) is predicted to be "
      + lower(verdict.gain, radius: verdict.radius, than: "with \(verdict.against)")
      + (verdict.outcome == .same ? ", which is within noise" : "")
  }

  /// The weights as bars, each with its range among mixtures that are nearly as good.
  private var weightStrip: Strip {
    let proposal = run.proposal.value
    let natural = proposal.candidates.first { $0.id == "natural" }?.weights.byName
    let ordered = proposal.weights.byName.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    let rows = ordered.prefix(Table.most).map { domain, weight in
      let ends = proposal.region.weights[domain] ?? []
      return Strip.Row(
        name: domain, bar: weight,
        range: ends.count == 2 && ends[0] <= ends[1] ? ends[0]...ends[1] : nil,
        tick: natural?[domain],
        text: "\(fixed(100 * weight, 1)) %"
          + (ends.count == 2 ? " (\(fixed(100 * ends[0], 0)) to \(fixed(100 * ends[1], 0)))" : ""))
    }
    let rest = ordered.dropFirst(Table.most)
    let more = rest.reduce(0) { $0 + $1.value }
    return Strip(
      title: "Weights", start: 0,
      rows: rows
        + (rest.isEmpty
          ? []
          : [.init(name: "\(rest.count) more", text: "\(fixed(100 * more, 1)) % together")]),
      note: """
        Line: how far the weight may move, the others with it, while the loss predicted is at most \
        \(significant(proposal.region.epsilon)) \(run.objective.shortUnit) \
        higher.\(natural == nil ? "" : " Mark across it: the natural weight.")
        """)
  }

  /// Of validation sets what was predicted and measured, and of test sets all final models.
  private var lossStrips: [Strip] {
    var strips: [Strip] = []
    let proposal = run.proposal.value
    if let loss = proposal.candidates.first?.objective, let ends = proposal.candidates[0].interval {
      var rows = [
        Strip.Row(
          name: "predicted", range: min(ends[0], loss)...max(ends[1], loss), dot: loss,
          text: "\(fixed(loss, 3)) (\(fixed(ends[0], 3)) to \(fixed(ends[1], 3)))")
      ]
      if let measured = run.finalsValidation?.value(of: run.proposal.id, run.objective) {
        rows.append(.init(name: "measured", dot: measured.nats, text: fixed(measured.nats, 3)))
      }
      strips.append(
        Strip(
          title: "\(run.objective.name) of the proposal, validation sets", rows: rows,
          note: "In \(run.objective.unit). Line: nine of ten further runs would be on it."))
    }
    let tested = testedModels
    if !tested.isEmpty {
      strips.append(
        Strip(
          title: "\(run.objective.name) of the models trained, test sets",
          rows: tested.map { model in
            let (mean, radius) = (model.measured.mean, model.measured.radius)
            return .init(
              name: model.name, range: mean - radius...mean + radius, dot: mean,
              text: "\(fixed(mean, 3)) ± \(fixed(radius, 3))")
          },
          note: """
            In \(run.objective.unit). Line and ±: the 90 % interval over \
            \(run.seedMeans.isEmpty ? "documents" : "seeds"). All models read the same text, so \
            their differences are known better than their levels.
            """))
    }
    return strips
  }

  /// The objective of every final model on the test sets, lowest first.
  private var testedModels: [(name: String, measured: MeasuredMean)] {
    let names =
      run.seedMeans.isEmpty
      ? [run.proposal.id] + run.finalModels.filter { $0 != run.proposal.id }
      : Array(run.seedMeans.keys)
    return names.compactMap { name in measured(name).map { (name: name, measured: $0) } }
      .sorted { ($0.measured.mean, $0.name) < ($1.measured.mean, $1.name) }
  }
}
