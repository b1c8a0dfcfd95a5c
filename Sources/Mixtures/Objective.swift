package import Formats

extension RegressorFile.Objective {
  /// The objectives that are known by name:
  ///
  ///     avg-sp      the mean over the evaluation sets that bear a training domain's name
  ///     avg-et      the mean over the other sets: those of end tasks
  ///     avg-et+sp   the mean over all
  ///
  /// - Returns: nil for another name, or if there is no such set.
  package static func named(
    _ name: String, sets: [String], domains: [String]
  ) -> RegressorFile.Objective? {
    let chosen: [String]
    switch name {
    case "avg-sp": chosen = sets.filter { domains.contains($0) }
    case "avg-et": chosen = sets.filter { !domains.contains($0) }
    case "avg-et+sp": chosen = sets
    default: return nil
    }
    guard !chosen.isEmpty else { return nil }
    return RegressorFile.Objective(
      name: name,
      weights: Dictionary(uniqueKeysWithValues: chosen.map { ($0, 1 / Double(chosen.count)) }))
  }

  package func value(_ losses: [String: Double]) -> Double {
    weights.keys.sorted().reduce(0) { $0 + (weights[$1] ?? 0) * (losses[$1] ?? .nan) }
  }
}
