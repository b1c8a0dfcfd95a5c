/// Gradient boosting of regression trees for squared loss: a bias plus one leaf of every tree.
///
/// Features are compared in single precision, here as in fitting.
/// Source: Friedman 2001, doi:10.1214/aos/1013203451, algorithm 2.
package struct BoostedTrees: Codable, Equatable, Sendable {
  /// The mean of the targets.
  package let bias: Double
  /// The feature that each node compares, or −1 at a leaf; tree after tree, each in pre-order.
  package private(set) var features: [Int] = []
  /// The threshold of each node, or what a leaf adds.
  package private(set) var values: [Float] = []
  /// The distance from each node to its right child, where x goes that is not below the threshold
  /// (the left child is the next node); from a leaf, the distance to the next tree.
  package private(set) var steps: [Int] = []

  init(bias: Double) { self.bias = bias }

  /// Predicts one target.
  ///
  /// - Parameter x: the features, at least `featureCount` of them.
  package func predict(_ x: [Double]) -> Double {
    var (node, sum) = (0, bias)
    while node < features.count {
      if features[node] < 0 {
        sum += Double(values[node])
        node += steps[node]
      } else {
        node += Float(x[features[node]]) < values[node] ? 1 : steps[node]
      }
    }
    return sum
  }

  /// The number of features that have to be given: one more than the last that is compared.
  package var featureCount: Int { (features.max() ?? -1) + 1 }

  package var treeCount: Int {
    var (node, count) = (0, 0)
    while node < features.count {  // by right children to one leaf of each tree
      count += features[node] < 0 ? 1 : 0
      node += steps[node]
    }
    return count
  }

  /// Appends `tree`, unless it is only a root.
  mutating func append(_ tree: GrownTree) {
    guard tree.nodes.count > 1 else { return }
    append(tree, 0, end: features.count + tree.nodes.count)
  }

  private mutating func append(_ tree: GrownTree, _ index: Int, end: Int) {
    let (node, place) = (tree.nodes[index], features.count)
    features.append(node.feature)
    values.append(node.value)
    steps.append(end - place)
    if node.feature >= 0 {
      append(tree, node.left, end: end)
      steps[place] = features.count - place
      append(tree, node.left + 1, end: end)
    }
  }
}

extension BoostedTrees {
  private enum CodingKeys: String, CodingKey { case bias, features, values, steps }

  /// Reads the nodes.
  ///
  /// - Throws: `DecodingError` where following the nodes would not end at the last one.
  package init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    bias = try fields.decode(Double.self, forKey: .bias)
    features = try fields.decode([Int].self, forKey: .features)
    values = try fields.decode([Float].self, forKey: .values)
    steps = try fields.decode([Int].self, forKey: .steps)
    let count = features.count
    let isSound =
      values.count == count && steps.count == count
      && steps.indices.allSatisfy { node in
        features[node] < 0
          ? (1...count - node).contains(steps[node])
          : steps[node] > 1 && steps[node] < count - node && features[node] < 1 << 32
      }
    if !isSound {
      throw DecodingError.dataCorruptedError(
        forKey: .steps, in: fields, debugDescription: "the nodes make no trees")
    }
  }
}

/// A tree as it grows, in which siblings follow each other, wherever their parent is.
struct GrownTree {
  struct Node {
    /// The feature compared, or −1 at a leaf.
    var feature = -1
    /// The threshold, or what a leaf adds.
    var value: Float = 0
    /// The left child, for x below the threshold; the right one comes after it.
    var left = 0
  }
  /// The nodes, of which the first is the root.
  var nodes = [Node()]

  /// Makes a leaf a split, and returns its left child.
  mutating func split(_ node: Int, feature: Int, threshold: Float) -> Int {
    nodes[node] = Node(feature: feature, value: threshold, left: nodes.count)
    nodes.append(Node())
    nodes.append(Node())
    return nodes.count - 2
  }
}
