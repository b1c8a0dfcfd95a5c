package import Formats
package import Storage

/// What the old and the new domains have in common, found in their token files.
///
/// P_ab is the share of the runs of a that b has as well, of those that stand in one old domain and
/// in at most one new one: what many texts have tells nothing of where one went. Where less is
/// missing to a sum of 1 than two hundredths, and what is in no split because documents were held
/// out in part, it is no difference. Domains that are the same, to the byte, under the same name
/// are not read.
package struct TextFlow: Sendable {
  package let lineage: Lineage
  /// The share of a new validation set that stands in text which old models learned from, by
  /// domain. Sets that did not change are not named.
  package let seen: [String: Double]

  /// - Throws: `FileError` if a token file cannot be read.
  package init(olds: [TokenFolder], news: [TokenFolder]) throws(FileError) {
    let same = Set(olds.filter { old in news.contains { $0.isSame(as: old) } }.map(\.domain))
    var occurrences = Occurrences(olds: olds, news: news)
    for (a, old) in olds.enumerated() where !same.contains(old.domain) {
      try occurrences.addOld(a, old)
    }
    var seen: [String: Double] = [:]
    // Without text that is gone or changed, none of the new text can be of it.
    for (b, new) in news.enumerated() where same.count < olds.count && !same.contains(new.domain) {
      seen[new.domain] = try occurrences.addNew(b, new)
    }
    self.seen = seen
    var (ofOld, ofNew) = occurrences.shares()
    for (a, old) in olds.enumerated() {
      for (b, new) in news.enumerated() where same.contains(old.domain) && old.domain == new.domain
      {
        (ofOld[a][b], ofNew[a][b]) = (1, 1)
      }
    }
    let allowed = 2 * Lineage.tolerance + ((olds + news).map(\.shareLeftOut).max() ?? 0)
    for a in olds.indices { ofOld[a] = settled(ofOld[a], allowed) }
    for b in news.indices {
      let column = settled(olds.indices.map { ofNew[$0][b] }, allowed)
      for a in olds.indices { ofNew[a][b] = column[a] }
    }
    lineage = Lineage(
      olds: olds.map(\.domain), news: news.map(\.domain), ofOld: ofOld, ofNew: ofNew)
  }
}

/// In which domains the runs of tokens stand that are looked at.
private struct Occurrences {
  /// The number of runs that are looked at, of the old domains and of the new, about.
  private static let most = 1 << 21
  /// At most one in so many is looked at.
  private static let leastEvery = 4
  /// Numbers in place of a domain's.
  private static let (nowhere, several): (Int32, Int32) = (-1, -2)

  private struct Places {
    var (old, new) = (Occurrences.nowhere, Occurrences.nowhere)
    var isLearned = false
  }

  private let (olds, news): (Int, Int)
  private let runs: TokenRuns
  private var places: [UInt64: Places] = [:]

  init(olds: [TokenFolder], news: [TokenFolder]) {
    (self.olds, self.news) = (olds.count, news.count)
    let tokens = max(
      olds.reduce(0) { $0 + $1.tokens }, news.reduce(0) { $0 + $1.tokens })
    runs = TokenRuns(every: UInt64(max(Self.leastEvery, tokens / Self.most)))
  }

  private static func place(_ before: Int32, _ domain: Int) -> Int32 {
    before == nowhere || before == domain ? Int32(domain) : several
  }

  mutating func addOld(_ a: Int, _ folder: TokenFolder) throws(FileError) {
    for split in folder.contents.splits.keys.sorted() {
      try folder.forEachDocument(of: split) { document in
        runs.forEach(in: document) { run in
          places[run, default: Places()].old = Self.place(places[run]?.old ?? Self.nowhere, a)
          if split == "train" { places[run]?.isLearned = true }
        }
      }
    }
  }

  /// Returns the share of the validation set that old domains had for training.
  mutating func addNew(_ b: Int, _ folder: TokenFolder) throws(FileError) -> Double {
    var (held, learned) = (Set<UInt64>(), 0)
    for split in folder.contents.splits.keys.sorted() {
      try folder.forEachDocument(of: split) { document in
        runs.forEach(in: document) { run in
          places[run, default: Places()].new = Self.place(places[run]?.new ?? Self.nowhere, b)
          guard split == "validation", held.insert(run).inserted else { return }
          if places[run]?.isLearned == true { learned += 1 }
        }
      }
    }
    return held.isEmpty ? 0 : Double(learned) / Double(held.count)
  }

  /// P and R of `Lineage`, as they were counted.
  func shares() -> (ofOld: [[Double]], ofNew: [[Double]]) {
    var common = (0..<olds).map { _ in (0..<news).map { _ in 0.0 } }
    var (ofOlds, ofNews) = ((0..<olds).map { _ in 0.0 }, (0..<news).map { _ in 0.0 })
    for place in places.values {
      let (a, b) = (Int(place.old), Int(place.new))
      if a >= 0 && b >= 0 { common[a][b] += 1 }
      if a >= 0 && place.new != Self.several { ofOlds[a] += 1 }
      if b >= 0 && place.old != Self.several { ofNews[b] += 1 }
    }
    return (
      common.enumerated().map { a, row in row.map { ofOlds[a] > 0 ? $0 / ofOlds[a] : 0 } },
      common.map { row in zip(row, ofNews).map { $1 > 0 ? $0 / $1 : 0 } }
    )
  }
}

/// Returns shares without those that are no difference, and summing to 1 if they nearly do.
private func settled(_ shares: [Double], _ allowed: Double) -> [Double] {
  let kept = shares.map { $0 < Lineage.tolerance ? 0 : $0 }
  let sum = kept.reduce(0, +)
  return sum > 1 - allowed ? kept.map { $0 / sum } : kept
}
