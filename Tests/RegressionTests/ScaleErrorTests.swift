import Foundation
import Mixtures
import Parallel
@testable import Regression
import TestSupport
import Testing

/// What sizes that were held out say of errors: of levels, and of mixtures beside each other.
struct ScaleErrorTests {
  private let pool = WorkerPool(threads: 2)

  private func family(_ name: String) throws -> any ScaleFamily {
    let row = FamilyRegistry.scaleRows.first { $0.family.name == name }
    return try #require(row?.family as? any ScaleFamily)
  }

  @Test func `a size counts as one observation beside the prior's`() {
    #expect(HeldOutSizes([]).factor == 1 && HeldOutSizes.freedom(0) == 4)
    // Twice the deviation of what a law added, and none of the loss.
    let off = HeldOutSizes.Level(
      error: 2 * 0.2 * HeldOutSizes.addedDeviation, added: -0.2, loss: 0)
    let exact = HeldOutSizes.Level(error: 0, added: -0.1, loss: 2)
    #expect(isClose(HeldOutSizes([off]).factor, (8.0 / 5).squareRoot(), 1e-12))
    let both = HeldOutSizes([off, exact])
    #expect(isClose(both.factor, (8.0 / 6).squareRoot(), 1e-12))
    #expect(both.count == 2 && HeldOutSizes.freedom(both.count) == 6)
  }

  @Test func `a spread is what is not stated yet`() {
    let spread = HeldOutSpread(covariance: [[0.04, 0], [0, 0.01]])
    let losses = [[2.0, 1], [2, 1]]
    // 0.25 (4 · 0.04 + 0.01)
    let whole = spread.variance(losses[0], of: [0.5, 0.5])
    #expect(isClose(whole, 0.0425, 1e-12))
    let rest = spread.beyond(0.0085, losses, of: [0.5, 0.5])
    #expect(isClose(rest.variance(losses[0], of: [0.5, 0.5]), 0.8 * whole, 1e-12))
    #expect(spread.beyond(1, losses, of: [0.5, 0.5]).variance(losses[0], of: [1, 0]) == 0)
    #expect(spread.beyond(nil, losses, of: [0.5, 0.5]) == spread)
  }

  @Test func `intervals of differences hold their share, and are narrower than of levels`() throws {
    let data = try ScaleLawTests.data(sizes: [1e8, 3e8, 9e8], mixtures: 30, noise: 0.004)
    let families = try ["scale-anchored", "scale-joint"].map(family)
    let audit = try ScaleAudit(families, data, test: nil, seed: 1, pool: pool)
    for name in families.map(\.name) {
      let score = try #require(audit.scores.first { $0.family == name })
      let (levels, differences) = (
        try #require(score.radius), try #require(score.differenceRadius)
      )
      #expect(try #require(score.coverage) > 0.9 && differences < levels, "\(name)")
      #expect((0.8...0.99).contains(try #require(score.differenceCoverage)), "\(name)")
    }
  }

  @Test func `only what lies beyond the runs is in doubt, as far as sizes held out say`() throws {
    let data = try ScaleLawTests.data(sizes: [1e8, 3e8, 9e8], noise: 0.002)
    let fit = try family("scale-joint").fit(data, pool: nil)
    let point = data.point(0)
    func latent(_ fit: any Regressor) throws -> Double {
      try #require(fit.variance(at: point, of: [0.5, 0.5])).latent
    }
    let largest = try #require(data.largestScale())
    let near = try #require(fit.predicting(largest))
    #expect(near.law?.added(at: point, of: [0.5, 0.5]) == 0)
    let added = try #require(fit.law?.added(at: point, of: [0.5, 0.5]))
    #expect(added < -0.05)
    let factor = HeldOutSizes([.init(error: 0.1, added: -0.1, loss: 3)]).factor
    let errors = ScaleErrors(
      levelFactor: factor, spread: HeldOutSpread(covariance: [[0, 0], [0, 0]]))
    for (fit, added) in [(fit, added), (near, 0)] {
      let loss = 0.5 * fit.predict(point).reduce(0, +)
      let (law, size) = (HeldOutSizes.addedDeviation * added, HeldOutSizes.sizeDeviation * loss)
      let wider = try latent(fit.calibrated(by: errors)) - latent(fit)
      #expect(isClose(wider, (factor * factor - 1) * (law * law + size * size), 1e-9))
    }
  }

  @Test func `a size below all others is in doubt as one beyond them is`() throws {
    let data = try ScaleLawTests.data(sizes: [1e8, 3e8], noise: 0.002)
    let criterion = [0.5, 0.5]
    for name in ["scale-additive", "scale-anchored"] {
      let fit = try family(name).fit(data, pool: nil)
      let errors = ScaleErrors(
        levelFactor: 2, spread: HeldOutSpread(covariance: [[1e-4, 0], [0, 1e-4]], step: log(3.0)))
      func stated(_ size: Double) throws -> (added: Double, variance: PredictiveVariance) {
        let aimed = try #require(
          fit.predicting(ModelScale(parameters: size, tokens: 6e9))?.calibrated(by: errors))
        return (
          try #require(aimed.law?.added(at: data.point(0), of: criterion)),
          try #require(aimed.variance(at: data.point(0), of: criterion))
        )
      }
      let (smallest, middle, below) = (try stated(1e8), try stated(2e8), try stated(1e8 / 9))
      #expect(below.added > 0.05 && abs(smallest.added) < 1e-9)
      #expect(below.variance.latent > 2 * smallest.variance.latent, "\(name)")
      // Two steps below the smallest; a process of the largest size is one step further.
      let noise = below.variance.noise / middle.variance.noise
      #expect(noise > (name == "scale-anchored" ? 7 : 3), "\(name)")
      #expect(noise < (name == "scale-anchored" ? 20 : 9), "\(name)")
    }
  }

  @Test func `fits as other runs would have had them differ by seed alone`() throws {
    let data = try ScaleLawTests.data(sizes: [1e8, 3e8], noise: 0.01)
    for row in FamilyRegistry.scaleRows {
      let fit = try row.family.fit(data, pool: nil)
      func loss(_ seed: UInt64) throws -> Double {
        var random = RandomStream(seed: seed, purpose: "redrawn")
        return try #require(fit.redrawn(using: &random)).predict(data.point(2))[0]
      }
      let (first, again, other) = (try loss(1), try loss(1), try loss(2))
      #expect(first == again && first != other, "\(row.family.name)")
      let own = fit.predict(data.point(2))[0]
      #expect(abs(first - own) < 0.3 && first != own, "\(row.family.name)")
    }
  }
}
