package import Formats

/// What is left out because an earlier document of its domain is like it.
package enum Duplicates: String, CaseIterable, Sendable {
  /// The same text.
  case exact
  /// That, and a text that has most of its runs of words.
  case near
}

/// A judge of documents in order: which are left out, because their domain had such a text before.
///
/// Of each left-out text, its domain keeps one that it is like. In memory are some 32 bytes of each
/// different text, and for near-duplicates a `NearDuplicateIndex`.
package struct Deduplicator {
  /// The numbers of documents of a domain.
  package struct Counts: Equatable {
    /// Those left out, by reason.
    package var (exact, near) = (0, 0)
    /// Those kept that have a near-duplicate in another domain that came before, by that domain.
    package var inOthers: [Int: Int] = [:]
  }

  private var seen: [Set<UInt128>]
  private var index: NearDuplicateIndex?
  package private(set) var counts: [Counts]

  package init(_ kind: Duplicates, domains: Int) {
    seen = Array(repeating: [], count: domains)
    index = kind == .near ? NearDuplicateIndex() : nil
    counts = Array(repeating: Counts(), count: domains)
  }

  /// Whether the next document is kept.
  ///
  /// - Parameters:
  ///   - key: What stands for its text, see `textKey`.
  ///   - signature: That of its text; read only where near-duplicates are looked for.
  ///   - isHeldOut: Whether the document is kept although it is a near-duplicate.
  package mutating func keeps(
    key: UInt128, signature: @autoclosure () -> MinHash, domain: Int, isHeldOut: Bool = false
  ) -> Bool {
    guard seen[domain].insert(key).inserted else {
      counts[domain].exact += 1
      return false
    }
    guard let finding = index?.add(signature(), domain: domain, isKept: isHeldOut) else {
      return true
    }
    guard isHeldOut || !finding.isRepeated else {
      counts[domain].near += 1
      return false
    }
    for other in finding.others { counts[domain].inOthers[other, default: 0] += 1 }
    return true
  }
}
