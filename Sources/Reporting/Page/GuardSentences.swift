import Foundation
import Mixtures
import Search
import Tasks

/// Guards in plain words, for the summary of a search and for the page.
extension Proposal {
  /// What each guard says at the proposal, and how sure it is that none better keeps them; none
  /// without guards. Without full stops.
  var guardLines: [String] {
    guard !guards.isEmpty else { return [] }
    return guards.map { "guard \($0.sentence(unit: objective.shortUnit))" }
      + (isProvenUnderGuards
        ? []
        : [
          "the guards were kept by local searches from many mixtures: that no other one which "
            + "keeps them is better is not proven"
        ])
  }

  /// The mixtures that were compared with and break guards, with these; none if all keep them.
  var guardBreakers: [String] {
    candidates.compactMap { candidate in
      guard let broken = candidate.brokenGuards, !broken.isEmpty else { return nil }
      return "the mixture \(candidate.id) breaks \(broken.joined(separator: " and "))"
    }
  }
}

extension Proposal.Guard {
  /// Returns the guard with its values and its price, in words.
  ///
  /// - Parameter unit: That of the objective.
  func sentence(unit: String) -> String {
    func nats(_ value: Double) -> String { String(format: "%.4f", value) }
    var words = "\(text): \(nats(left)) against \(nats(right))"
    if let margin, let confidence {
      words += ", \(nats(margin)) of room for errors (\(String(format: "%g", 100 * confidence)) %)"
    }
    guard isBinding else { return words + "; \(nats(slack)) nats to spare" }
    guard let price else { return words + "; it binds" }
    return words + "; it binds: 0.01 nats of room are worth "
      + "\(String(format: "%+.6f", price)) \(unit) of the objective"
  }
}
