import Formats
import Foundation
import Mixtures
import Regression
import Search
import Tasks

/// The answer, which a person who reads nothing else has to know.
extension Report {
  /// The sentences of the answer.
  var answer: [String] {
    let proposal = run.proposal.value
    let ordered = proposal.weights.byName.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    let weights = shortened(ordered.map { "\($0.key) \(fixed(100 * $0.value, 1)) %" }) {
      let rest = ordered.suffix($0).reduce(0) { $0 + $1.value }
      return "\($0) more \(fixed(100 * rest, 1)) % together"
    }.joined(separator: ", ")
    var lines = ["The mixture: \(weights)."]
    lines += predicted(proposal)
    if let regressor = run.regressor, let scale = regressor.scale {
      lines += scaleSentences(scale, regressor.objective)
    }
    if let epochs { lines.insert(epochs, at: 1) }
    if let mostRead { lines.insert(mostRead, at: epochs == nil ? 1 : 2) }
    if let curse = proposal.winnersCurse {
      let amount = "\(fixed(curse.expected, 3)) \(run.objective.shortUnit) more"
      let error = "± \(fixed(curse.standardError, 3)), from \(curse.refits) refits"
      lines.append(
        curse.expected > 0
          ? "Of many predictions the lowest is too low: expect \(amount) (\(error))."
          : "Refits do not find the lowest prediction too low: \(amount) (\(error))."
      )
    }
    lines += (proposal.guardLines + proposal.guardBreakers).map {
      $0.prefix(1).uppercased() + $0.dropFirst() + "."
    }
    lines += measuredAsPredicted(proposal)
    lines += proposal.verdicts.map { "Verdict: \(proposal.sentence($0))." }
    lines += measured
    if let certificate = proposal.certificate {
      lines.append(
        """
        Certified: no mixture within the bounds\
        \(proposal.minimized == .mde && !proposal.guards.isEmpty ? " that keeps the guards" : "") \
        has an MDE loss more than \(String(format: "%.1e", certificate.gap)) \
        \(run.objective.shortUnit) below \(fixed(certificate.objective, 6)).
        """)
    }
    lines += shortened(
      run.overlapWarnings + proposal.fewWarnings.map { "Warning: \($0)." }, most: 8
    ) {
      "\($0) more warnings are in the files of the run."
    }
    lines += proposal.costLines(hours: run.processorHours).map {
      $0.prefix(1).uppercased() + $0.dropFirst() + "."
    }
    if run.tasks.isEmpty {
      lines.append("No end tasks were given (TASKS=DIR), so avg-et and avg-et+sp are left out.")
    }
    return lines
  }

  /// Sentences on the loss predicted, or on why there is none.
  private func predicted(_ proposal: Proposal) -> [String] {
    guard let candidate = proposal.candidates.first, let loss = candidate.objective,
      let family = proposal.family
    else {
      return [
        """
        The experts alone say so: of all mixtures this one has the lowest loss of the mixture of \
        their probabilities. No level and no error are known from them: two runs calibrate them \
        (CALIBRATE=2).
        """
      ]
    }
    let ends = (candidate.interval ?? []).map { fixed($0, 3) }.joined(separator: " to ")
    let prediction =
      "Predicted \(proposal.objective.name): \(fixed(loss, 3)) \(unit) (90 %: \(ends)), "
      + "by \(family)."
    return proposal.minimized == .predicted
      ? [prediction]
      : ["The experts alone chose it; runs only tell the level.", prediction]
  }

  /// A sentence on the domain that a model of the run read most often; nil if that is not known.
  private var mostRead: String? {
    let epochs = run.records.flatMap { model, record in
      record.epochs.map { (model: model, domain: $0.key, epochs: $0.value) }
    }
    let most = epochs.max { ($0.epochs, $1.model, $1.domain) < ($1.epochs, $0.model, $0.domain) }
    return most.map {
      "The tokens at hand were read at most \(fixed($0.epochs, 2)) times: \($0.domain), by "
        + "\($0.model)."
    }
  }

  private var unit: String { run.objective.unit }

  /// Sentences on what the validation sets measured of which a loss was predicted, and on what
  /// other text may measure.
  private func measuredAsPredicted(_ proposal: Proposal) -> [String] {
    guard let candidate = proposal.candidates.first, let ends = candidate.interval,
      let predicted = candidate.objective,
      let loss = run.finalsValidation?.value(of: run.proposal.id, run.objective)
    else { return [] }
    let isInside = ends[0] <= loss.nats && loss.nats <= ends[1]
    var lines = [
      "Measured on the same validation sets: \(fixed(loss.nats, 3)) \(unit), "
        + "\(isInside ? "inside" : "outside") that interval."
    ]
    if let error = loss.standardError {
      // Two samples of text: the sets that were predicted, and others as large.
      let sampling = 1.645 * 2.0.squareRoot() * error
      let radius = (ends[1] - ends[0]) / 2
      let wider = (radius * radius + sampling * sampling).squareRoot()
      let (low, high) = (fixed(predicted - wider, 3), fixed(predicted + wider, 3))
      lines.append("On other text of these kinds, such as the test sets: \(low) to \(high) (90 %).")
    }
    return lines
  }

  /// A sentence on how often the proposal reads each domain's tokens; nil if that is not known.
  private var epochs: String? {
    guard let epochs = run.proposal.candidates.first?.epochs else { return nil }
    let most = epochs.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    return "Epochs of the data there are: "
      + shortened(most.map { "\($0.key) \(fixed($0.value, 2))" }) { "\($0) more of less" }
      .joined(separator: ", ") + "."
  }

  /// Sentences on the loss that the proposal reached, and how much better than others that is.
  private var measured: [String] {
    let reached = measuredLoss.map {
      "Measured on the test sets: \(fixed($0.mean, 3)) ± \(fixed($0.error, 3)) \(unit), "
        + ($0.seeds > 1 ? "mean of \($0.seeds) seeds." : "one training run.")
    }
    let sentences = [reached].compactMap { $0 } + measuredGains.map(sentence)
    guard measuredLoss?.seeds ?? 1 == 1 else { return sentences }
    return sentences + [
      run.proposal.cost.next.noise.map {
        """
        One seed was trained of each; \(fixed($0, 3)) \(run.objective.shortUnit), the spread of \
        seeds on the validation sets as the runs tell it, is in the errors of these differences.
        """
      } ?? """
        One seed was trained of each: how far another seed moves a loss is not known and not in \
        these errors, which are over documents (SEEDS=3 trains more).
        """
    ]
  }

  private func sentence(_ gain: MeasuredGain) -> String {
    let amount =
      "\(fixed(gain.nats.magnitude, 3)) ± \(fixed(gain.error, 3)) \(run.objective.shortUnit)"
    let direction = gain.nats > 0 ? "better" : "worse"
    return gain.isWithinNoise
      ? "Measured on the test sets: not distinguishable from \(gain.against) "
        + "(\(amount) \(direction))."
      : "Measured on the test sets: \(amount) \(direction) than \(gain.against)."
  }
}
