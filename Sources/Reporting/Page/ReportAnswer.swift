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
      let amount =
        "\(fixed(curse.expected, 3)) ± \(fixed(curse.standardError, 3)) \(run.objective.shortUnit)"
      lines.append(
        curse.expected > 0
          ? "The lowest of many predictions tends to be too low, here by \(amount), as "
            + "\(curse.refits) refits tell: the winner's curse. Comparisons below take it off."
          : "Although it is the lowest of many, the prediction is not too low: \(curse.refits) "
            + "refits find \(amount)."
      )
    }
    lines += (proposal.guardLines + proposal.guardBreakers).map {
      $0.prefix(1).uppercased() + $0.dropFirst() + "."
    }
    lines += measuredAsPredicted(proposal)
    lines += proposal.verdicts.map {
      "As predicted: \(proposal.sentence($0, isCorrectionTold: true))."
    }
    lines += measured
    if let certificate = proposal.certificate {
      lines.append(
        """
        Certain: the lowest MDE loss of all mixtures within the bounds\
        \(proposal.minimized == .mde && !proposal.guards.isEmpty ? " that keep the guards" : "") \
        is \(fixed(certificate.objective, 4)) \(unit), to \
        \(String(format: "%.1e", certificate.gap)).
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
        The experts alone say so: of all mixtures this one has the lowest MDE loss, that of their \
        probabilities mixed. They tell neither the loss that a model reaches nor an error of it; \
        two trained mixtures do (CALIBRATE=2).
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
      "No model read its text more often than \($0.model), which read \($0.domain) "
        + "\(fixed($0.epochs, 2)) times."
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
      let sampling = normalRadius * 2.0.squareRoot() * error
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
    return "How often it reads the text of each domain: "
      + shortened(most.map { "\($0.key) \(fixed($0.value, 2))" }) { "\($0) more less often" }
      .joined(separator: ", ") + "."
  }

  /// Sentences on the loss that the proposal reached, and how much better than others that is.
  private var measured: [String] {
    let reached = measuredLoss.map {
      "Measured on the test sets: \(fixed($0.mean, 3)) ± \(fixed($0.radius, 3)) \(unit) (90 %), "
        + ($0.seeds > 1 ? "mean of \($0.seeds) seeds." : "one training run.")
    }
    let sentences = [reached].compactMap { $0 } + measuredGains.map(sentence)
    guard measuredLoss?.seeds == 1 else { return sentences }
    return sentences + [
      run.proposal.cost.next.noise.map {
        """
        Each model was trained with one seed. Another seed moves a loss by \(fixed($0, 3)) \
        \(run.objective.shortUnit), as runs on the validation sets tell; these errors include it.
        """
      } ?? """
        Each model was trained with one seed. How far another seed moves a loss is not known, and \
        not in these errors, which are over documents; SEEDS=3 trains more.
        """
    ]
  }

  private func sentence(_ gain: MeasuredGain) -> String {
    let amount =
      "\(fixed(gain.nats.magnitude, 3)) ± \(fixed(gain.radius, 3)) \(run.objective.shortUnit)"
    let direction = gain.nats > 0 ? "better" : "worse"
    return gain.isWithinNoise
      ? "Measured on the test sets: not distinguishable from \(gain.against) "
        + "(\(amount) \(direction))."
      : "Measured on the test sets: \(amount) \(direction) than \(gain.against)."
  }
}
