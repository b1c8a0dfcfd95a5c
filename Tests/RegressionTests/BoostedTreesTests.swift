import Foundation
import Regression
import Storage
import TestSupport
import Testing

/// Settings without anything random in them.
private func exact(
  rounds: Int = 1, shrinkage: Double = 1, depth: Int, minimumLeaf: Int = 1, penalty: Double = 0
) -> BoostedTrees.Settings {
  var settings = BoostedTrees.Settings()
  (settings.rounds, settings.shrinkage, settings.depth) = (rounds, shrinkage, depth)
  (settings.minimumLeaf, settings.penalty) = (minimumLeaf, penalty)
  return settings
}

private func fit(
  _ x: [[Double]], _ y: [Double], _ settings: BoostedTrees.Settings
) -> BoostedTrees {
  BoostedTrees(features: x, targets: y, settings: settings, seed: 1)
}

/// A smooth target with interactions, of columns of three different distributions.
private func smoothTable(_ runs: Int, seed: UInt64 = 1) -> (x: [[Double]], y: [Double]) {
  let x = randomMatrix(runs, 4, seed: seed).map { [$0[0], exp($0[1]), $0[2] * $0[2], $0[3]] }
  return (x, x.map { exp(-$0[0]) + $0[1] * $0[2] + 0.1 * sin(9 * $0[3]) })
}

struct BoostedTreesTests {
  @Test func `a stump splits where the squares fall most`() {
    // Parts {1 2} and {8 9 10}: means 1.5 and 9, of 6 in all.
    let model = fit([[0], [1], [3], [4], [7]], [1, 2, 8, 9, 10], exact(depth: 1))
    #expect(model.bias == 6 && model.treeCount == 1 && model.featureCount == 1)
    #expect(model.features == [0, -1, -1] && model.values == [2, -4.5, 3])
    #expect(model.steps == [2, 2, 1])
    #expect(model.predict([1.99]) == 1.5 && model.predict([2]) == 9)
  }

  @Test func `a tree of depth two finds an interaction`() {
    // y = 8 where a > 0, 4 more if b > 0 too: splits by a first, then only the right side by b.
    let x: [[Double]] = [[0, 0], [0, 1], [1, 0], [1, 1]]
    let model = fit(x, [0, 0, 8, 12], exact(depth: 2))
    #expect(model.bias == 5)
    #expect(model.features == [0, -1, 1, -1, -1] && model.values == [0.5, -5, 0.5, 3, 7])
    #expect(x.map(model.predict) == [0, 0, 8, 12])
  }

  @Test func `penalty, shrinkage, smallest and number of leaves act as they say`() {
    let (x, y): ([[Double]], [Double]) = ([[0], [1], [3], [4], [7]], [1, 2, 8, 9, 10])
    // Sums of residuals −9 and 9 over 2 + 1 and 3 + 1, halved.
    #expect(
      fit(x, y, exact(shrinkage: 0.5, depth: 1, penalty: 1)).values == [2, -1.5, 1.125])
    #expect(fit(x, y, exact(depth: 9, minimumLeaf: 3)).treeCount == 0)
    #expect(fit(x, y, exact(depth: 9, minimumLeaf: 2)).features == [0, -1, -1])
    var settings = exact(depth: 9)
    settings.leaves = 3  // {1 2} would gain 0.5, {8 9 10} gains 1.5
    #expect(fit(x, y, settings).values == [2, -4.5, 3.5, 2, 3.5])
  }

  @Test(arguments: [1, 2, 3, 5], [1, 3])
  func `splits are those of a search over all features and thresholds`(
    depth: Int, minimumLeaf: Int
  ) {
    for seed in 0..<10 {
      // Values in steps of a quarter make ties.
      let x = randomMatrix(40, 3, seed: UInt64(seed)).map { $0.map { (4 * $0).rounded() / 4 } }
      let y = randomMatrix(40, 1, seed: UInt64(100 + seed)).map { $0[0] }
      let model = fit(x, y, exact(depth: depth, minimumLeaf: minimumLeaf, penalty: 0.5))
      let mean = y.reduce(0, +) / 40
      let tree = ReferenceTree(
        x, y.map { $0 - mean }, Array(0..<40), depth: depth, minimumLeaf: minimumLeaf, penalty: 0.5)
      for row in x + randomMatrix(40, 3, seed: 7) {
        #expect(abs(model.predict(row) - mean - tree.predict(row)) < 1e-6)
      }
    }
  }

  @Test func `trees deep enough learn the runs they see exactly, to rounding`() {
    let (x, y) = smoothTable(30)
    let model = fit(x, y, exact(rounds: 20, depth: 40))
    for (row, value) in zip(x, y) { #expect(abs(model.predict(row) - value) < 1e-9) }
  }

  @Test func `nothing is split on a constant column, and nothing at all without others`() {
    let (x, y) = smoothTable(40)
    let padded = x.map { [3.5] + $0 + [-1] }
    let model = fit(padded, y, BoostedTrees.Settings.candidates[0])
    #expect(Set(model.features) == [-1, 1, 2, 3, 4])
    let plain = fit(x, y, BoostedTrees.Settings.candidates[0])
    #expect(zip(padded, x).allSatisfy { model.predict($0) == plain.predict($1) })
    let constant = fit(x.map { _ in [3.5, -1] }, y, BoostedTrees.Settings.candidates[0])
    #expect(constant.treeCount == 0 && constant.predict([0, 0]) == constant.bias)
    #expect(fit(x, y.map { _ in 2 }, BoostedTrees.Settings.candidates[0]).treeCount == 0)
  }

  @Test func `adding a constant to the targets shifts predictions by it`() {
    let (x, y) = smoothTable(60)
    for settings in BoostedTrees.Settings.candidates {
      let (a, b) = (fit(x, y, settings), fit(x, y.map { $0 + 3 }, settings))
      for row in x { #expect(abs(a.predict(row) + 3 - b.predict(row)) < 1e-5) }
    }
  }

  @Test func `permuting features permutes nothing else where no gains are equal`() {
    let (x, y) = smoothTable(80)
    var settings = BoostedTrees.Settings.candidates[1]
    settings.minimumLeaf = 6  // parts this large do not agree between columns
    let order = [2, 0, 3, 1]
    let permuted = x.map { row in order.map { row[$0] } }
    let (a, b) = (fit(x, y, settings), fit(permuted, y, settings))
    #expect(a.features != b.features && a.values == b.values && a.steps == b.steps)
    #expect(zip(x, permuted).allSatisfy { a.predict($0) == b.predict($1) })
  }

  @Test func `of equal gains the first feature and the lowest threshold count`() {
    let model = fit([[0, 0], [1, 1], [2, 2]], [0, 1, 2], exact(depth: 1))
    #expect(model.features == [0, -1, -1] && model.values[0] == 0.5)
  }

  @Test func `runs without a target count as if they were not there`() {
    let (x, y) = smoothTable(40)
    let missing = y.indices.map { $0 % 3 == 0 ? .nan : y[$0] }
    let present = y.indices.filter { $0 % 3 != 0 }
    for settings in BoostedTrees.Settings.candidates {
      let (a, b) = (
        fit(x, missing, settings), fit(present.map { x[$0] }, present.map { y[$0] }, settings)
      )
      for row in x { #expect(abs(a.predict(row) - b.predict(row)) < 1e-6) }
    }
  }

  @Test func `a model reads back from JSON as it was, and nonsense is refused`() throws {
    let (x, y) = smoothTable(40)
    let model = fit(x, y, BoostedTrees.Settings.candidates[2])
    let data = try JSONEncoder().encode(model)
    #expect(try JSONDecoder().decode(BoostedTrees.self, from: data) == model)
    for (features, values, steps) in [
      ("[0,-1,-1]", "[2,1,3]", "[2,2]"), ("[0,-1,-1]", "[2,1,3]", "[2,0,1]"),
      ("[0,-1,-1]", "[2,1,3]", "[3,2,1]"), ("[0,-1,-1]", "[2,1,3]", "[1,2,1]"),
      ("[0,-1,-1]", "[2,1,3]", "[2,3,1]"), ("[-1,0]", "[1,2]", "[1,1]"),
    ] {
      let text = #"{"bias":1,"features":\#(features),"values":\#(values),"steps":\#(steps)}"#
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode(BoostedTrees.self, from: Data(text.utf8))
      }
    }
  }

  /// Made by XGBoost, see Golden/make_boosting.py.
  @Test func `predictions are those of XGBoost's exact method`() throws {
    struct Golden: Decodable {
      struct Case: Decodable {
        var depth: Int
        var minimumLeaf: Int
        var penalty: Double
        var predictions: [Double]
      }
      var rounds: Int
      var shrinkage: Double
      var features: [[Double]]
      var targets: [Double]
      var cases: [Case]
    }
    let golden = try JSON.decode(
      Golden.self, file: Repository.file("Tests/RegressionTests/Golden/boosting.json"))
    #expect(golden.cases.count == 4)
    for known in golden.cases {
      let model = fit(
        golden.features, golden.targets,
        exact(
          rounds: golden.rounds, shrinkage: golden.shrinkage, depth: known.depth,
          minimumLeaf: known.minimumLeaf, penalty: known.penalty))
      for (row, expected) in zip(golden.features, known.predictions) {
        #expect(abs(model.predict(row) - expected) < 2e-6, "depth \(known.depth)")
      }
    }
  }
}

/// A regression tree by the definition: every split of every feature is tried, sums made anew.
private indirect enum ReferenceTree {
  case leaf(Double)
  case split(feature: Int, threshold: Double, below: ReferenceTree, other: ReferenceTree)

  init(
    _ x: [[Double]], _ y: [Double], _ rows: [Int], depth: Int, minimumLeaf: Int, penalty: Double
  ) {
    func score(_ part: [Int]) -> Double {
      let sum = part.reduce(0) { $0 + y[$1] }
      return sum * sum / (Double(part.count) + penalty)
    }
    var best = (gain: 1e-9, feature: -1, threshold: 0.0)
    for feature in x[0].indices {
      let values = Set(rows.map { x[$0][feature] }).sorted()
      for (low, high) in zip(values, values.dropFirst()) {
        let (below, other) = (
          rows.filter { x[$0][feature] <= low }, rows.filter { x[$0][feature] >= high }
        )
        let gain = score(below) + score(other) - score(rows)
        if min(below.count, other.count) >= minimumLeaf && gain > best.gain + 1e-9 {
          best = (gain, feature, (low + high) / 2)
        }
      }
    }
    guard depth > 0, best.feature >= 0 else {
      self = .leaf(rows.reduce(0) { $0 + y[$1] } / (Double(rows.count) + penalty))
      return
    }
    func child(_ rows: [Int]) -> ReferenceTree {
      ReferenceTree(x, y, rows, depth: depth - 1, minimumLeaf: minimumLeaf, penalty: penalty)
    }
    self = .split(
      feature: best.feature, threshold: best.threshold,
      below: child(rows.filter { x[$0][best.feature] < best.threshold }),
      other: child(rows.filter { x[$0][best.feature] >= best.threshold }))
  }

  func predict(_ x: [Double]) -> Double {
    switch self {
    case .leaf(let value): value
    case .split(let feature, let threshold, let below, let other):
      x[feature] < threshold ? below.predict(x) : other.predict(x)
    }
  }
}
