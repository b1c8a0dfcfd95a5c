package import Formats

extension MeanObjective {
  /// The objectives that are known by name:
  ///
  ///     avg-sp      the mean over the evaluation sets that bear a training domain's name
  ///     avg-et      the mean over the other sets: those of end tasks
  ///     avg-et+sp   the mean over all
  ///
  /// - Returns: nil for another name, or if there is no such set.
  package static func named(
    _ name: String, sets: [String], domains: [String]
  ) -> MeanObjective? {
    let chosen: [String]
    switch name {
    case "avg-sp": chosen = sets.filter { domains.contains($0) }
    case "avg-et": chosen = sets.filter { !domains.contains($0) }
    case "avg-et+sp": chosen = sets
    default: return nil
    }
    guard !chosen.isEmpty else { return nil }
    return MeanObjective(
      name: name,
      weights: Dictionary(uniqueKeysWithValues: chosen.map { ($0, 1 / Double(chosen.count)) }))
  }
}

extension ProposalFile.Objective {
  /// An objective by its name, or by weights of sets in a file:
  ///
  ///     avg-sp, avg-et, avg-et+sp   as above
  ///     worst                       the largest of the losses of all sets
  ///     the name of a set           its loss
  ///     a file of weights           Σ weight · loss; of several lines, the largest
  ///
  /// - Parameter read: reads a file of weights; called where `name` is none of the names.
  package init<Problem: Error>(
    named name: String, sets: [String], domains: [String],
    read: (String) throws(Problem) -> [[String: Double]]
  ) throws(Problem) {
    if let known = MeanObjective.named(name, sets: sets, domains: domains) {
      self.init(name: name, criteria: [known.weights])
    } else if name == "worst" {
      self.init(name: name, criteria: sets.map { [$0: 1] })
    } else if sets.contains(name) {
      self.init(name: name, criteria: [[name: 1]])
    } else {
      let file = name.split(separator: "/").last.map(String.init) ?? name
      self.init(name: file, criteria: try read(name))
    }
  }

  /// The weights, (criteria, sets).
  package func rows(over sets: [String]) -> [[Double]] {
    criteria.map { criterion in sets.map { criterion[$0] ?? 0 } }
  }

  package func value(_ losses: [String: Double]) -> Double {
    let values = criteria.map { criterion in
      criterion.keys.sorted().reduce(0) { $0 + (criterion[$1] ?? 0) * (losses[$1] ?? .nan) }
    }
    return values.contains { $0.isNaN } ? .nan : values.max() ?? .nan
  }
}
