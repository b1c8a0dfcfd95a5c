import Formats

/// The evaluation sets of a run by their names, and what they are for.
package struct EvaluationSets: Sendable {
  /// All sets.
  package let names: [String]
  package let domains: [String]
  package let targets: [String]

  /// - Parameters:
  ///   - domains: The names of the training domains, of which some may have no set.
  ///   - targets: The names of the targets, likewise.
  package init(_ names: [String], domains: [String], targets: [String] = []) {
    (self.names, self.domains, self.targets) = (names, domains, targets)
  }

  /// The sets that bear the name of a training domain.
  package var ofDomains: [String] { names.filter { domains.contains($0) } }
  package var ofTargets: [String] { names.filter { targets.contains($0) } }
  /// The other sets: those of end tasks.
  package var ofTasks: [String] {
    names.filter { !domains.contains($0) && !targets.contains($0) }
  }
}

extension [String: EvaluationData] {
  /// The names of the targets among the sets, sorted.
  package var targets: [String] { filter { $0.value.kind == .target }.keys.sorted() }
}
