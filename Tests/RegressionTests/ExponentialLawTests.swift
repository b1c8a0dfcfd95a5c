import Foundation
import Kernels
import Mixtures
import Regression
import Testing

struct ExponentialLawTests {
  private func weights(_ count: Int) -> [[Double]] {
    var random = RandomStream(seed: 5, purpose: "law test")
    return (0..<count).map { _ in dirichlet([1, 1, 1, 1], using: &random) }
  }

  private func law(_ w: [Double]) -> Double { 2.5 + exp(0.3 - 2 * w[0] - w[1] + 0.5 * w[3]) }

  @Test func `a law without noise is recovered`() throws {
    let rows = weights(30)
    let fit = try ExponentialLaw.fit(weights: rows, losses: rows.map(law)).law
    for row in weights(60).suffix(20) { #expect(abs(fit.predict(row) - law(row)) < 2e-3) }
    #expect(abs(fit.floor - 2.5) < 0.2)
  }

  @Test func `more noise than signal gives nearly a constant`() throws {
    let rows = weights(40)
    var random = RandomStream(seed: 6, purpose: "law noise")
    let losses = rows.map { _ in 3 + 0.2 * random.unit() }
    let fit = try ExponentialLaw.fit(weights: rows, losses: losses).law
    let values = rows.map { fit.predict($0) }
    #expect((values.max() ?? 9) - (values.min() ?? 0) < 0.1)
  }

  @Test func `equal losses are predicted everywhere`() throws {
    let fit = try ExponentialLaw.fit(
      weights: weights(8), losses: [Double](repeating: 3, count: 8)
    ).law
    for row in weights(3) { #expect(abs(fit.predict(row) - 3) < 1e-12) }
  }

  @Test func `with fewer runs than domains it is still defined`() throws {
    let rows = weights(3)
    let fit = try ExponentialLaw.fit(weights: rows, losses: rows.map(law)).law
    #expect(weights(10).allSatisfy { fit.predict($0).isFinite })
  }

  @Test func `with one run more than parameters, noise is not followed to absurd losses`()
    throws
  {
    for seed in 1...20 as ClosedRange<UInt64> {
      var random = RandomStream(seed: seed, purpose: "few runs")
      let rows = (0..<9).map { _ in dirichlet([Double](repeating: 0.5, count: 7), using: &random) }
      let losses = rows.map { 3 + exp(-2 * $0[0]) + 0.1 * random.unit() }
      let fit = try ExponentialLaw.fit(weights: rows, losses: losses).law
      for _ in 0..<50 {
        let loss = fit.predict(dirichlet([Double](repeating: 0.5, count: 7), using: &random))
        #expect(loss > 0 && loss < 100, "seed \(seed)")
      }
    }
  }
}
