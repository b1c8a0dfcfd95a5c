/// What became of the domains of older runs, as shares of their text.
///
/// A run of weights w on the old domains drew a share w_a P_ab of its tokens from the text that old
/// domain a and new domain b have in common, P_ab being the share of a's text that is in b. A run
/// of weights λ on the new domains draws λ_b R_ab from it, R_ab being the share of b's text that is
/// a's. So everything that domains do is one pair of matrices:
///
///     renamed  P = R = 1
///     split    P_ab = n_b / n_a, R_ab = 1
///     merged   P_ab = 1, R_ab = n_a / n_b
///     added    R_ab = 0 for every a
///     removed  P_ab = 0 for every b
package struct Lineage: Equatable, Sendable {
  package let olds: [String]
  package let news: [String]
  /// P (old, new): the share of each old domain's text that is in each new one.
  package let ofOld: [[Double]]
  /// R (old, new): the share of each new domain's text that is of each old one.
  package let ofNew: [[Double]]

  package init(olds: [String], news: [String], ofOld: [[Double]], ofNew: [[Double]]) {
    precondition(ofOld.count == olds.count && ofNew.count == olds.count)
    precondition((ofOld + ofNew).allSatisfy { $0.count == news.count })
    (self.olds, self.news, self.ofOld, self.ofNew) = (olds, news, ofOld, ofNew)
  }

  /// Returns the new mixture that a run of old weights is a run of.
  ///
  /// - Parameter weights: The weights by old domain, summing to 1.
  /// - Returns: The weights by new domain, and `moved`: the share of the run's tokens that a run of
  ///   the new weights would draw from other text (the total variation between what the two draw
  ///   from, in expectation). Nil if none of the text is in any new domain.
  package func reading(of weights: [Double]) -> (weights: [Double], moved: Double)? {
    precondition(weights.count == olds.count)
    let kept = news.indices.map { b in
      olds.indices.reduce(0.0) { $0 + weights[$1] * ofOld[$1][b] }
    }
    let sum = kept.reduce(0, +)
    guard sum > 1e-9 else { return nil }
    let read = kept.map { $0 / sum }
    var difference = 0.0
    for a in olds.indices {
      difference += weights[a] * max(0, 1 - ofOld[a].reduce(0, +))
      for b in news.indices { difference += abs(weights[a] * ofOld[a][b] - read[b] * ofNew[a][b]) }
    }
    for b in news.indices { difference += read[b] * max(0, 1 - originShare(of: b)) }
    return (read, difference / 2)
  }

  /// The share of a new domain's text that old domains have.
  func originShare(of b: Int) -> Double { olds.indices.reduce(0) { $0 + ofNew[$1][b] } }

  /// What a new domain is, beside the old ones.
  package enum Kind: Equatable, Sendable {
    case same, renamed, split, merged, added, changed
  }

  /// Shares below this, and less than this missing to 1, are no difference.
  static let tolerance = 0.01

  /// Returns the old domains that a new one has text of, with their shares of it.
  package func sources(of b: Int) -> [(old: Int, share: Double)] {
    olds.indices.filter { ofNew[$0][b] > Self.tolerance }.map { ($0, ofNew[$0][b]) }
  }

  package func kind(of b: Int) -> Kind {
    let sources = sources(of: b)
    if sources.isEmpty { return .added }
    if originShare(of: b) < 1 - Self.tolerance { return .changed }
    if sources.contains(where: { isPart(b, of: $0.old) }) { return .split }
    if sources.count > 1 { return .merged }
    guard ofOld[sources[0].old][b] > 1 - Self.tolerance else { return .changed }
    return olds[sources[0].old] == news[b] ? .same : .renamed
  }

  /// Whether another new domain has text of old domain `a` too.
  private func isPart(_ b: Int, of a: Int) -> Bool {
    news.indices.contains { $0 != b && ofOld[a][$0] > Self.tolerance }
  }

  /// The old domains of which nothing is left.
  package var removed: [String] {
    olds.indices.filter { ofOld[$0].allSatisfy { $0 <= Self.tolerance } }.map { olds[$0] }
  }

  /// The new domains whose weights old runs do not tell apart, or never had: those that are new, at
  /// least a tenth new, or part of an old one.
  package var searched: [Int] {
    news.indices.filter {
      switch kind(of: $0) {
      case .added, .split: true
      case .changed: originShare(of: $0) < 0.9
      case .same, .renamed, .merged: false
      }
    }
  }

  /// The first thing that this says otherwise than `found`, which is what the texts tell; or nil.
  package func contradiction(of found: Lineage) -> String? {
    precondition(olds == found.olds && news == found.news)
    for (a, old) in olds.enumerated() {
      for (b, new) in news.enumerated() where abs(ofOld[a][b] - found.ofOld[a][b]) > 0.05 {
        func percent(_ share: Double) -> Int { Int((100 * share).rounded()) }
        return "says that \(percent(ofOld[a][b])) % of the text of \(old) is in \(new), where "
          + "\(percent(found.ofOld[a][b])) % is"
      }
    }
    return nil
  }
}
