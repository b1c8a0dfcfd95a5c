import Parallel

/// The runs that are held out together, the same for every family.
///
/// Runs of equal weights are held out together: a fit that saw one would predict the others too
/// well.
package struct Folds: Equatable, Sendable {
  /// The runs held out, (repeats, folds, runs of the fold); every repeat holds out every run once.
  package let repeats: [[[Int]]]
  /// The name for tables, such as `leave-one-out`.
  package let name: String

  /// Holds out each mixture alone, with its repeats.
  package static func leaveOneOut(_ data: RegressionData) -> Folds {
    let groups = data.replicateGroups
    let count = (groups.max() ?? -1) + 1
    let folds = (0..<count).map { group in groups.indices.filter { groups[$0] == group } }
    return Folds(
      repeats: [folds],
      name: count == data.count ? "leave-one-out" : "leave-one-mixture-out")
  }

  /// Draws `count` folds, as equal as groups of repeats allow, anew for each repeat.
  package static func random(
    _ data: RegressionData, count: Int, repeats: Int, seed: UInt64
  ) -> Folds {
    let groups = data.replicateGroups
    let groupCount = (groups.max() ?? -1) + 1
    let count = min(count, groupCount)
    var random = RandomStream(seed: seed, purpose: "folds")
    let drawn = (0..<repeats).map { _ in
      let order = random.permutation(groupCount)
      var foldOf = [Int](repeating: 0, count: groupCount)
      for (position, group) in order.enumerated() { foldOf[group] = position % count }
      return (0..<count).map { fold in groups.indices.filter { foldOf[groups[$0]] == fold } }
    }
    return Folds(
      repeats: drawn, name: "\(count) folds" + (repeats > 1 ? ", \(repeats) times" : ""))
  }

  /// The fewest runs outside a fold that measured a set, over all folds and sets.
  func fewestFitted(_ data: RegressionData) -> Int {
    let counts = data.sets.indices.map { data.rows(measuring: $0).count }
    return repeats.joined().reduce(data.count) { fewest, held in
      counts.indices.reduce(fewest) { fewest, set in
        min(fewest, counts[set] - held.count { !data.losses[$0][set].isNaN })
      }
    }
  }
}
