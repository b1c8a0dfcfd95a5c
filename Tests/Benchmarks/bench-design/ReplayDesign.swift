import ArgumentParser
import Search

/// A way to choose runs, written as `random`, `gain`, `gain+mde/8`: a criterion, whether the family
/// sees MDE losses, and how many runs are chosen at once.
struct ReplayDesign: ExpressibleByArgument, CustomStringConvertible, Sendable {
  /// The criterion; nil for runs in random order.
  let criterion: NextRuns.Criterion?
  let usesExperts: Bool
  let batch: Int

  init?(argument: String) {
    let parts = argument.split(separator: "/", omittingEmptySubsequences: false)
    let words = parts[0].split(separator: "+", omittingEmptySubsequences: false)
    let criterion = NextRuns.Criterion(rawValue: String(words[0]))
    guard criterion != nil || words[0] == "random", words.count == 1 || words[1...] == ["mde"],
      parts.count <= 2, let batch = parts.count == 1 ? 1 : Int(parts[1]), batch > 0
    else { return nil }
    (self.criterion, self.batch, usesExperts) = (criterion, batch, words.count == 2)
  }

  /// Whether the runs do not depend on the losses of others, so that nothing is fitted to choose.
  var isOpenLoop: Bool { criterion == nil || criterion == .space }

  var description: String {
    (criterion?.rawValue ?? "random") + (usesExperts ? "+mde" : "") + (batch > 1 ? "/\(batch)" : "")
  }
}
