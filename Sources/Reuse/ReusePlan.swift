package import Formats
import Mixtures

/// What of an earlier run is reused, and what has to be trained.
package struct ReusePlan: Sendable {
  /// A model of the earlier run, over the new domains.
  package struct Reused: Sendable {
    /// The name in the new run: `expert-DOMAIN`, or `reused-001` and so on.
    package let name: String
    package let model: OldRun.Model
    /// The weights by new domain.
    package let weights: [String: Double]
    /// The share of its tokens that a model of these weights would draw from other text.
    package let moved: Double

    var isExpert: Bool { model.expertOf != nil }
  }

  package let old: OldRun
  package let news: [TokenFolder]
  package let lineage: Lineage
  package let experts: [Reused]
  package let runs: [Reused]
  /// The new domains that have no expert yet.
  package let missingExperts: [String]
  /// The runs that say too little of the new domains.
  package let setAside: [OldRun.Model]
  /// The domains whose validation text old models learned from, with its share: runs have no losses
  /// on these sets.
  package let seen: [String: Double]
  /// The mixtures to observe, by new domain.
  package let further: [[String: Double]]

  /// The most that `moved` may be of an expert, which stands for its domain's text.
  static let mostMovedOfExpert = 0.05
  /// Held-out text of which a larger share was learned from tells nothing of a model.
  static let mostSeen = 0.1

  /// - Parameters:
  ///   - within: The most that `moved` may be of a run.
  ///   - count: The number of mixtures to observe, where old runs do not tell enough.
  package init(
    old: OldRun, news: [TokenFolder], lineage: Lineage, seen: [String: Double], within: Double,
    further count: Int, seed: UInt64
  ) {
    (self.old, self.news, self.lineage) = (old, news, lineage)
    let seen = seen.filter { $0.value > Self.mostSeen }
    self.seen = seen
    var (experts, runs): ([Reused], [Reused]) = ([], [])
    var setAside: [OldRun.Model] = []
    for model in old.models {
      let reading = lineage.reading(
        of: NameIndex(lineage.olds).vector(model.record.weights, absent: 0))
      let moved = reading?.moved ?? 1
      let weights = NameIndex(lineage.news).dictionary(
        reading?.weights ?? lineage.news.map { _ in 0 })
      if model.expertOf != nil {
        guard moved <= Self.mostMovedOfExpert,
          let domain = weights.first(where: { $0.value > 1 - 1e-9 })?.key,
          seen[domain] == nil
        else { continue }
        experts.append(
          Reused(
            name: "expert-\(domain)", model: model, weights: weights,
            moved: moved))
      } else if moved <= within {
        runs.append(
          Reused(
            name: MixtureRecord.id("reused", number: runs.count + 1), model: model,
            weights: weights, moved: moved))
      } else {
        setAside.append(model)
      }
    }
    self.experts = experts.sorted { $0.name < $1.name }
    (self.runs, self.setAside) = (runs, setAside)
    missingExperts = lineage.news.filter { name in
      !experts.contains { $0.name == "expert-\(name)" }
    }
    let design = FurtherMixtures(
      base: Self.base(old, news, lineage), searched: lineage.searched, seed: seed)
    further = design.mixtures(count).map { NameIndex(lineage.news).dictionary($0) }
  }

  /// The old answer over the new domains, or their shares of the tokens where there is none.
  private static func base(_ old: OldRun, _ news: [TokenFolder], _ lineage: Lineage) -> [Double] {
    if let answer = old.answer,
      let reading = lineage.reading(of: NameIndex(lineage.olds).vector(answer, absent: 0))
    {
      return reading.weights
    }
    let tokens = news.map { Double($0.trainTokens) }
    return tokens.map { $0 / max(1, tokens.reduce(0, +)) }
  }
}
