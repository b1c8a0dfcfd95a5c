import Glibc
import Parallel
@testable import Regression
import Testing

/// Runs of several mixtures, each with repeats of normal noise, of one standard deviation each.
private func repeated(_ deviations: [Double], times: Int, seed: UInt64) -> RegressionData {
  var random = RandomStream(seed: seed, purpose: "repeats")
  var (weights, losses): ([[Double]], [[Double]]) = ([], [])
  for (mixture, deviation) in deviations.enumerated() {
    let share = Double(mixture + 1) / Double(deviations.count + 2)
    for _ in 0..<times {
      let radius = (-2 * log(1 - random.unit())).squareRoot()
      weights.append([share, 1 - share])
      losses.append([3 + share + deviation * radius * cos(2 * .pi * random.unit())])
    }
  }
  return RegressionData(
    ids: losses.indices.map { "run-\($0)" }, domains: ["a", "b"], sets: ["s"], weights: weights,
    losses: losses, objective: [1])
}

struct MixtureNoiseTests {
  @Test func `equal noise is called unequal as often as the level says`() throws {
    let alarms = try (0..<200).count { seed in
      let data = repeated([Double](repeating: 0.02, count: 6), times: 3, seed: UInt64(seed))
      return try #require(SeedNoise(data)?.byMixture).differs
    }
    // Of 200 at the level of 5 %, more than 20 have a probability of .1 %.
    #expect(alarms >= 1 && alarms <= 20)
  }

  @Test func `noise that differs as published is found, and drawn to each other`() throws {
    let deviations = [0.0016, 0.041, 0.003, 0.02, 0.008, 0.0016, 0.03, 0.01]
    let found = try (0..<50).map { seed in
      try #require(SeedNoise(repeated(deviations, times: 5, seed: UInt64(seed)))?.byMixture)
    }
    #expect(found.count { $0.differs } > 45)
    // The squared error of the logarithm is less than that of one variance for all, and than that
    // of the repeats alone.
    var (drawn, alone, common) = (0.0, 0.0, 0.0)
    for noise in found {
      let pooled = noise.mixtures.reduce(0) { $0 + $1.standardDeviation * $1.standardDeviation }
      let level = (pooled / Double(noise.mixtures.count)).squareRoot()
      for (mixture, truth) in zip(noise.mixtures, deviations) {
        drawn += pow(log(mixture.expected / truth), 2)
        alone += pow(log(mixture.standardDeviation / truth), 2)
        common += pow(log(level / truth), 2)
      }
    }
    #expect(drawn < alone && drawn < common)
  }

  @Test func `equal noise is drawn to one`() throws {
    let spreads = try (0..<50).map { seed in
      let data = repeated([Double](repeating: 0.02, count: 8), times: 3, seed: UInt64(seed))
      let expected = try #require(SeedNoise(data)?.byMixture).mixtures.map(\.expected)
      return (expected.max() ?? 0) / (expected.min() ?? 1)
    }
    #expect(spreads.sorted()[25] < 1.5)
  }

  @Test func `one repeated mixture says nothing of others`() throws {
    let data = repeated([0.02], times: 4, seed: 1)
    let noise = try #require(SeedNoise(data))
    #expect(noise.byMixture == nil && noise.degreesOfFreedom == 3)
    #expect(SeedNoise(repeated([0.02, 0.02], times: 1, seed: 1)) == nil)
  }

  @Test func `a mixture is found by any of its runs`() throws {
    let noise = try #require(SeedNoise(repeated([0.02, 0.01], times: 2, seed: 3))?.byMixture)
    #expect(noise.deviation(of: "run-3") == noise.mixtures[1].expected)
    #expect(noise.deviation(of: "run-9") == nil)
  }
}
