/// Offsets added to the documents' similarities with clusters, so that each cluster's share of the
/// text is within bounds: prices, as in an auction.
///
/// A cluster that has too much pays with an offset below 0 until enough documents prefer others,
/// then one that has too little is paid until enough come. Lowering one cluster fills only others,
/// and raising one empties only others, so both end. Bounds hold up to the documents that are at
/// one place. Documents outside the sample are assigned with the same offsets.
/// Source: Bertsekas 1992, doi:10.1007/BF00247653; for clusters of text as in Gururangan et al.
/// 2023, arXiv:2303.14177, section 2.1.
struct Balance {
  private(set) var offsets: [Float]
  /// The cluster of each document.
  private(set) var assigned: [Int]

  private let scores: FloatRows
  /// The same by cluster, (clusters, documents).
  private let scoresOfCluster: FloatRows
  /// The similarity of each document with its cluster, and the offset.
  private var scoresNow: [Float]
  private let weights: [Double]
  private let total: Double
  private var masses: [Double]

  /// More than this an offset need not differ for documents to move.
  private static let step: Float = 1e-6

  /// - Parameters:
  ///   - scores: The similarity of each document with each cluster, (documents, clusters).
  ///   - weights: The text of each document.
  init(scores: FloatRows, weights: [Double], bounds: ShareBounds) {
    precondition(scores.rows == weights.count)
    (self.scores, self.weights, total) = (scores, weights, weights.reduce(0, +))
    offsets = Array(repeating: 0, count: scores.columns)
    masses = Array(repeating: 0, count: scores.columns)
    assigned = Array(repeating: 0, count: scores.rows)
    scoresOfCluster = scores.transposed
    scoresNow = Array(repeating: 0, count: scores.rows)
    for document in 0..<scores.rows {
      assigned[document] = best(of: document)
      scoresNow[document] = score(document, assigned[document])
      masses[assigned[document]] += weights[document]
    }
    // In a sample of few documents of very different sizes bounds may contradict each other; and
    // of hundreds of clusters the last few take most steps, as they outbid each other.
    let most = 100 * min(scores.columns, 10)
    for _ in 0..<most {
      let fullest = masses.indices.max { (masses[$0], $1) < (masses[$1], $0) } ?? 0
      guard masses[fullest] > bounds.most * total, lower(fullest, to: bounds.most * total) else {
        break
      }
    }
    for _ in 0..<most {
      let emptiest = masses.indices.min { (masses[$0], $0) < (masses[$1], $1) } ?? 0
      guard masses[emptiest] < bounds.least * total, raise(emptiest, to: bounds.least * total)
      else { break }
    }
  }

  /// The cluster of the greatest similarity with its offset; the first of equals.
  private func best(of document: Int, except: Int = -1) -> Int {
    var (best, score) = (-1, -Float.infinity)
    for cluster in offsets.indices where cluster != except {
      let sum = scores[document, cluster] + offsets[cluster]
      if sum > score { (best, score) = (cluster, sum) }
    }
    return best
  }

  private func score(_ document: Int, _ cluster: Int) -> Float {
    scores[document, cluster] + offsets[cluster]
  }

  /// Lowers a cluster's offset until it has at most `most`, but one document at least.
  ///
  /// - Returns: Whether any document left.
  private mutating func lower(_ cluster: Int, to most: Double) -> Bool {
    guard offsets.count > 1 else { return false }
    let members = assigned.indices.filter { assigned[$0] == cluster }
    let margins = members.map { score($0, best(of: $0, except: cluster)) - scoresNow[$0] }
    let threshold = lowest(of: margins, weights: members.map { weights[$0] }, exceeding: most)
    // The nearest document stays, however large it is.
    guard let nearest = margins.min(),
      let first = threshold.flatMap({ threshold in
        threshold > nearest ? threshold : margins.filter { $0 > nearest }.min()
      })
    else { return false }
    offsets[cluster] += first - Self.step
    var moved = false
    for (document, margin) in zip(members, margins) {
      let target = margin >= first ? best(of: document) : cluster
      if target != cluster {
        move(document, to: target)
        moved = true
      }
      scoresNow[document] = score(document, target)
    }
    return moved
  }

  /// Raises a cluster's offset until it has at least `least`.
  ///
  /// - Returns: Whether any document came.
  private mutating func raise(_ cluster: Int, to least: Double) -> Bool {
    let gaps = gaps(to: cluster)
    let near = nearest(gaps, exceeding: least - masses[cluster])
    guard
      let last = lowest(
        of: near.map { gaps[$0] }, weights: near.map { weights[$0] },
        exceeding: least - masses[cluster])
    else { return false }
    offsets[cluster] += last + Self.step
    for document in assigned.indices where assigned[document] == cluster {
      scoresNow[document] = score(document, cluster)
    }
    var moved = false
    for document in near where gaps[document] <= last {
      guard score(document, cluster) > scoresNow[document] else { continue }
      move(document, to: cluster)
      scoresNow[document] = score(document, cluster)
      moved = true
    }
    return moved
  }

  /// How much nearer each document is to its cluster than to another; infinity for those in it.
  private func gaps(to cluster: Int) -> [Float] {
    let offset = offsets[cluster]
    let row = scoresOfCluster.row(cluster)
    var gaps = [Float](repeating: .infinity, count: row.count)
    for document in gaps.indices where assigned[document] != cluster {
      gaps[document] = scoresNow[document] - (row[document] + offset)
    }
    return gaps
  }

  /// The documents of the lowest gaps, some more than those that weigh `mass`, in their order.
  ///
  /// A sample tells up to which gap; where it tells too little, it is all documents.
  private func nearest(_ gaps: [Float], exceeding mass: Double) -> [Int] {
    let sample = Array(stride(from: 0, to: gaps.count, by: 16))
    let bound = lowest(
      of: sample.map { gaps[$0] }, weights: sample.map { weights[$0] }, exceeding: mass / 8)
    if let bound, bound < .infinity {
      let near = gaps.indices.filter { gaps[$0] <= bound }
      if near.reduce(0, { $0 + weights[$1] }) > mass { return near }
    }
    return gaps.indices.filter { gaps[$0] < .infinity }
  }

  private mutating func move(_ document: Int, to cluster: Int) {
    masses[assigned[document]] -= weights[document]
    masses[cluster] += weights[document]
    assigned[document] = cluster
  }
}

/// The lowest value up to which the weights sum to more than `mass`; nil if all do not.
///
/// It takes time in proportion to the values, as quickselect does.
func lowest(of values: [Float], weights: [Double], exceeding mass: Double) -> Float? {
  guard weights.reduce(0, +) > mass else { return nil }
  var (values, weights) = (values, weights)
  // What lies below `low` weighs `before`, and what is looked for lies below `high`.
  var (low, high, before) = (0, values.count, 0.0)
  while true {
    let (a, b, c) = (values[low], values[(low + high) / 2], values[high - 1])
    let pivot = max(min(a, b), min(max(a, b), c))
    var (next, less, more) = (low, low, high)
    var (lighter, equal) = (0.0, 0.0)
    while next < more {
      let value = values[next]
      if value > pivot {
        more -= 1
        values.swapAt(next, more)
        weights.swapAt(next, more)
      } else if value < pivot {
        lighter += weights[next]
        values.swapAt(next, less)
        weights.swapAt(next, less)
        (next, less) = (next + 1, less + 1)
      } else {
        equal += weights[next]
        next += 1
      }
    }
    if before + lighter > mass {
      high = less
    } else if before + lighter + equal > mass || more == high {
      return pivot
    } else {
      (low, before) = (more, before + lighter + equal)
    }
  }
}
