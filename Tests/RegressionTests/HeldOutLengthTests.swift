import Foundation
import Mixtures
import Parallel
@testable import Regression
import TestSupport
import Testing

/// What lengths that were held out say of the level of longer runs, and how errors of mixtures grow
/// with the distance in size.
struct HeldOutLengthTests {
  private let pool = WorkerPool(threads: 2)
  private let mean = [0.5, 0.5]

  private func family(_ name: String) throws -> any ScaleFamily {
    let row = FamilyRegistry.scaleRows.first { $0.family.name == name }
    return try #require(row?.family as? any ScaleFamily)
  }

  @Test func `a size has the length of its runs, and larger ones as much for each parameter`() {
    let lengths = RunLengths(sizes: [
      ModelScale(parameters: 1e8, tokens: 1e10), ModelScale(parameters: 4e8, tokens: 4e10),
    ])
    #expect(lengths.tokens(at: 5e7) == 1e10 && lengths.tokens(at: 4e8) == 4e10)
    #expect(isClose(lengths.tokens(at: 2e8), 2e10, 1e-9))
    #expect(isClose(lengths.tokens(at: 4e9), 4e11, 1e-9))
    let longer = ModelScale(parameters: 2e8, tokens: 6e10)
    #expect(isClose(lengths.excess(longer), log(3.0), 1e-12))
    #expect(isClose(lengths.within(longer).tokens, 2e10, 1e-9))
    let shorter = ModelScale(parameters: 2e8, tokens: 1e10)
    #expect(lengths.excess(shorter) == 0 && lengths.within(shorter) == shorter)
  }

  @Test func `the sizes whose lengths were held out count as one observation`() {
    #expect(HeldOutLengths([]).factor == 1)
    let off = HeldOutSizes.Level(
      error: 3 * 0.2 * HeldOutLengths.addedDeviation, added: -0.2, loss: 0)
    #expect(isClose(HeldOutLengths([off]).factor, 5.0.squareRoot(), 1e-12))
    let exact = HeldOutSizes.Level(error: 0, added: -0.1, loss: 2)
    #expect(isClose(HeldOutLengths([off, exact]).factor, 2.75.squareRoot(), 1e-12))
  }

  @Test func `the last third of every size is held out where runs have checkpoints`() throws {
    let data = try ScaleLawTests.data(sizes: [1e8, 3e8], mixtures: 5)
    let (shorter, rows) = data.heldOutLengths
    #expect(shorter.count == 20 && rows.map(\.count) == [10, 10])
    let known = shorter.lengths.sizes.map(\.tokens)
    #expect(isClose(known[0], 3e9, 1) && isClose(known[1], 9e9, 1))
    let ends = try ScaleLawTests.data(sizes: [1e8, 3e8], mixtures: 5, checkpoints: 1)
    #expect(ends.heldOutLengths.rows.isEmpty)
  }

  @Test func `only a target that is longer than runs is stated more widely for its length`() throws
  {
    let data = try ScaleLawTests.data(sizes: [1e8, 3e8, 9e8], noise: 0.002)
    let fit = try family("scale-joint").fit(data, pool: nil)
    let law = try #require(fit.law)
    let point = data.point(0)
    func latent(_ tokens: Double, factor: Double) throws -> Double {
      var aimed = law.aimed(at: ModelScale(parameters: 9e8, tokens: tokens))
      aimed.errors = ScaleErrors(lengthFactor: factor)
      return try #require(aimed.variance(at: point, of: mean)).latent
    }
    #expect(try latent(54e9, factor: 3) == latent(54e9, factor: 1))
    #expect(try latent(20e9, factor: 3) == latent(20e9, factor: 1))
    let longer = law.aimed(at: ModelScale(parameters: 9e8, tokens: 540e9))
    let added = HeldOutLengths.addedDeviation * longer.addedByLength(at: point, of: mean)
    #expect(added < -0.01)
    let wider = try latent(540e9, factor: 3) - latent(540e9, factor: 1)
    #expect(isClose(wider, 8 * added * added, 1e-9))
  }

  @Test func `errors of mixtures grow with the distance in size, and with that in length`() throws {
    let data = try ScaleLawTests.data(sizes: [1e8, 3e8], noise: 0.002)
    let law = try #require(try family("scale-joint").fit(data, pool: nil).law)
    let point = data.point(1)
    let spread = HeldOutSpread(covariance: [[1e-4, 0], [0, 1e-4]], step: log(3.0))
    func noise(_ parameters: Double, _ tokens: Double, _ errors: ScaleErrors) throws -> Double {
      var aimed = law.aimed(at: ModelScale(parameters: parameters, tokens: tokens))
      aimed.errors = errors
      let own = try #require(aimed.variance(at: point, of: mean)).noise
      aimed.errors = ScaleErrors()
      return own - (try #require(aimed.variance(at: point, of: mean)).noise)
    }
    func whole(_ parameters: Double, _ tokens: Double) -> Double {
      let aimed = law.aimed(at: ModelScale(parameters: parameters, tokens: tokens))
      return spread.variance(aimed.predict(point), of: mean)
    }
    for (size, steps) in [(3e8, 1.0), (6e8, 1), (9e8, 1), (27e8, 2)] {
      let found = try noise(size, 60 * size, ScaleErrors(spread: spread))
      #expect(isClose(found / whole(size, 60 * size), steps * steps, 1e-6), "\(size)")
    }
    for (tokens, steps) in [(18e9, 0.0), (54e9, 1), (162e9, 2)] {
      let found = try noise(3e8, tokens, ScaleErrors(lengthSpread: spread))
      #expect(isClose(found / whole(3e8, tokens), steps, 1e-6), "\(tokens)")
    }
  }

  @Test func `what lengths say is stored`() throws {
    let data = try ScaleLawTests.data(sizes: [1e8, 3e8], noise: 0.004)
    let comparison = try Comparison([family("scale-joint")], across: data, seed: 1, pool: pool)
    let fit = try #require(comparison.entries.first).fit
    let law = try #require(fit.law)
    #expect(law.errors.lengthSpread?.step ?? 0 > 0.4 && law.errors.lengthFactor != 1)
    let read = fit.model.regressor(domains: data.domains, sets: data.sets, mdeSets: [])
    #expect(read?.law?.errors == law.errors && read?.law?.lengths == law.lengths)
  }
}
