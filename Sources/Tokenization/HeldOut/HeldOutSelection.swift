/// The choice of what is held out of one domain, among candidates.
///
/// Of each document at most an eighth of a split is taken: short ones as a whole, of longer ones
/// passages that follow each other. Only where all documents are used up does each give more, so
/// a domain of few books is held out in passages, and one of many documents is not.
struct HeldOutSelection {
  private let amounts: HeldOutPlan.Amounts
  /// The bytes of each split at most.
  private let limits: [Split: Int]
  private let passageSize: Int
  /// The documents that parts were taken of.
  private var used: [UInt128: Use] = [:]
  private(set) var domain = HeldOutPlan.Domain()

  /// A document, and the split that each of its passages is held out for.
  fileprivate struct Use {
    let candidate: HeldOutCandidate
    let passages: [Range<Int>]
    let tokens: [Int]
    var splits: [Split?]
  }

  private static let (smallestPassage, largestPassage) = (512, 4096)
  /// The share of a domain that the rests of documents may have to be left out, where the held-out
  /// sets of a larger domain can do without passages of documents that others are learned from.
  private static let restLeftOut = 0.02

  /// - Parameter bytes: The bytes of the domain.
  init(_ amounts: HeldOutPlan.Amounts, bytes: Int) {
    self.amounts = amounts
    domain.bytes = bytes
    let all = max(1, amounts.validation + amounts.test)
    let limit = { (tokens: Int) in
      Int(amounts.share * Double(bytes) * Double(tokens) / Double(all))
    }
    limits = [.validation: limit(amounts.validation), .test: limit(amounts.test)]
    // Small against what a split may have, and against what one document gives.
    let parts = [amounts.validation, amounts.test].filter { $0 > 0 }.map { 2 * Self.part(of: $0) }
    let bounds = limits.values.filter { $0 > 0 }.map { $0 / 4 } + parts
    passageSize = max(Self.smallestPassage, min(Self.largestPassage, bounds.min() ?? 0))
  }

  /// The tokens that one document gives to a split of `tokens` tokens at first.
  static func part(of tokens: Int) -> Int { max(1, tokens / 8) }

  /// Holds out tokens for `split`, of `candidates` in the order of their ranks.
  mutating func choose(
    _ split: Split, from candidates: [HeldOutCandidate], count: ([UInt8]) -> Int
  ) {
    let wanted = amounts.tokens(split)
    let longest = candidates.map(\.tokens).max() ?? 0
    var part = Self.part(of: wanted)
    var best: (selection: Self, tokens: Int)?
    while true {
      var round = self
      let (tokens, room) = round.take(
        wanted, for: split, from: candidates, part: part, count: count)
      if tokens > best?.tokens ?? 0 { best = (round, tokens) }
      if tokens >= wanted || part >= longest || room < passageSize { break }
      part *= 2
    }
    if let best { self = best.selection }
    domain.tokens[split] = best?.tokens ?? 0
  }

  private mutating func take(
    _ wanted: Int, for split: Split, from candidates: [HeldOutCandidate], part: Int,
    count: ([UInt8]) -> Int
  ) -> (tokens: Int, room: Int) {
    var (tokens, room) = (0, limits[split] ?? 0)
    for candidate in candidates where tokens < wanted && room > 0 {
      var use =
        used[candidate.key]
        ?? unused(candidate, part: part, limit: limits[split] ?? 0, count: count)
      guard let stretch = stretch(of: use, min(part, wanted - tokens), room: room) else { continue }
      for passage in stretch {
        use.splits[passage] = split
        tokens += use.tokens[passage]
        room -= use.passages[passage].count
      }
      used[candidate.key] = use
    }
    return (tokens, room)
  }

  /// A candidate in one piece if it is short, or cannot be cut, else in passages.
  private func unused(
    _ candidate: HeldOutCandidate, part: Int, limit: Int, count: ([UInt8]) -> Int
  ) -> Use {
    let isShort = candidate.tokens <= part && candidate.text.count <= limit
    let isOne = candidate.isWhole || isShort
    let whole = [0..<candidate.text.count]
    let passages = isOne ? whole : Passages(of: candidate.text, size: passageSize).ranges
    let tokens =
      passages.count == 1
      ? [candidate.tokens] : passages.map { count(Array(candidate.text[$0])) }
    return Use(
      candidate: candidate, passages: passages, tokens: tokens, splits: passages.map { _ in nil })
  }

  /// The passages of a document that come next: from one on that its hash tells, the first that
  /// have `tokens` tokens, or the longest there are, of at most `room` bytes.
  private func stretch(of use: Use, _ tokens: Int, room: Int) -> Range<Int>? {
    let count = use.passages.count
    let first = Int(truncatingIfNeeded: (use.candidate.key >> 64) % UInt128(count))
    var longest: (range: Range<Int>, tokens: Int)?
    for start in (0..<count).map({ (first + $0) % count }) {
      var (end, found, bytes) = (start, 0, 0)
      while end < count, found < tokens, use.splits[end] == nil,
        bytes + use.passages[end].count <= room
      {
        found += use.tokens[end]
        bytes += use.passages[end].count
        end += 1
      }
      if found >= tokens { return start..<end }
      if found > longest?.tokens ?? 0 { longest = (start..<end, found) }
    }
    return longest?.range
  }
}

extension HeldOutSelection {
  /// What was chosen, as pieces of texts.
  var result: HeldOutPlan.Domain {
    var domain = domain
    let uses = used.values.filter { use in use.splits.contains { $0 != nil } }
    let rests = uses.reduce(0) { sum, use in
      sum + zip(use.passages, use.splits).reduce(0) { $0 + ($1.1 == nil ? $1.0.count : 0) }
    }
    let isRestLearned = Double(rests) > Self.restLeftOut * Double(domain.bytes)
    for use in uses {
      let pieces = use.pieces(withRest: isRestLearned)
      domain.pieces[use.candidate.key] = pieces
      domain.bytesLeftOut += use.candidate.text.count - pieces.reduce(0) { $0 + $1.range.count }
      for piece in pieces where piece.split != .train {
        domain.grams.insert(use.candidate.text.span.extracting(piece.range))
      }
    }
    return domain
  }
}

extension HeldOutSelection.Use {
  /// The document as pieces: neighbours of one split together. A passage beside one that is held
  /// out is in none, so that nothing adjacent is learned.
  fileprivate func pieces(withRest: Bool) -> [HeldOutPlan.Piece] {
    let roles: [Split?] = splits.indices.map { index in
      if let split = splits[index] { return split }
      let isBeside =
        index > 0 && splits[index - 1] != nil
        || index + 1 < splits.count && splits[index + 1] != nil
      return withRest && !isBeside ? .train : nil
    }
    var pieces: [HeldOutPlan.Piece] = []
    for (range, role) in zip(passages, roles) {
      guard let role else { continue }
      if let last = pieces.last, last.split == role, last.range.upperBound == range.lowerBound {
        pieces[pieces.count - 1] = .init(
          range: last.range.lowerBound..<range.upperBound, split: role)
      } else {
        pieces.append(.init(range: range, split: role))
      }
    }
    return pieces
  }
}
