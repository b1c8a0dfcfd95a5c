import Parallel

/// A grower of regression trees by exact greedy splits, the leaf that gains most first.
///
/// With S the sum of n residuals, a split gains S_l²/(n_l + penalty) + S_r²/(n_r + penalty) −
/// S²/(n + penalty). Of equal gains the first feature counts, then the lowest threshold; of equal
/// leaves, the one made first. Sums of residuals have to be exact (`Boosting` sees to it): then a
/// division into the same parts gains the same by whichever feature.
/// Source: Chen, Guestrin 2016, arXiv:1603.02754, equation 7 and algorithm 1.
struct TreeGrower {
  private let columns: SortedColumns
  private let settings: BoostedTrees.Settings
  /// The entries, (features, runs); in each row, the runs that the tree is grown on come first,
  /// side by side by leaf.
  private var entries: [SortedColumns.Entry]
  /// The entries that `partition` takes out of a column, and the mark it goes by: 1 for runs that
  /// go left.
  private var spare: [SortedColumns.Entry]
  private var goesLeft: [UInt8]
  /// The values 1/(count + penalty), by count.
  private let reciprocals: [Double]
  /// The random stream of thresholds.
  private var random: RandomStream

  init(_ columns: SortedColumns, _ settings: BoostedTrees.Settings, random: RandomStream) {
    (self.columns, self.settings, self.random) = (columns, settings, random)
    entries = columns.entries
    spare = Array(columns.entries.prefix(columns.runs))
    goesLeft = Array(repeating: 0, count: columns.runs)
    reciprocals = (0...columns.runs).map { 1 / (Double($0) + settings.penalty) }
  }

  private struct Leaf {
    var node: Int
    var depth: Int
    /// The places of the leaf's runs in every column of `entries`.
    var range: Range<Int>
    var sum: Double
    var split: Split?
    var gain: Double { split?.gain ?? 0 }
  }

  private struct Split {
    var feature: Int
    var threshold: Float
    /// The number of runs that go left, and the sum of their residuals.
    var count: Int
    var sum: Double
    var gain: Double
  }

  /// Grows a tree on the runs in `bag`; it is only a root, of value 0, where nothing can be gained.
  mutating func grow(_ residuals: [Double], bag: [UInt8]) -> GrownTree {
    var tree = GrownTree()
    let count = fill(bag)
    let sum = residuals.indices.reduce(0) { bag[$1] > 0 ? $0 + residuals[$1] : $0 }
    var leaves = [Leaf(node: 0, depth: 0, range: 0..<count, sum: sum)]
    leaves[0].split = bestSplit(leaves[0], residuals)
    while leaves.count < settings.leaves {
      let best = leaves.indices.reduce(0) { leaves[$1].gain > leaves[$0].gain ? $1 : $0 }
      guard let split = leaves[best].split else { break }
      let node = tree.split(
        leaves[best].node, feature: split.feature, threshold: split.threshold)
      var (left, right) = parts(of: leaves[best], by: split, node: node)
      if leaves.count + 1 < settings.leaves && (canSplit(left) || canSplit(right)) {
        partition(leaves[best].range, split)
        left.split = bestSplit(left, residuals)
        right.split = bestSplit(right, residuals)
      }
      leaves[best] = left
      leaves.append(right)
    }
    for leaf in leaves where leaves.count > 1 {
      let mean = leaf.sum * reciprocals[leaf.range.count]
      tree.nodes[leaf.node].value = Float(settings.shrinkage * mean)
    }
    return tree
  }

  private func parts(of leaf: Leaf, by split: Split, node: Int) -> (left: Leaf, right: Leaf) {
    let (range, depth) = (leaf.range, leaf.depth + 1)
    let middle = range.lowerBound + split.count
    return (
      Leaf(node: node, depth: depth, range: range.lowerBound..<middle, sum: split.sum),
      Leaf(
        node: node + 1, depth: depth, range: middle..<range.upperBound,
        sum: leaf.sum - split.sum)
    )
  }

  private func canSplit(_ leaf: Leaf) -> Bool {
    leaf.depth < settings.depth && leaf.range.count >= 2 * settings.minimumLeaf
  }

  private mutating func bestSplit(_ leaf: Leaf, _ residuals: [Double]) -> Split? {
    guard canSplit(leaf) else { return nil }
    // What is not more than rounding is no gain.
    let unsplit = leaf.sum * leaf.sum * reciprocals[leaf.range.count] * (1 + 1e-12)
    var best = Split(feature: -1, threshold: 0, count: 0, sum: 0, gain: unsplit)
    for feature in 0..<columns.features { search(feature, leaf, residuals, &best) }
    if best.feature < 0 { return nil }
    best.gain -= unsplit
    let after = best.feature * columns.runs + leaf.range.lowerBound + best.count
    let (low, high) = (entries[after - 1].value, entries[after].value)
    let threshold =
      settings.drawsThresholds ? low + (high - low) * Float(random.unit()) : (low + high) * 0.5
    best.threshold = threshold > low && threshold <= high ? threshold : high
    return best
  }

  /// Replaces `best` where a split by `feature` has a larger sum of the first two terms of the
  /// gain.
  private func search(
    _ feature: Int, _ leaf: Leaf, _ residuals: [Double], _ best: inout Split
  ) {
    let (first, count) = (feature * columns.runs + leaf.range.lowerBound, leaf.range.count)
    let (total, fewest) = (leaf.sum, settings.minimumLeaf)
    unsafe entries.withUnsafeBufferPointer { entries in
      unsafe residuals.withUnsafeBufferPointer { residuals in
        unsafe reciprocals.withUnsafeBufferPointer { reciprocals in
          var (sum, most) = (0.0, best.gain)
          for left in 1...count - fewest {
            let entry = unsafe entries[first + left - 1]
            sum += unsafe residuals[Int(entry.run)]
            let rest = total - sum
            let gain =
              unsafe sum * sum * reciprocals[left] + rest * rest * reciprocals[count - left]
            guard gain > most, left >= fewest, unsafe entry.value < entries[first + left].value
            else { continue }
            most = gain
            best = Split(feature: feature, threshold: 0, count: left, sum: sum, gain: gain)
          }
        }
      }
    }
  }
}

/// Movement of entries: every loop writes each entry and moves on by 0 or 1, since no branch on
/// where a run goes could be predicted.
extension TreeGrower {
  /// Copies the entries of the runs in `bag`, and returns the number of runs.
  private mutating func fill(_ bag: [UInt8]) -> Int {
    let runs = columns.runs
    var count = 0
    unsafe columns.entries.withUnsafeBufferPointer { all in
      unsafe entries.withUnsafeMutableBufferPointer { entries in
        unsafe bag.withUnsafeBufferPointer { bag in
          for first in stride(from: 0, to: all.count, by: runs) {
            count = 0
            for i in first..<first + runs {
              let entry = unsafe all[i]
              unsafe entries[first + count] = entry
              count += unsafe Int(bag[Int(entry.run)])
            }
          }
        }
      }
    }
    return count
  }

  /// Puts the runs of a leaf that go left before the others in every column, both in order.
  private mutating func partition(_ range: Range<Int>, _ split: Split) {
    let (runs, own) = (columns.runs, split.feature * columns.runs)
    for i in range {
      goesLeft[Int(entries[own + i].run)] = i < range.lowerBound + split.count ? 1 : 0
    }
    unsafe entries.withUnsafeMutableBufferPointer { entries in
      unsafe spare.withUnsafeMutableBufferPointer { spare in
        unsafe goesLeft.withUnsafeBufferPointer { goesLeft in
          for first in stride(from: 0, to: entries.count, by: runs) where first != own {
            var (end, spared) = (first + range.lowerBound, 0)
            for i in end..<first + range.upperBound {
              let entry = unsafe entries[i]
              let left = unsafe Int(goesLeft[Int(entry.run)])
              unsafe entries[end] = entry
              unsafe spare[spared] = entry
              end += left
              spared += 1 - left
            }
            for i in 0..<spared { unsafe entries[end + i] = spare[i] }
          }
        }
      }
    }
  }
}
