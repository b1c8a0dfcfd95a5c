import Glibc
import Parallel
@testable import Regression
import TestSupport
import Testing

/// Runs of several mixtures on four sets, each with repeats of normal noise, of one standard
/// deviation for all sets of a mixture.
private func repeated(_ deviations: [Double], times: Int, seed: UInt64) -> RegressionData {
  var random = RandomStream(seed: seed, purpose: "repeats of sets")
  var (weights, losses): ([[Double]], [[Double]]) = ([], [])
  for (mixture, deviation) in deviations.enumerated() {
    let share = Double(mixture + 1) / Double(deviations.count + 2)
    for _ in 0..<times {
      weights.append([share, 1 - share])
      losses.append(
        (1...4).map { set in
          let radius = (-2 * log(1 - random.unit())).squareRoot()
          // Every set has a noise of its own besides.
          return 3 + share + Double(set) * deviation * radius * cos(2 * .pi * random.unit())
        })
    }
  }
  return RegressionData(
    ids: losses.indices.map { "run-\($0)" }, domains: ["a", "b"], sets: ["s", "t", "u", "v"],
    weights: weights, losses: losses, objective: [1, 0, 0, 0])
}

struct NoiseRatioTests {
  private let published = [0.0016, 0.041, 0.003, 0.02, 0.008, 0.0016, 0.03, 0.01]

  @Test func `ratios are those of the noise that mixtures have in all sets`() throws {
    let mean = published.reduce(0) { $0 + $1 * $1 } / Double(published.count)
    var (drawn, one) = (0.0, 0.0)
    for seed in 0..<20 {
      let data = repeated(published, times: 2, seed: UInt64(seed))
      let ratios = try #require(data.noiseRatios)
      #expect(isClose(ratios.reduce(0, +), Double(data.count), 1e-9))
      for (row, ratio) in ratios.enumerated() {
        #expect(ratio == ratios[row - row % 2])
        let truth = log(published[row / 2] * published[row / 2] / mean)
        drawn += pow(log(ratio) - truth, 2)
        one += truth * truth
      }
    }
    #expect(drawn < 0.2 * one)
  }

  @Test func `equal noise has ratios near 1, or none`() {
    let spreads = (0..<50).map { seed in
      let ratios = repeated([Double](repeating: 0.02, count: 8), times: 2, seed: UInt64(seed))
        .noiseRatios
      return ratios.map { ($0.max() ?? 1) / ($0.min() ?? 1) } ?? 1
    }
    // Of one degree of freedom, the largest of eight variances is a hundred times the least.
    #expect(spreads.sorted()[40] < 2)
  }

  @Test func `a mixture of one run has the mean noise`() throws {
    var data = repeated(published, times: 3, seed: 4)
    data.ids.append("alone")
    data.weights.append([0.99, 0.01])
    data.losses.append([3, 3, 3, 3])
    #expect(try #require(data.noiseRatios).last == 1)
  }

  @Test func `one repeated mixture, copies of a run, and sets without losses tell nothing`() throws
  {
    #expect(repeated([0.02], times: 4, seed: 1).noiseRatios == nil)
    #expect(repeated([0.02, 0.01], times: 1, seed: 1).noiseRatios == nil)
    var data = repeated(published, times: 2, seed: 2)
    let whole = try #require(data.noiseRatios)
    for row in data.losses.indices { data.losses[row][3] = .nan }
    let part = try #require(data.noiseRatios)
    #expect(part != whole && part.allSatisfy { $0 > 0 })
    data.losses[1] = data.losses[0]
    let copied = try #require(data.noiseRatios)
    #expect(copied[0] == 1 && copied[2] != 1)
  }
}

extension GaussianProcessTests {
  @Test(arguments: [Coupling.separate, .shared])
  func `two runs of twice the noise are worth one`(coupling: Coupling) throws {
    var once = GaussianProcessSample(runs: 9, coupling: coupling)
    let x = try once.objective().start.enumerated().map { $1 + 0.1 * sin(Double($0)) }
    var twice = once
    twice.features.append(once.features[0])
    twice.targets.append(once.targets[0].map { $0 - 0.05 })
    twice.targets[0] = once.targets[0].map { $0 + 0.05 }
    twice.settings.noiseRatios = [2] + [Double](repeating: 1, count: 8) + [2]
    // Standards differ between the two; hyper-parameters count in units of them.
    once.settings.noiseRatios = nil
    let pool = WorkerPool(threads: 1)
    func state(_ sample: GaussianProcessSample) throws -> GaussianProcess.State {
      let state = try sample.objective().state(x)
      let losses = sample.targets.map { row in
        row.map { loss in loss as Double? }
      }
      return GaussianProcess.State(
        features: state.features, losses: losses, warp: try once.objective().state(x).warp,
        processes: state.processes, shared: state.shared, correlation: 0,
        standards: state.standards.map { _ in .init([-1, 1]) }, noiseRatios: state.noiseRatios)
    }
    let (one, two) = (
      try GaussianProcess(state: state(once), pool: pool),
      try GaussianProcess(state: state(twice), pool: pool)
    )
    for point in randomMatrix(3, 3, seed: 29) {
      for (a, b) in zip(one.means(point), two.means(point)) { #expect(isClose(a, b, 1e-9)) }
      let (a, b) = (one.variance(point, of: [1, 2, 1]), two.variance(point, of: [1, 2, 1]))
      #expect(isClose(a.latent, b.latent, 1e-9) && a.noise == b.noise)
    }
  }
}
