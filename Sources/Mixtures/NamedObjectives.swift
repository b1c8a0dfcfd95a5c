extension MeanObjective {
  /// The names that `named` knows.
  package static let names = ["avg-sp", "avg-et", "avg-et+sp", "avg-target"]

  /// Returns one of the objectives that are known by name:
  ///
  ///     avg-sp      the mean over the evaluation sets that bear a training domain's name
  ///     avg-et      the mean over those of end tasks
  ///     avg-et+sp   the mean over both
  ///     avg-target  the mean over the targets
  ///
  /// With `/byte` at the end the same of losses in bits per byte.
  ///
  /// - Returns: The objective, or nil for another name or if there is no such set.
  package static func named(_ name: String, of sets: EvaluationSets) -> MeanObjective? {
    if name.hasSuffix(EvaluationSets.perByte) {
      let base = named(String(name.dropLast(EvaluationSets.perByte.count)), of: sets)
      return base.flatMap { sets.perByte($0.weights) }.map { .init(name: name, weights: $0) }
    }
    let chosen: [String]
    switch name {
    case "avg-sp": chosen = sets.ofDomains
    case "avg-et": chosen = sets.ofTasks
    case "avg-et+sp": chosen = sets.names.filter { !sets.targets.contains($0) }
    case "avg-target": chosen = sets.ofTargets
    default: return nil
    }
    return chosen.isEmpty ? nil : MeanObjective(name: name, meanOf: chosen)
  }
}

extension Objective {
  /// The names that `init(named:)` knows beside those of means and sets.
  package static let worst = ["worst", "worst-target"]

  /// Creates an objective from its name, or from weights of sets in a file:
  ///
  ///     avg-sp, avg-et, avg-et+sp, avg-target   as `MeanObjective.named` says
  ///     worst, worst-target         the largest of the losses of all sets, or of the targets
  ///     the name of a set           its loss
  ///     a file of weights           Σ weight · loss; of several lines, the largest
  ///     one of these but a file, and /byte at its end   of losses in bits per byte
  ///
  /// - Parameter read: The function that reads a file of weights, called if `name` is none of the
  ///   names.
  /// - Throws: The error of `read`.
  package init<Problem: Error>(
    named name: String, of sets: EvaluationSets,
    read: (String) throws(Problem) -> [[String: Double]]
  ) throws(Problem) {
    if let known = MeanObjective.named(name, of: sets) {
      self.init(known)
    } else if name == "worst" {
      self.init(name: name, criteria: sets.names.map { [$0: 1] })
    } else if name == "worst-target", !sets.ofTargets.isEmpty {
      self.init(name: name, criteria: sets.ofTargets.map { [$0: 1] })
    } else if sets.names.contains(name) {
      self.init(name: name, criteria: [[name: 1]])
    } else if name.hasSuffix(EvaluationSets.perByte), !sets.bitsPerByte.isEmpty {
      let base = try Objective(
        named: String(name.dropLast(EvaluationSets.perByte.count)), of: sets, read: read)
      self.init(
        name: name, criteria: base.criteria.map { criterion in sets.perByte(criterion) ?? [:] })
    } else {
      let file = name.split(separator: "/").last.map(String.init) ?? name
      self.init(name: file, criteria: try read(name))
    }
  }
}
