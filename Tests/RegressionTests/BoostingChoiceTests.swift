import Foundation
import Parallel
import Regression
import Testing

struct BoostingChoiceTests {
  private let x = randomMatrix(40, 4, seed: 1)
  /// Two smooth functions of the features, each with a little noise; (targets, runs).
  private var y: [[Double]] {
    let noise = randomMatrix(2, 40, seed: 2)
    return [
      x.indices.map { exp(x[$0][0]) + x[$0][1] * x[$0][1] + 0.05 * noise[0][$0] },
      x.indices.map { x[$0][2] * x[$0][3] - x[$0][0] + 0.05 * noise[1][$0] },
    ]
  }

  @Test func `every number of threads chooses and fits the same bytes`() throws {
    let results = try [1, 2, 3].map { threads in
      let pool = WorkerPool(threads: threads)
      let choice = BoostingChoice(features: x, targets: y, seed: 5, pool: pool)
      let models = BoostedTrees.fit(
        features: x, targets: y, settings: choice.settings, seed: 5, pool: pool)
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      return (choice, try encoder.encode(models))
    }
    #expect(results[1] == results[0] && results[2] == results[0])
    let other = BoostingChoice(features: x, targets: y, seed: 6, pool: WorkerPool(threads: 1))
    #expect(other.meanSquaredErrors != results[0].0.meanSquaredErrors)
  }

  @Test func `repeats of a mixture do not tell each other's losses`() {
    // Twice the same: whoever sees one of the two knows the other, and nothing else can be known.
    let noise = randomMatrix(1, 20, seed: 9)[0]
    let rows = Array(x.prefix(20))
    let choice = BoostingChoice(
      features: rows + rows, targets: [noise + noise], seed: 1, pool: WorkerPool(threads: 1))
    let mean = noise.reduce(0, +) / 20
    let variance = noise.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20
    #expect(choice.meanSquaredErrors[0] > 0.7 * variance)
  }

  @Test func `errors are those of refitting without each run`() {
    var settings = BoostedTrees.Settings.candidates[2]
    settings.share = 1
    settings.drawsThresholds = false
    let choice = BoostingChoice(
      features: x, targets: y, candidates: [settings], folds: 40, seed: 1,
      pool: WorkerPool(threads: 1))
    #expect(choice.settings.rounds > 10)
    for (target, error) in zip(y, choice.meanSquaredErrors) {
      let squares = x.indices.map { run in
        let others = x.indices.filter { $0 != run }
        let model = BoostedTrees(
          features: others.map { x[$0] }, targets: others.map { target[$0] },
          settings: choice.settings, seed: 1)
        return (model.predict(x[run]) - target[run]) * (model.predict(x[run]) - target[run])
      }
      #expect(abs(squares.reduce(0, +) / 40 - error) < 1e-6)
    }
  }

  @Test func `depth is chosen where targets need it, and not elsewhere`() {
    let x = randomMatrix(200, 2, seed: 3)
    let pool = WorkerPool(threads: 1)
    func depth(_ target: [Double]) -> Int {
      let candidates = [1, 3].map { depth in
        var settings = BoostedTrees.Settings()
        (settings.depth, settings.minimumLeaf) = (depth, 5)
        return settings
      }
      return BoostingChoice(
        features: x, targets: [target], candidates: candidates, seed: 1, pool: pool
      ).settings.depth
    }
    let noise = randomMatrix(1, 200, seed: 4)[0]
    #expect(depth(x.map { $0[0] * $0[1] > 0 ? 1 : -1 }) == 3)
    #expect(depth(x.indices.map { (x[$0][0] > 0 ? 1 : 0) + x[$0][1] + 0.5 * noise[$0] }) == 1)
  }

  @Test func `noise alone is worth few rounds, and constant targets decide nothing`() {
    let pool = WorkerPool(threads: 1)
    let noise = randomMatrix(1, 40, seed: 9)
    let choice = BoostingChoice(features: x, targets: noise, seed: 1, pool: pool)
    #expect(choice.settings.rounds < 20)
    let constant = x.map { _ in 2.0 }
    let with = BoostingChoice(features: x, targets: y + [constant], seed: 1, pool: pool)
    #expect(
      with.settings == BoostingChoice(features: x, targets: y, seed: 1, pool: pool).settings)
    #expect(with.meanSquaredErrors[2] == 0)
  }

  @Test func `runs that were not measured are left out of their target alone`() {
    var targets = y
    for run in 0..<10 { targets[1][run] = .nan }
    let choice = BoostingChoice(
      features: x, targets: targets, seed: 1, pool: WorkerPool(threads: 1))
    #expect(choice.meanSquaredErrors.allSatisfy { $0.isFinite && $0 > 0 })
    let sole = BoostingChoice(
      features: x, targets: [y[0]], candidates: [choice.settings], seed: 1,
      pool: WorkerPool(threads: 1))
    #expect(sole.meanSquaredErrors[0] <= choice.meanSquaredErrors[0])
  }
}
