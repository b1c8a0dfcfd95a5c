import Foundation
import Mixtures
import Search

// What a proposal cost, and what the next step would.
extension Proposal {
  /// Returns the sentences on the cost, without full stops.
  ///
  /// - Parameter hours: the hours of processors that the models took; nil if that is not known.
  func costLines(hours: Double? = nil) -> [String] {
    var parts: [String] = []
    if let experts = cost.experts { parts.append("\(experts.models) experts") }
    if let observed = cost.observed { parts.append("\(observed.models) observed models") }
    let spent =
      parts.isEmpty
      ? []
      : [
        "cost: " + parts.joined(separator: " and ") + flop(cost.flop)
          + (hours.map(duration) ?? "")
      ]
    return spent + [nextLine]
  }

  private var nextLine: String {
    let next = cost.next
    let noise = next.noise.map { String(format: "%.4f", $0) } ?? ""
    let gain = next.expectedGain.map { String(format: "%.4f", $0) }
    switch next.stop {
    case "budget": return "next: the budget is spent"
    case "noise":
      return "next: nothing; another batch is expected to lower the loss by \(gain ?? "?") "
        + "\(objective.shortUnit), less than the \(noise) that a seed moves it"
    default:
      let models = "\(next.models) \(next.models == 1 ? "model" : "models")"
      let purpose = family == nil ? "to know the level of the loss and its error" : ""
      return "next: \(models)\(flop(next.flop))"
        + (purpose.isEmpty ? "" : ", \(purpose)")
        + (gain.map { ", expected to lower the loss by \($0) \(objective.shortUnit)" } ?? "")
        + (gain == nil || noise.isEmpty ? "" : " (a seed moves it by \(noise))")
    }
  }

  private func duration(_ hours: Double) -> String {
    hours < 1
      ? String(format: ", %.2g minutes of one core", 60 * hours)
      : String(format: ", %.3g hours of one core", hours)
  }

  private func flop(_ amount: Double?) -> String {
    amount.map { String(format: ", %.2g FLOP", $0) } ?? ""
  }
}
