extension MeanObjective {
  /// The names that `named` knows.
  package static let names = ["avg-sp", "avg-et", "avg-et+sp"]

  /// Returns one of the objectives that are known by name:
  ///
  ///     avg-sp      the mean over the evaluation sets that bear a training domain's name
  ///     avg-et      the mean over the other sets: those of end tasks
  ///     avg-et+sp   the mean over all
  ///
  /// - Returns: The objective, or nil for another name or if there is no such set.
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
    return chosen.isEmpty ? nil : MeanObjective(name: name, meanOf: chosen)
  }
}

extension Objective {
  /// Creates an objective from its name, or from weights of sets in a file:
  ///
  ///     avg-sp, avg-et, avg-et+sp   as `MeanObjective.named` says
  ///     worst                       the largest of the losses of all sets
  ///     the name of a set           its loss
  ///     a file of weights           Σ weight · loss; of several lines, the largest
  ///
  /// - Parameter read: The function that reads a file of weights, called if `name` is none of the
  ///   names.
  /// - Throws: The error of `read`.
  package init<Problem: Error>(
    named name: String, sets: [String], domains: [String],
    read: (String) throws(Problem) -> [[String: Double]]
  ) throws(Problem) {
    if let known = MeanObjective.named(name, sets: sets, domains: domains) {
      self.init(known)
    } else if name == "worst" {
      self.init(name: name, criteria: sets.map { [$0: 1] })
    } else if sets.contains(name) {
      self.init(name: name, criteria: [[name: 1]])
    } else {
      let file = name.split(separator: "/").last.map(String.init) ?? name
      self.init(name: file, criteria: try read(name))
    }
  }
}
