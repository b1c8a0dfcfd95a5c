import Constraints
import Foundation
import Mixtures
package import Search
import Storage

/// Mixtures side by side on a terminal, in at most 80 columns.
///
/// The first mixture stands in every block; of further ones two are in each.
extension MixtureComparison {
  package var text: String {
    let others = Array(mixtures.dropFirst())
    let blocks = stride(from: 0, to: max(1, others.count), by: 2).map { start in
      block([mixtures[0]] + others[start..<min(others.count, start + 2)])
    }
    return ([title] + blocks + [constraints]).map { $0.joined(separator: "\n") }
      .joined(separator: "\n\n") + "\n"
  }

  private static let (label, cell) = (20, 19)

  private var title: [String] {
    guard let family else {
      return [
        "MDE losses in nats per token, of the experts alone: they tell an order, no level",
        "and no error.",
      ]
    }
    return [
      "Losses in \(objective.unit), predicted by \(family); ± holds 90 % of single runs,",
      "or of the differences between two.",
    ]
  }

  /// The rows of a mixture beside others.
  private func block(_ shown: [Compared]) -> [String] {
    let first = shown[0]
    var lines = [row("", shown.map { tail($0.id, Self.cell - 2) })]
    lines.append(row(objective.name, shown.map { level($0.objective) }))
    if shown.count > 1 {
      let differences = shown.dropFirst().map { $0.difference.map(signed) ?? "" }
      lines.append(row("  less \(first.id)", ["–"] + differences))
    }
    let sets = listed(self.sets) { set in shown.last?.differences?[set].value ?? 0 }
    lines +=
      ["", "Loss of each set"]
      + sets.shown.map { set in
        row(self.sets[set], shown.map { level($0.losses[set]) })
      } + sets.rest
    if shown.count > 1 {
      lines +=
        ["", "The same, less \(first.id)"]
        + sets.shown.map { set in
          row(
            self.sets[set], ["–"] + shown.dropFirst().map { signed($0.differences?[set]) })
        }
    }
    let domains = listed(self.domains) { domain in
      shown.map { $0.weights[domain] }.max() ?? 0
    }
    let tokens = trainTokens.map { ", and epochs in a run of \(Self.tokens($0)) tokens" } ?? ""
    let epochs = shown.allSatisfy { $0.epochs != nil } ? tokens : ""
    lines +=
      ["", "Weights" + epochs]
      + domains.shown.map { domain in
        row(
          self.domains[domain],
          shown.map { mixture in
            let weight = "\(fixed(100 * mixture.weights[domain], 1)) %"
            guard !epochs.isEmpty, let epochs = mixture.epochs?[domain] else { return weight }
            let times = epochs > 0 && epochs < 0.005 ? "< 0.01×" : "\(fixed(epochs, 2))×"
            return weight + String(repeating: " ", count: max(1, 9 - times.count)) + times
          })
      } + domains.rest
    return lines
  }

  /// The constraints, guards and observed weights that each mixture breaks, or that it keeps all.
  private var constraints: [String] {
    ["Constraints"]
      + mixtures.flatMap { mixture -> [String] in
        let lines = mixture.breaks
        return lines.isEmpty
          ? ["  \(mixture.id): keeps all"]
          : ["  \(mixture.id): breaks \(lines.count)"] + lines.map { "    \($0)" }
      }
  }

  private func level(_ loss: Loss) -> String {
    fixed(loss.value, 3) + (loss.radius.map { " ± \(fixed($0, 3))" } ?? "")
  }

  private func signed(_ loss: Loss?) -> String {
    loss.map { ($0.value < 0 ? "" : "+") + level($0) } ?? ""
  }

  private func row(_ name: String, _ cells: [String]) -> String {
    let label = tail(name.spelled, Self.label - 2)
    return "  " + label + String(repeating: " ", count: Self.label - 2 - label.count)
      + cells.map { String(repeating: " ", count: max(1, Self.cell - $0.count)) + $0 }.joined()
  }

  /// The text, or as much of it as has room.
  private func tail(_ text: String, _ width: Int) -> String {
    let text = text.spelled
    return text.count > width ? text.prefix(width - 1) + "…" : text
  }

  /// The places of the names that are shown, those of the greatest `size` if they are many.
  private func listed(
    _ names: [String], by size: (Int) -> Double
  ) -> (shown: [Int], rest: [String]) {
    guard names.count > Table.most else { return (Array(names.indices), []) }
    let ordered = names.indices.sorted { (-abs(size($0)), $0) < (-abs(size($1)), $1) }
    return (Array(ordered.prefix(Table.most)), ["  \(names.count - Table.most) more"])
  }

  private static func tokens(_ count: Double) -> String {
    switch count {
    case 1e12...: "\(significant(count / 1e12))T"
    case 1e9...: "\(significant(count / 1e9))B"
    case 1e6...: "\(significant(count / 1e6))M"
    default: fixed(count, 0)
    }
  }
}

extension MixtureComparison.Compared {
  /// What it breaks, a sentence without a full stop for each.
  package var breaks: [String] {
    broken.map { limit in
      "\(limit.name) \(fixed(limit.value, 4)) is \(fixed(limit.amount, 4)) "
        + "\(limit.isAbove ? "above" : "below") \(limit.bound), \(fixed(limit.limit, 4))"
    }
      + brokenGuards.map { "\($0.text), by \(fixed($0.excess, 4)) nats" }
      + (broken.contains { $0.reason == "observed" } || beyondRuns.isEmpty
        ? []
        : ["no run was observed with such weights of \(beyondRuns.joined(separator: ", "))"])
  }
}
