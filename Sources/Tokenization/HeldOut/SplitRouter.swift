import Formats
import Parallel
import Storage

/// Where the documents of a corpus go: into which split, as a whole or in pieces, or nowhere.
struct SplitRouter {
  /// A text and its split.
  struct Piece {
    let document: Corpus.Document
    let split: Split
  }

  private let rule: SplitRule
  private let pool: WorkerPool
  /// The held-out texts that came already, by domain.
  private var placed: [Set<UInt128>]
  /// What was left out of the training data of each domain.
  private(set) var leftOut: [TokenManifest.HeldOut]

  init(_ rule: SplitRule, domains: Int, pool: WorkerPool) {
    (self.rule, self.pool) = (rule, pool)
    placed = Array(repeating: [], count: domains)
    leftOut = Array(repeating: .init(), count: domains)
  }

  /// Whether `document`, whose text has this SHA-256, is held out, as a whole or in part.
  func holdsOut(_ document: Corpus.Document, digest: [UInt8]) -> Bool {
    rule.plan?.domains[document.domain].pieces[textKey(digest)] != nil
  }

  /// The pieces of `document`, whose text has this SHA-256.
  mutating func pieces(of document: Corpus.Document, digest: [UInt8]) -> [Piece] {
    switch rule {
    case .fractions(let splitter):
      return [Piece(document: document, split: splitter.split(digest: digest))]
    case .plan(let plan):
      let key = textKey(digest)
      guard let pieces = plan.domains[document.domain].pieces[key] else {
        return [Piece(document: document, split: .train)]
      }
      guard placed[document.domain].insert(key).inserted else {
        leftOut[document.domain].copies += 1
        return []
      }
      return pieces.map { Piece(document: document.part($0.range), split: $0.split) }
    }
  }

  /// Those of `pieces` that are not near-duplicates of held-out text of their domain.
  ///
  /// They are held-out text themselves, or of training text whose runs of words are for the
  /// smaller part in it; those that share any are counted.
  mutating func withoutNearDuplicates(_ pieces: [Piece]) -> [Piece] {
    guard case .plan(let plan) = rule else { return pieces }
    let shares = pieces.map { _ in LockedValue((shared: 0, all: 0)) }
    pool.run(tasks: pieces.count) { task, _ in
      let piece = pieces[task]
      guard piece.split == .train else { return }
      shares[task].value = plan.domains[piece.document.domain].grams
        .shared(with: piece.document.text.span)
    }
    return zip(pieces, shares).filter { piece, share in
      let (shared, all) = share.value
      guard shared > 0 else { return true }
      let isDuplicate = Double(shared) >= HeldOutPlan.nearDuplicate * Double(all)
      if isDuplicate {
        leftOut[piece.document.domain].nearDuplicates += 1
      } else {
        leftOut[piece.document.domain].sharing += 1
      }
      return !isDuplicate
    }.map(\.0)
  }
}

extension Corpus.Document {
  /// The part of the document with these bytes; ids are known of all of it or of nothing.
  fileprivate func part(_ range: Range<Int>) -> Self {
    range.count == text.count
      ? self : Self(domain: domain, file: file, text: Array(text[range]))
  }
}
