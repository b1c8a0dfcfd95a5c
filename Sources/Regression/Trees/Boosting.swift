import Parallel

extension BoostedTrees {
  /// The settings of boosting.
  package struct Settings: Codable, Equatable, Sendable {
    /// The number of trees.
    package var rounds = 240
    /// The factor that every leaf is multiplied by.
    package var shrinkage = 0.05
    /// The most splits between a root and a leaf.
    package var depth = 3
    /// The most leaves of a tree; where it binds, the leaf that gains most is split next.
    package var leaves = Int.max
    /// The fewest runs of a leaf.
    package var minimumLeaf = 1
    /// The number added to the number of runs wherever residuals are averaged (L2 regularisation of
    /// leaves).
    package var penalty = 0.0
    /// The share of the runs that each tree is grown on, drawn anew without replacement.
    ///
    /// Source: Friedman 2002, doi:10.1016/S0167-9473(01)00065-2.
    package var share = 1.0
    /// Whether thresholds are drawn between the neighbouring values instead of taken in their
    /// middle, which makes the sum of many trees smoother.
    package var drawsThresholds = false

    package init() {}
  }

  /// Fits one target.
  ///
  /// - Parameters:
  ///   - features: the features, (runs, features), all finite.
  ///   - targets: the target of each run, NaN where it was not measured; at least one was.
  package init(features: [[Double]], targets: [Double], settings: Settings, seed: UInt64) {
    self.init(SortedColumns(features), targets, settings, seed: seed)
  }

  init(_ columns: SortedColumns, _ targets: [Double], _ settings: Settings, seed: UInt64) {
    var boosting = Boosting(
      columns, targets, training: targets.map { !$0.isNaN }, settings, seed: seed)
    self.init(bias: boosting.bias)
    for _ in 0..<settings.rounds { append(boosting.next()) }
  }
}

/// Boosting in progress, with what the trees so far leave to be explained.
struct Boosting {
  let bias: Double
  /// The residual of every run, also of those not trained on; NaN where the target is.
  private(set) var residuals: [Double]
  private let columns: SortedColumns
  private let settings: BoostedTrees.Settings
  /// The runs trained on, by index in `members` and as 1 among 0 in `training`.
  private let members: [Int]
  private let training: [UInt8]
  private let rounding: Double
  private var grower: TreeGrower
  private var random: RandomStream

  /// Starts with the mean of the runs trained on.
  ///
  /// - Parameter training: whether each run is trained on; at least one is, and none without a
  ///   target.
  init(
    _ columns: SortedColumns, _ targets: [Double], training: [Bool],
    _ settings: BoostedTrees.Settings, seed: UInt64
  ) {
    precondition(targets.count == columns.runs && training.count == columns.runs)
    precondition(settings.minimumLeaf >= 1 && settings.share > 0 && settings.penalty >= 0)
    let members = training.indices.filter { training[$0] }
    precondition(!members.isEmpty && members.allSatisfy { targets[$0].isFinite })
    let bias = members.reduce(0) { $0 + targets[$1] } / Double(members.count)
    let largest = members.reduce(0) { max($0, abs(targets[$1] - bias)) }
    let rounding = Self.rounding(largest: largest, count: columns.runs)
    (self.columns, self.settings, self.bias, self.members) = (columns, settings, bias, members)
    (self.training, self.rounding) = (training.map { $0 ? 1 : 0 }, rounding)
    residuals = targets.map { ($0 - bias + rounding) - rounding }
    grower = TreeGrower(
      columns, settings, random: RandomStream(seed: seed, purpose: "boosting thresholds"))
    random = RandomStream(seed: seed, purpose: "boosting runs")
  }

  /// A number that rounds what is added to it to multiples of one power of two.
  ///
  /// It is so large that sums of `count` residuals are exact in any order, even when residuals have
  /// grown to four times the `largest`: its last bit is 2⁻⁵² of a bound of such sums.
  private static func rounding(largest: Double, count: Int) -> Double {
    let bound = 8 * largest * Double(count)
    return bound > 0 ? 1.5 * bound.binade : 0
  }

  /// Grows one more tree and subtracts it from the residuals.
  mutating func next() -> GrownTree {
    let tree = grower.grow(residuals, bag: bag())
    for run in residuals.indices {
      let first = run * columns.features
      var node = tree.nodes[0]
      while node.feature >= 0 {
        let isLeft = columns.rows[first + node.feature] < node.value
        node = tree.nodes[isLeft ? node.left : node.left + 1]
      }
      residuals[run] = (residuals[run] - Double(node.value) + rounding) - rounding
    }
    return tree
  }

  /// Draws the runs of the next tree, as 1 among 0.
  private mutating func bag() -> [UInt8] {
    guard settings.share < 1 else { return training }
    var bag = training
    let kept = max(1, Int((settings.share * Double(members.count)).rounded()))
    for place in random.permutation(members.count)[kept...] { bag[members[place]] = 0 }
    return bag
  }
}
