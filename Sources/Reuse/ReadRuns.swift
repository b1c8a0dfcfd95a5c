import Formats
package import Mixtures

extension Lineage {
  /// A table of runs over the new domains.
  package struct Read: Sendable {
    package let runs: [ObservedRun]
    /// The runs left out, as too many of their tokens would be others.
    package let setAside: [String]
    /// The sets left out, as no new domain has their text alone.
    package let lostSets: [String]
    /// Whether all sets that are left have the names that they had.
    package let keepsNames: Bool
  }

  /// Returns observed runs as runs of the new domains.
  ///
  /// A loss on the set of an old domain is one on that of the new domain of the same text; if there
  /// is none, as after a split, that set is no more. Losses on other sets stay.
  ///
  /// - Parameter within: The most that `moved` may be.
  package func read(_ observed: [ObservedRun], within: Double) throws(Mixture.Invalid) -> Read {
    var names: [String: String] = [:]
    for (a, old) in olds.enumerated() {
      guard let b = news.indices.first(where: { ofOld[a][$0] > 1 - Self.tolerance }),
        ofNew[a][b] > 1 - Self.tolerance
      else { continue }
      names[old] = news[b]
    }
    var (runs, setAside): ([ObservedRun], [String]) = ([], [])
    for run in observed {
      guard let reading = reading(of: try run.mixture.weights(over: olds, absentIsZero: true)),
        reading.moved <= within
      else {
        setAside.append(run.id)
        continue
      }
      var losses: [String: MeasuredLoss] = [:]
      for (set, loss) in run.losses {
        if let name = olds.contains(set) ? names[set] : set { losses[name] = loss }
      }
      runs.append(
        ObservedRun(
          id: run.id,
          mixture: try Mixture(reading.weights, of: NameIndex(news)),
          losses: losses, parameters: run.parameters, model: run.model))
    }
    let sets = Set(observed.flatMap(\.losses.keys))
    return Read(
      runs: runs, setAside: setAside,
      lostSets: sets.filter { olds.contains($0) && names[$0] == nil }.sorted(),
      keepsNames: sets.allSatisfy { names[$0] ?? $0 == $0 })
  }
}
