/// A merger of words of any length, in time proportional to the merges done and tried.
///
/// The candidates wait in one queue for each rank, in order of position; a heap holds the ranks
/// that have candidates. The lowest rank goes first, and within it the leftmost place: the order of
/// `Word::merge_all` in Hugging Face tokenizers. A run of one letter fills few queues, so that 10
/// MB of it need no heap of ten million.
struct LongWordMerger {
  /// The positions of the candidates of one rank.
  private struct Queue {
    private(set) var positions: [Int32] = []
    private var first = 0
    private var isSorted = true

    var isEmpty: Bool { first == positions.count }

    mutating func append(_ position: Int32) {
      if let last = positions.last, last > position { isSorted = false }
      positions.append(position)
    }

    mutating func append(_ other: Queue) {
      for position in other.positions[other.first...] { append(position) }
    }

    /// Sorts the positions, since candidates from merges of several ranks may come out of order.
    mutating func sort() {
      if !isSorted { positions[first...].sort() }
      isSorted = true
    }

    mutating func popFirst() -> Int32? {
      guard !isEmpty else { return nil }
      defer { first += 1 }
      return positions[first]
    }
  }

  private let pairs: PairTable
  private var tokens: [Int32]
  /// The place of the token after each token, or -1.
  private var next: [Int32]
  /// The place of the token before each token, or -1.
  private var previous: [Int32]
  private var queues: [Queue] = []
  /// The index in `queues` of each rank that ever had a candidate.
  private var queueOfRank = PairTable(capacity: 8)
  private var ranks = RankHeap()

  /// The tokens of a word whose bytes have the tokens `bytes`.
  static func merged(_ bytes: [Int32], pairs: PairTable) -> [Int32] {
    var merger = LongWordMerger(bytes, pairs: pairs)
    merger.merge()
    var (result, position): ([Int32], Int32) = ([], 0)
    while position >= 0 {
      result.append(merger.tokens[Int(position)])
      position = merger.next[Int(position)]
    }
    return result
  }

  private init(_ bytes: [Int32], pairs: PairTable) {
    precondition(!bytes.isEmpty && bytes.count < Int32.max, "a word of \(bytes.count) bytes")
    self.pairs = pairs
    tokens = bytes
    let count = Int32(bytes.count)
    next = (0..<count).map { $0 + 1 < count ? $0 + 1 : -1 }
    previous = (0..<count).map { $0 - 1 }
    for position in 0..<count - 1 { offer(position) }
  }

  private mutating func merge() {
    while let rank = ranks.lowest {
      let index = Int(queueOfRank[UInt64(rank)].rank)
      // Taken out, so that the array is not copied while candidates are added.
      var queue = Queue()
      swap(&queue, &queues[index])
      queue.sort()
      while ranks.lowest == rank, let position = queue.popFirst() {
        mergeIfStillThere(at: position, rank: rank)
      }
      if !queue.isEmpty {  // a merge made a pair of lower rank, which goes first
        queue.append(queues[index])
        queues[index] = queue
      } else if queues[index].isEmpty, ranks.lowest == rank {
        ranks.removeLowest()
      }
    }
  }

  private mutating func mergeIfStillThere(at position: Int32, rank: Int32) {
    let place = Int(position)
    guard tokens[place] >= 0, next[place] >= 0 else { return }
    let right = Int(next[place])
    let pair = pairs[tokens[place], tokens[right]]
    guard pair.rank == rank else { return }
    tokens[place] = pair.token
    tokens[right] = -1
    next[place] = next[right]
    if next[place] >= 0 {
      previous[Int(next[place])] = position
      offer(position)
    }
    if previous[place] >= 0 { offer(previous[place]) }
  }

  /// Queues the pair of the token at `position` with the next if the two can be merged.
  private mutating func offer(_ position: Int32) {
    let rank = pairs[tokens[Int(position)], tokens[Int(next[Int(position)])]].rank
    guard rank >= 0 else { return }
    var index = Int(queueOfRank[UInt64(rank)].rank)
    if index < 0 {
      index = queues.count
      queues.append(Queue())
      queueOfRank.set(UInt64(rank), rank: Int32(index), token: 0)
    }
    if queues[index].isEmpty { ranks.insert(rank) }
    queues[index].append(position)
  }
}

/// A binary heap, without duplicates, of the ranks that have candidates.
private struct RankHeap {
  private var heap: [Int32] = []
  private var members: Set<Int32> = []

  var lowest: Int32? { heap.first }

  mutating func insert(_ rank: Int32) {
    guard members.insert(rank).inserted else { return }
    heap.append(rank)
    var child = heap.count - 1
    while child > 0, heap[(child - 1) / 2] > heap[child] {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func removeLowest() {
    guard let rank = heap.first else { return }
    members.remove(rank)
    let last = heap.removeLast()
    guard !heap.isEmpty else { return }
    heap[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < heap.count && heap[child] < heap[least] {
        least = child
      }
      if least == parent { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
