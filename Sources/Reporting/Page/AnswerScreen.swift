import Formats
import Foundation
import Mixtures
import Regression
import Search

/// The answer on one screen of 24 lines with 80 columns, as `make all` ends: two are left, for
/// where the page is and for the next command.
extension Report {
  package var screen: String {
    let parts = [losses, gains.isEmpty ? verdicts : gains, certainty].filter { !$0.isEmpty }
    let lines =
      ["\(run.name): the best mixture for \(run.objective.name)"] + bars
      + parts.flatMap { [""] + $0 }
    return lines.map { String($0.prefix(80)) + "\n" }.joined()
  }

  /// The number of domains, and of models compared, that have a line.
  private static let (mostBars, mostGains) = (7, 4)

  /// The weights by size as bars, beside the natural ones where they were compared.
  private var bars: [String] {
    let weights = run.proposal.value.weights.byName
    let ordered = weights.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    let natural = run.proposal.value.candidates.first { $0.id == "natural" }?.weights.byName
    let most = ordered.count <= Self.mostBars ? Self.mostBars : Self.mostBars - 1
    let largest = ordered.first?.value ?? 1
    /// The bar is left out of the rest, which may be many times as large as any.
    func bar(_ name: String, _ weight: Double, _ natural: Double?) -> String {
      let length = weight > largest ? 0 : Int((24 * weight / largest).rounded())
      let filled = String(repeating: "█", count: length)
      return "  " + padded(name, 20) + percent(weight) + "  " + padded(filled, 25)
        + (natural.map { "natural" + percent($0) } ?? "")
    }
    let rest = ordered.dropFirst(most)
    return ordered.prefix(most).map { bar($0.key, $0.value, natural?[$0.key]) }
      + (rest.isEmpty
        ? []
        : [
          bar(
            "\(rest.count) more", rest.reduce(0) { $0 + $1.value },
            natural.map { natural in rest.reduce(0) { $0 + (natural[$1.key] ?? 0) } })
        ])
  }

  /// The losses predicted and measured, each with its interval or error.
  private var losses: [String] {
    let proposal = run.proposal.value
    var lines: [String] = []
    let ends = proposal.candidates.first?.interval
    if let loss = proposal.candidates.first?.objective, let ends {
      lines.append(
        "  predicted  \(fixed(loss, 3)) \(run.objective.unit), 90 %: "
          + ends.map { fixed($0, 3) }.joined(separator: " to "))
      if let target = run.regressor?.value.scale?.target {
        lines.append("  at         \(target.text); measured at this run's size:")
      }
    } else {
      lines.append("  predicted  no level: the experts alone tell an order (CALIBRATE=2 trains it)")
    }
    if let ends, let loss = run.finalsValidation?.value(of: run.proposal.id, run.objective) {
      let isInside = ends[0] <= loss.nats && loss.nats <= ends[1]
      lines.append(
        "  measured   \(fixed(loss.nats, 3)) on the same text, "
          + "\(isInside ? "inside" : "outside") that interval")
    }
    if let loss = measuredLoss {
      let seeds = loss.seeds > 1 ? ", mean of \(loss.seeds) seeds" : ""
      lines.append(
        "  measured   \(fixed(loss.mean, 3)) ± \(fixed(loss.radius, 3)) (90 %) on the test sets"
          + seeds)
    }
    return lines
  }

  /// A word and a difference for each of the other final models.
  private var gains: [String] {
    let all = measuredGains.filter { !$0.against.hasPrefix("\(run.proposal.id)-") }
    return shortened(
      all.map { gain in
        let word = gain.isWithinNoise ? "equal to" : gain.nats > 0 ? "better than" : "worse than"
        return "  " + padded(word, 11) + " " + padded(gain.against, 22)
          + "\(fixed(gain.nats.magnitude, 3)) ± \(fixed(gain.radius, 3)) "
          + "\(run.objective.shortUnit) \(gain.nats >= 0 ? "lower" : "higher")"
          + (gain.isWithinNoise ? ": within noise" : "")
      }, most: Self.mostGains
    ) { "  \($0) more are in the summary" }
  }

  /// The same of what is predicted, where no model was trained.
  private var verdicts: [String] {
    let proposal = run.proposal.value
    return shortened(
      proposal.verdicts.map { verdict in
        let word =
          switch verdict.outcome {
          case .same: "equal to"
          case .better: "better than"
          case .worse: "worse than"
          }
        return "  " + padded(word, 11) + " " + padded(verdict.against, 22)
          + "\(fixed(abs(verdict.gain), 3)) ± \(fixed(verdict.radius, 3)) "
          + "\(run.objective.shortUnit) \(verdict.gain >= 0 ? "lower" : "higher"), predicted"
      }, most: Self.mostGains
    ) { "  \($0) more are in the summary" }
  }

  private var certainty: [String] {
    let proposal = run.proposal.value
    let certificate = proposal.certificate.map {
      "  certain    no mixture has an MDE loss more than "
        + String(format: "%.0e \(run.objective.shortUnit)", max($0.gap, 1e-12)) + " lower"
    }
    let warnings = (run.overlapWarnings + proposal.fewWarnings).count
    return [
      certificate, run.records.isEmpty ? nil : "  cost       \(run.records.count) models",
      warnings == 0 ? nil : "  warnings   \(warnings), in the summary",
    ].compactMap { $0 }
  }

  private func percent(_ weight: Double) -> String {
    let text = fixed(100 * weight, 1)
    return String(repeating: " ", count: max(1, 6 - text.count)) + text + " %"
  }

  private func padded(_ text: String, _ width: Int) -> String {
    text.count > width
      ? String(text.prefix(width - 1)) + "…"
      : text + String(repeating: " ", count: width - text.count)
  }
}
