import Formats

/// A byte-level BPE that is trained on words and their counts.
///
/// The pair of tokens that occurs most often in the words becomes a token, again and again. Ties go
/// to the pair with the lower left id, then the lower right id. The ids are those of Hugging Face's
/// trainer (special tokens, then the byte alphabet in the order of its characters, then merges), so
/// the result is the same as theirs. After a merge only the words that hold the pair are touched:
/// each pair keeps the list of words it was seen in, and a heap of counts is set right when its top
/// is looked at.
///
/// Source: Sennrich, Haddow, Birch 2016, arXiv:1508.07909, section 3.2.
package struct BPETrainer {
  /// The spellings of the tokens, by id.
  package private(set) var vocabulary: [String]
  /// The pairs of ids that were merged, in order of rank.
  package private(set) var merges: [(left: Int32, right: Int32)] = []

  /// The tokens of the words, one word after another; a word shrinks in place.
  private var tokens: [Int32] = []
  private var words: [(start: Int, length: Int, count: Int)] = []
  /// The place in `pairs` of each pair of ids.
  private var pairIndex = PairTable(capacity: 1 << 16)
  private var pairs: [Pair] = []
  private var heap = CandidateHeap()
  /// The ids of all spellings, because two pairs can make the same token.
  private var ids: [String: Int32] = [:]

  private struct Pair {
    let left: Int32
    let right: Int32
    var count = 0
    /// The words that hold the pair, or held it, in order of discovery, sometimes twice in a row.
    var words: [Int32] = []
  }

  /// Trains a vocabulary of `size` tokens, or of fewer if no pair occurs `minimumCount` times any
  /// more.
  package init(words: [WordCounts.Word], size: Int, specialTokens: [String], minimumCount: Int = 2)
  {
    let alphabet = ByteAlphabet.scalars.enumerated().sorted { $0.element < $1.element }
    vocabulary = specialTokens + alphabet.map { String($0.element) }
    precondition(size >= vocabulary.count, "\(size) tokens are less than the alphabet")
    for (id, spelling) in vocabulary.enumerated() { ids[spelling] = Int32(id) }
    var idOfByte = [Int32](repeating: 0, count: 256)
    for (index, letter) in alphabet.enumerated() {
      idOfByte[letter.offset] = Int32(specialTokens.count + index)
    }
    for word in words {
      self.words.append((tokens.count, word.bytes.count, word.count))
      tokens += word.bytes.map { idOfByte[Int($0)] }
    }
    countPairs()
    while vocabulary.count < size, let best = nextPair(), pairs[best].count >= minimumCount {
      merge(best)
    }
  }

  private mutating func countPairs() {
    for (index, word) in words.enumerated() where word.length > 1 {
      for place in word.start..<word.start + word.length - 1 {
        change(tokens[place], tokens[place + 1], by: word.count, word: Int32(index))
      }
    }
    for index in pairs.indices { heap.insert(candidate(index)) }
  }

  /// The pair with the highest count at present, or nil if no pair is left.
  private mutating func nextPair() -> Int? {
    while let top = heap.popFirst() {
      let present = candidate(Int(top.pair))
      if present.count == top.count { return Int(top.pair) }
      if present.count > 0 { heap.insert(present) }
    }
    return nil
  }

  private func candidate(_ index: Int) -> CandidateHeap.Candidate {
    let pair = pairs[index]
    return .init(count: pair.count, key: PairTable.key(pair.left, pair.right), pair: Int32(index))
  }

  private mutating func merge(_ index: Int) {
    let (left, right) = (pairs[index].left, pairs[index].right)
    let spelling = vocabulary[Int(left)] + vocabulary[Int(right)]
    let token = ids[spelling] ?? Int32(vocabulary.count)
    if ids.updateValue(token, forKey: spelling) == nil { vocabulary.append(spelling) }
    merges.append((left, right))
    let firstNew = pairs.count
    let holders = pairs[index].words
    pairs[index].words = []
    var grown: [Int] = []  // pairs that existed and became more frequent: only if `token` did
    for word in holders { merge(left, right, into: token, in: Int(word), grown: &grown) }
    pairs[index].count = 0
    for index in firstNew..<pairs.count { heap.insert(candidate(index)) }
    for index in grown where index < firstNew { heap.insert(candidate(index)) }
  }

  /// Replaces the pair in one word, from left to right, and counts the neighbours anew.
  private mutating func merge(
    _ left: Int32, _ right: Int32, into token: Int32, in word: Int, grown: inout [Int]
  ) {
    let (start, length, count) = words[word]
    var (read, write) = (start, start)
    let end = start + length
    while read < end {
      guard read + 1 < end, tokens[read] == left, tokens[read + 1] == right else {
        tokens[write] = tokens[read]
        (read, write) = (read + 1, write + 1)
        continue
      }
      if write > start {
        change(tokens[write - 1], left, by: -count, word: Int32(word))
        grown.append(change(tokens[write - 1], token, by: count, word: Int32(word)))
      }
      if read + 2 < end {
        change(right, tokens[read + 2], by: -count, word: Int32(word))
        grown.append(change(token, tokens[read + 2], by: count, word: Int32(word)))
      }
      tokens[write] = token
      (read, write) = (read + 2, write + 1)
    }
    words[word].length = write - start
  }

  /// Adds to the count of a pair, and remembers the word if it gains it; returns the pair's place.
  @discardableResult
  private mutating func change(_ left: Int32, _ right: Int32, by count: Int, word: Int32) -> Int {
    let key = PairTable.key(left, right)
    var index = Int(pairIndex[key].rank)
    if index < 0 {
      index = pairs.count
      pairs.append(Pair(left: left, right: right))
      pairIndex.set(key, rank: Int32(index), token: 0)
    }
    pairs[index].count += count
    if count > 0, pairs[index].words.last != word { pairs[index].words.append(word) }
    return index
  }
}

/// A heap of pairs by count, the highest first, and of equals the one with the lowest ids.
struct CandidateHeap {
  struct Candidate {
    let count: Int
    let key: UInt64
    let pair: Int32

    func precedes(_ other: Candidate) -> Bool {
      count != other.count ? count > other.count : key < other.key
    }
  }

  private var heap: [Candidate] = []

  mutating func insert(_ candidate: Candidate) {
    heap.append(candidate)
    var child = heap.count - 1
    while child > 0, heap[child].precedes(heap[(child - 1) / 2]) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func popFirst() -> Candidate? {
    guard let first = heap.first else { return nil }
    let last = heap.removeLast()
    guard !heap.isEmpty else { return first }
    heap[0] = last
    var parent = 0
    while true {
      var best = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < heap.count && heap[child].precedes(heap[best]) { best = child }
      if best == parent { return first }
      heap.swapAt(parent, best)
      parent = best
    }
  }
}
