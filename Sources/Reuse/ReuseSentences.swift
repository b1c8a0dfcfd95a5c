/// What a plan says, before anything is trained.
struct ReuseSentences {
  let lines: [String]

  /// - Parameter unscored: How many reused models have validation sets to be scored, and which.
  init(_ plan: ReusePlan, unscored: (models: Int, sets: [String])) {
    let missing = plan.missingExperts
    let trained =
      "\(Self.count(missing.count, "expert"))"
      + (missing.isEmpty ? "" : " (\(missing.joined(separator: ", ")))")
      + " and \(Self.count(plan.further.count, "run")) to train"
    let reused =
      "\(Self.count(plan.experts.count, "expert")) and \(Self.count(plan.runs.count, "run")) reused"
    let sets = Self.count(unscored.sets.count, "set")
    let scored =
      unscored.models == 0
      ? "nothing to score again"
      : "\(Self.count(unscored.models, "model")) score \(sets) "
        + "(\(unscored.sets.joined(separator: ", ")))"
    var lines = ["\(trained); \(reused); \(scored)"]
    lines += plan.lineage.news.indices.compactMap { Self.sentence(of: $0, plan.lineage) }
    lines += plan.lineage.removed.map { "\($0) is gone" }
    if !plan.setAside.isEmpty {
      lines.append(
        "\(Self.count(plan.setAside.count, "run")) set aside, as too many of their tokens would be "
          + "others: \(plan.setAside.map(\.name).joined(separator: ", "))")
    }
    for (set, share) in plan.seen.sorted(by: { $0.key < $1.key }) {
      lines.append(
        "\(Self.percent(share)) of the validation set of \(set) stands in text that the old models "
          + "learned from: the reused runs have no loss on it")
    }
    self.lines = lines.map { "reuse: \($0)" }
  }

  /// What a new domain is; nil if it is as it was.
  private static func sentence(of b: Int, _ lineage: Lineage) -> String? {
    let name = lineage.news[b]
    let sources = lineage.sources(of: b)
    let parts = sources.map { "\(percent(lineage.ofOld[$0.old][b])) of \(lineage.olds[$0.old])" }
      .joined(separator: ", ")
    switch lineage.kind(of: b) {
    case .same: return nil
    case .added: return "\(name) is new"
    case .renamed: return "\(name) was \(lineage.olds[sources[0].old])"
    case .split: return "\(name) is \(parts)"
    case .merged:
      return "\(name) is "
        + sources.map { "\(percent($0.share)) \(lineage.olds[$0.old])" }.joined(separator: ", ")
    case .changed:
      return "\(name) has \(parts), and \(percent(1 - lineage.originShare(of: b))) new text"
    }
  }

  private static func count(_ number: Int, _ word: String) -> String {
    "\(number) \(word)\(number == 1 ? "" : "s")"
  }

  private static func percent(_ share: Double) -> String {
    "\(Int((100 * share).rounded())) %"
  }
}
