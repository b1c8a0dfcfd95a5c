import Formats
import Foundation
import Mixtures
import Parallel
@testable import Regression
import Testing

/// Laws in weights and scale on runs of known ones.
struct ScaleLawTests {
  private static let target = ModelScale(parameters: 4e9, tokens: 1e11)

  /// A known joint law of two sets; with `moves` the best mixture depends on the size.
  static func loss(_ w: [Double], _ scale: ModelScale, set: Int, moves: Bool) -> Double {
    let (n, d) = (log(scale.parameters / 3e8), log(scale.tokens / 2e10))
    let slope = moves ? 1.5 : 0
    return 1.2 + 0.3 * Double(set)
      + exp(-0.6 - slope * w[set] - 0.31 * n) + exp(-1.1 - 0.28 * d)
      + exp(-0.4 - 3 * w[1 - set] + 0.2 * w[2])
  }

  /// Runs of `sizes`, with checkpoints, of the same mixtures; noise is relative.
  static func data(
    sizes: [Double], mixtures: Int = 24, checkpoints: Int = 4, noise: Double = 0,
    moves: Bool = true, target: ModelScale = target
  ) throws -> RegressionData {
    var random = RandomStream(seed: 3, purpose: "scale test")
    var runs: [ObservedRun] = []
    let weights = (0..<mixtures).map { _ in dirichlet([1.5, 1.5, 1.5], using: &random) }
    for size in sizes {
      for (index, w) in weights.enumerated() {
        let error = [0, 1].map { _ in noise * normal(using: &random) }
        for point in 1...checkpoints {
          let scale = ModelScale(
            parameters: size, tokens: 60 * size * Double(point) / Double(checkpoints))
          runs.append(
            ObservedRun(
              id: "m\(index)", mixture: try Mixture(["a": w[0], "b": w[1], "c": w[2]]),
              losses: [
                "a": .init(nats: loss(w, scale, set: 0, moves: moves) * (1 + error[0])),
                "b": .init(nats: loss(w, scale, set: 1, moves: moves) * (1 + error[1])),
              ], totalTokens: scale.tokens, parameters: Int(size)))
        }
      }
    }
    return try RegressionData.joining(
      runs: runs, target: target, objective: MeanObjective(name: "avg", meanOf: ["a", "b"])
    ).data
  }

  private func family(_ name: String) throws -> any ScaleFamily {
    let row = FamilyRegistry.scaleRows.first { $0.family.name == name }
    return try #require(row?.family as? any ScaleFamily)
  }

  @Test func `a joint law without noise is recovered, and what it says beyond its runs`() throws {
    let data = try Self.data(sizes: [1e8, 3e8, 9e8])
    let fit = try family("scale-joint").fit(data, pool: nil)
    var random = RandomStream(seed: 9, purpose: "unseen mixtures")
    for _ in 0..<20 {
      let w = dirichlet([1.5, 1.5, 1.5], using: &random)
      for (set, loss) in fit.predict(MixturePoint(weights: w)).enumerated() {
        let truth = Self.loss(w, Self.target, set: set, moves: true)
        #expect(abs(loss / truth - 1) < 0.01, "\(loss) of \(truth)")
      }
    }
  }

  @Test func `the gradient is that of finite differences`() throws {
    let data = try Self.data(sizes: [1e8, 3e8], mixtures: 6, noise: 0.02)
    let scales = try #require(data.scales)
    for form in [ScaleLaw.Form.level, .additive, .joint] {
      let problem = try ScaleLawProblem.all(data, scales, form: form)[0]
      var random = RandomStream(seed: 4, purpose: "gradient")
      let point = problem.start(floorShare: 0.5).map { $0 + 0.2 * (random.unit() - 0.5) }
      let gradient = problem.objective(point, noise: 0.05).gradient
      for place in point.indices {
        var (up, down) = (point, point)
        up[place] += 1e-5
        down[place] -= 1e-5
        let slope =
          (problem.objective(up, noise: 0.05).value - problem.objective(down, noise: 0.05).value)
          / 2e-5
        #expect(abs(slope - gradient[place]) < 1e-4 * (1 + abs(slope)), "\(form) \(place)")
      }
    }
  }

  @Test func `the expansion of a law is that of finite differences`() throws {
    let data = try Self.data(sizes: [1e8, 3e8])
    let fit = try family("scale-joint").fit(data, pool: nil)
    let (w, criterion) = ([0.3, 0.5, 0.2], [0.4, 0.6])
    func value(_ w: [Double]) -> Double {
      zip(criterion, fit.predict(MixturePoint(weights: w))).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let expansion = try #require(fit.expansion(at: MixturePoint(weights: w), of: criterion))
    for i in w.indices {
      var (up, down) = (w, w)
      up[i] += 1e-4
      down[i] -= 1e-4
      #expect(abs((value(up) - value(down)) / 2e-4 - expansion.gradient[i]) < 1e-6)
      #expect(
        abs((value(up) + value(down) - 2 * value(w)) / 1e-8 - expansion.curvature[i * 4]) < 1e-4)
    }
  }

  @Test func `what is written predicts what was fitted`() throws {
    let data = try Self.data(sizes: [1e8, 3e8], noise: 0.01)
    for row in FamilyRegistry.scaleRows {
      let fit = try row.family.fit(data, pool: nil)
      let read = try #require(
        fit.model.regressor(domains: data.domains, sets: data.sets, mdeSets: []))
      let point = data.point(3)
      for (a, b) in zip(fit.predict(point), read.predict(point)) {
        #expect(abs(a - b) < 1e-9, "\(row.family.name)")
      }
      let (a, b) = (
        try #require(fit.variance(at: point, of: [0.5, 0.5])),
        try #require(read.variance(at: point, of: [0.5, 0.5]))
      )
      #expect(abs(a.deviation - b.deviation) < 1e-9, "\(row.family.name)")
    }
  }

  @Test func `threads change no bit`() throws {
    let data = try Self.data(sizes: [1e8, 3e8], noise: 0.01)
    let pool = WorkerPool(threads: 3)
    for row in FamilyRegistry.scaleRows {
      let (one, many) = (try row.family.fit(data, pool: nil), try row.family.fit(data, pool: pool))
      #expect(one.predict(data.point(0)) == many.predict(data.point(0)), "\(row.family.name)")
    }
  }
}
