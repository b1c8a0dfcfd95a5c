import Foundation
import Mixtures
import Regression
package import Search
import Tasks

extension Proposal {
  /// The lines of the answer for a person.
  package var summary: [String] {
    weightLines + [""] + candidateLines + [""] + certificateLines + bindingLines + guardLines
      + paretoLines + workLines + curseLines + verdicts.map { sentence($0) }
      + fewWarnings.map { "warning: \($0)" } + costLines()
  }

  /// The warnings: of each kind the first three, and how many more there are.
  var fewWarnings: [String] {
    warnings.indices.compactMap { index in
      let kind = warnings[index].kind
      let before = warnings[..<index].count { $0.kind == kind }
      guard before >= 3 else { return warnings[index].message }
      let others = warnings.count { $0.kind == kind } - 3
      return before == 3 ? "\(others) more \(kind.rawValue), in the file of the proposal" : nil
    }
  }

  /// Returns a verdict in words, without a full stop.
  ///
  /// - Parameter isCorrectionTold: Whether that the winner's curse is taken off is said elsewhere.
  func sentence(_ verdict: Verdict, isCorrectionTold: Bool = false) -> String {
    let words =
      switch verdict.outcome {
      case .better: "better than \(verdict.against)"
      case .worse: "worse than \(verdict.against)"
      case .same: "not distinguishable from \(verdict.against)"
      }
    return "\(words): \(fixed(abs(verdict.gain), 3)) ± \(fixed(verdict.radius, 3)) (90 %) "
      + "\(objective.unit) \(verdict.gain >= 0 ? "lower" : "higher")"
      + (isCorrectionTold || winnersCurse?.expected ?? 0 == 0 ? "" : ", winner's curse taken off")
  }

  private var curseLines: [String] {
    guard let winnersCurse else { return [] }
    return [
      String(
        format: "winner's curse: expect %.4f ± %.4f \(objective.shortUnit) more than predicted, "
          + "from %d refits",
        winnersCurse.expected, winnersCurse.standardError, winnersCurse.refits)
    ]
  }

  private var weightLines: [String] {
    let near = "within \(String(format: "%.4f", region.epsilon))"
    return [
      "\(padded("domain"))  weight  epochs  \(padded(near, 18))bounds"
    ]
      + shortened(listedDomains.map(weightLine)) { count in
        let rest = listedDomains.suffix(count).reduce(0) { $0 + weights[$1] }
        return String(format: "%d more: %.4f together", count, rest)
      }
  }

  /// The domains; many by their weight, as only the first are told.
  private var listedDomains: [String] {
    let domains = weights.domains
    return domains.count <= Table.most
      ? domains : domains.sorted { (-weights[$0], $0) < (-weights[$1], $1) }
  }

  private func weightLine(_ domain: String) -> String {
    let epochs = candidates[0].epochs?[domain].map { String(format: "%.2f", $0) } ?? "-"
    let range = region.weights[domain] ?? []
    var line = padded(domain) + String(format: "%8.4f", weights[domain])
    line += String(repeating: " ", count: max(1, 8 - epochs.count)) + epochs + "  "
    line += padded(range.map { String(format: "%.4f", $0) }.joined(separator: " to "), 18)
    guard let bound = constraints[domain] else { return line }
    line += String(format: "%.4f to %.4f", bound.minimum, bound.maximum)
    if !bound.reason.isEmpty { line += " (\(bound.reason))" }
    return line
  }

  private var candidateLines: [String] {
    let predicted = candidates.filter { $0.objective != nil }
    return predicted.isEmpty
      ? orderLines
      : predicted.map { candidate in
        let ends = candidate.interval ?? []
        return padded(candidate.id)
          + String(format: "%8.4f \(objective.unit) predicted, ", candidate.objective ?? .nan)
          + ends.map { String(format: "%.4f", $0) }.joined(separator: " to ")
          + (candidate.isFeasible ? "" : ", breaks a constraint")
          + (candidate.brokenGuards ?? []).map { ", breaks \($0)" }.joined()
      }
  }

  /// The order of the mixtures by their MDE losses, which is all that the experts alone tell.
  private var orderLines: [String] {
    let best = candidates[0].mde ?? .nan
    // Under guards the proposal need not be the lowest.
    let lowest = guards.isEmpty ? "the lowest" : candidates[0].id
    return ["The experts alone: mixtures in the order of their MDE loss."]
      + candidates.filter { $0.mde != nil }.sorted { $0.mde ?? 0 < $1.mde ?? 0 }.map {
        padded($0.id)
          + String(format: "%8.4f, %.4f above ", $0.mde ?? 0, ($0.mde ?? 0) - best) + lowest
          + ($0.isFeasible ? "" : ", breaks a constraint")
          + ($0.brokenGuards ?? []).map { ", breaks \($0)" }.joined()
      } + [
        "No mixture was trained for this: the loss that a trained model reaches is not known, nor "
          + "an error of it."
      ]
  }

  private var workLines: [String] {
    guard minimized == .predicted else { return [] }
    return [
      "searched: \(search.randomDraws) draws, \(search.starts) starts, "
        + "\(search.evaluations) evaluations"
    ]
  }

  private var certificateLines: [String] {
    guard let certificate else { return [] }
    let isFree = minimized == .predicted && !guards.isEmpty
    return [
      String(
        format: "MDE alone: minimum %.6f, certain to %.1e \(objective.shortUnit), after %d steps",
        certificate.objective, certificate.gap, certificate.iterations)
        + (isFree ? ", without the guards" : "")
    ]
      + shortened(
        byPrice(certificate.shadowPrices).compactMap { domain, price in
          guard abs(price) >= 5e-7 else { return nil }
          return
            "  one more point of \(domain): \(signed(price)) \(objective.shortUnit) of MDE loss"
        }, rest: { "  \($0) more domains whose weight a bound or 0 keeps" })
  }

  /// Returns prices by domain; many by their size, as only the first are told.
  private func byPrice(_ prices: [String: Double]) -> [(key: String, value: Double)] {
    let sorted = prices.sorted { $0.key < $1.key }
    return sorted.count <= Table.most
      ? sorted : sorted.sorted { (-abs($0.value), $0.key) < (-abs($1.value), $1.key) }
  }

  private var bindingLines: [String] {
    let bounds = byPrice(constraints.mapValues { $0.price ?? 0 }).compactMap {
      (domain, _) -> String? in
      guard let bound = constraints[domain], let side = bound.binding, let price = bound.price
      else { return nil }
      let value = String(format: "%.4f", side == "minimum" ? bound.minimum : bound.maximum)
      let place = side == "both" ? "is fixed at" : "is at its \(side) of"
      return "\(domain) \(place) \(value): one point of room is worth \(signed(price)) "
        + objective.shortUnit
    }
    let others = limits.compactMap { limit -> String? in
      guard let side = limit.binding, let price = limit.price else { return nil }
      let place = side == "both" ? "is fixed" : "is at its \(side)"
      return "\(limit.name) \(place): 0.01 of room is worth \(signed(price)) \(objective.shortUnit)"
    }
    return shortened(bounds + others) { "\($0) more bounds are touched" }
  }

  private var paretoLines: [String] {
    guard let pareto else { return [] }
    return ["trade-off of \(pareto.objectives.map(\.name).joined(separator: " and "))"]
      + pareto.points.map { point in
        "  " + point.values.map { String(format: "%.4f", $0) }.joined(separator: "  ") + "  "
          + shortened(
            listedDomains.map { "\($0) \(String(format: "%.3f", point.weights[$0]))" }
          ).joined(separator: " ")
      }
  }

  private func padded(_ text: String, _ width: Int = 18) -> String {
    text.padding(toLength: max(width, text.count + 1), withPad: " ", startingAt: 0)
  }

  private func signed(_ value: Double) -> String { String(format: "%+.6f", value) }
}
