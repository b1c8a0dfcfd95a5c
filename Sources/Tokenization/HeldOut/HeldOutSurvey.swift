package import Formats
package import Parallel

/// A first reading of a corpus that decides what is held out of each domain.
///
/// Documents are taken in the order of their hashes, of each split its own half of them, until the
/// split has its tokens. So the choice depends neither on the order of files nor on other domains,
/// and in a corpus that grows a document may leave a held-out set, but none moves from one to the
/// other. In memory are the texts that may still be chosen.
package final class HeldOutSurvey {
  private let amounts: HeldOutPlan.Amounts
  private let duplicates: Duplicates?
  private let pool: WorkerPool
  private var encoder: Encoder
  private var domains: [DomainCandidates]

  /// - Parameter duplicates: With `near`, nothing that is held out is a near-duplicate of other
  ///   held-out text.
  package init(
    _ amounts: HeldOutPlan.Amounts, domains: DomainTable, tokenizer: Tokenizer,
    duplicates: Duplicates? = nil, pool: WorkerPool
  ) {
    (self.amounts, self.duplicates, self.pool) = (amounts, duplicates, pool)
    encoder = Encoder(tokenizer)
    self.domains = domains.domains.map { _ in DomainCandidates(amounts) }
  }

  package func add(_ documents: [Corpus.Document]) {
    let digests = textDigests(of: documents, pool: pool)
    for (document, digest) in zip(documents, digests) {
      domains[document.domain].add(document, digest: digest, &encoder)
    }
  }

  /// What is held out of each domain.
  ///
  /// It may be less than what was asked for, or nothing.
  package func plan() -> HeldOutPlan {
    HeldOutPlan(
      amounts: amounts, domains: domains.map { $0.plan(duplicates, &encoder) })
  }
}

/// The candidates of one domain, of each split.
private struct DomainCandidates {
  private let amounts: HeldOutPlan.Amounts
  private var (validation, test): (LowestRanks, LowestRanks)
  private var (bytes, documents) = (0, 0)

  init(_ amounts: HeldOutPlan.Amounts) {
    self.amounts = amounts
    validation = LowestRanks(tokens: amounts.validation)
    test = LowestRanks(tokens: amounts.test)
  }

  mutating func add(_ document: Corpus.Document, digest: [UInt8], _ encoder: inout Encoder) {
    bytes += document.text.count
    documents += 1
    let key = textKey(digest)
    let ranks = [Split.validation, .test].map { HeldOutCandidate.rank(key: key, $0) }
    guard validation.takes(ranks[0]) || test.takes(ranks[1]) else { return }
    let tokens = document.tokens?.count ?? encoder.encode(document.text).count
    func candidate(_ rank: UInt128) -> HeldOutCandidate {
      HeldOutCandidate(
        key: key, rank: rank, text: document.text, tokens: tokens, isWhole: document.tokens != nil)
    }
    if validation.takes(ranks[0]) { validation.insert(candidate(ranks[0])) }
    if test.takes(ranks[1]) { test.insert(candidate(ranks[1])) }
  }

  func plan(_ duplicates: Duplicates?, _ encoder: inout Encoder) -> HeldOutPlan.Domain {
    var selection = HeldOutSelection(amounts, bytes: bytes)
    var index = NearDuplicateIndex()
    // A text that both splits may take comes twice.
    var known: [UInt128: Bool] = [:]
    for (split, ranks) in [(Split.test, test), (.validation, validation)] {
      var candidates = ranks.sorted
      if duplicates == .near {
        for candidate in candidates where known[candidate.key] == nil {
          let signature = MinHash(of: candidate.text.span)
          known[candidate.key] = !index.add(signature, domain: 0).isRepeated
        }
        candidates.removeAll { known[$0.key] == false }
      }
      selection.choose(split, from: candidates) { encoder.encode($0).count }
    }
    var domain = selection.result
    domain.documents = documents
    return domain
  }
}

/// The documents with the lowest ranks, twice as many as make a split of so many tokens.
private struct LowestRanks {
  private let tokens: Int
  private var candidates: [HeldOutCandidate] = []
  /// The tokens that the candidates give, and the rank that no later one reaches.
  private var (given, limit): (Int, UInt128)

  init(tokens: Int) {
    self.tokens = tokens
    (given, limit) = (0, tokens > 0 ? .max : 0)
  }

  func takes(_ rank: UInt128) -> Bool { rank < limit }

  private func share(of candidate: HeldOutCandidate) -> Int {
    min(candidate.tokens, HeldOutSelection.part(of: tokens))
  }

  mutating func insert(_ candidate: HeldOutCandidate) {
    candidates.append(candidate)
    given += share(of: candidate)
    // Seldom, so that sorting costs little.
    if given >= 4 * tokens { (candidates, given, limit) = lowest }
  }

  var sorted: [HeldOutCandidate] { lowest.candidates }

  /// The candidates by rank, each text once, up to those that make twice the split.
  private var lowest: (candidates: [HeldOutCandidate], given: Int, limit: UInt128) {
    var (kept, sum): ([HeldOutCandidate], Int) = ([], 0)
    for candidate in candidates.sorted(by: { $0.rank < $1.rank })
    where kept.last?.rank != candidate.rank {
      guard sum < 2 * tokens else { break }
      kept.append(candidate)
      sum += share(of: candidate)
    }
    return (kept, sum, sum < 2 * tokens ? limit : kept.last?.rank ?? limit)
  }
}

/// A document that may be held out.
struct HeldOutCandidate {
  let key: UInt128
  /// The lower, the earlier is it taken.
  let rank: UInt128
  let text: [UInt8]
  let tokens: Int
  /// Whether it cannot be held out in part.
  let isWhole: Bool

  /// The rank of the document for a split: those of the other split's half come last.
  static func rank(key: UInt128, _ split: Split) -> UInt128 {
    let isOfTest = key & 1 == 1
    return key >> 1 | (isOfTest == (split == .test) ? 0 : 1 << 127)
  }
}
