import ArgumentParser
import Search

/// A way to choose runs, written as `random`, `gain`, `gain+mde/8`: a criterion, whether the family
/// sees MDE losses, and how many runs are chosen at once. `order+mde` takes runs from the lowest
/// MDE loss on, and answers with the best of them as it measured: no family is fitted.
struct ReplayDesign: ExpressibleByArgument, CustomStringConvertible, Sendable {
  /// The criterion; nil for runs in an order of their own.
  let criterion: NextRuns.Criterion?
  /// Whether that order is of the MDE losses, and not random.
  let isOrdered: Bool
  let usesExperts: Bool
  let batch: Int

  init?(argument: String) {
    let parts = argument.split(separator: "/", omittingEmptySubsequences: false)
    let words = parts[0].split(separator: "+", omittingEmptySubsequences: false)
    let criterion = NextRuns.Criterion(rawValue: String(words[0]))
    isOrdered = words == ["order", "mde"]
    guard criterion != nil || words[0] == "random" || isOrdered,
      words.count == 1 || words[1...] == ["mde"],
      parts.count <= 2, let batch = parts.count == 1 ? 1 : Int(parts[1]), batch > 0
    else { return nil }
    (self.criterion, self.batch, usesExperts) = (criterion, batch, words.count == 2)
  }

  /// Whether the runs do not depend on the losses of others, so that nothing is fitted to choose.
  var isOpenLoop: Bool { criterion == nil || criterion == .space }

  var description: String {
    (criterion?.rawValue ?? (isOrdered ? "order" : "random")) + (usesExperts ? "+mde" : "")
      + (batch > 1 ? "/\(batch)" : "")
  }
}
