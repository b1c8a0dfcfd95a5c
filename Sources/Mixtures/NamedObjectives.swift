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
  /// - Returns: The objective, or nil for another name or if there is no such set.
  package static func named(_ name: String, of sets: EvaluationSets) -> MeanObjective? {
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
    if let criteria = Self.known(name, of: sets) {
      self.init(name: name, criteria: criteria)
    } else {
      let file = name.split(separator: "/").last.map(String.init) ?? name
      self.init(name: file, criteria: try read(name))
    }
  }

  /// The criteria of a name; nil if there is no such set or mean, or its bytes are not known.
  private static func known(_ name: String, of sets: EvaluationSets) -> [[String: Double]]? {
    if name.hasSuffix(EvaluationSets.perByte) {
      let base = known(String(name.dropLast(EvaluationSets.perByte.count)), of: sets)
      let scaled = base?.compactMap { sets.perByte($0) }
      return scaled?.count == base?.count ? scaled : nil
    }
    if let mean = MeanObjective.named(name, of: sets) { return [mean.weights] }
    if sets.names.contains(name) { return [[name: 1]] }
    let worst = name == "worst" ? sets.names : name == "worst-target" ? sets.ofTargets : []
    return worst.isEmpty ? nil : worst.map { [$0: 1] }
  }
}
