import Foundation
import Mixtures
import Parallel
@testable import Regression
import Testing

struct ExponentialLawTests {
  private func weights(_ count: Int) -> [[Double]] {
    var random = RandomStream(seed: 5, purpose: "law test")
    return (0..<count).map { _ in dirichlet([1, 1, 1, 1], using: &random) }
  }

  private func law(_ w: [Double]) -> Double { 2.5 + exp(0.3 - 2 * w[0] - w[1] + 0.5 * w[3]) }

  private func fit(_ weights: [[Double]], _ losses: [Double]) throws -> ExponentialLaw.Fit {
    try #require(ExponentialLaw.fit([.init(weights: weights, losses: losses)], pool: nil).first)
  }

  @Test func `a law without noise is recovered`() throws {
    let rows = weights(30)
    let fit = try fit(rows, rows.map(law)).law
    for row in weights(60).suffix(20) { #expect(abs(fit.predict(row) - law(row)) < 1e-3) }
    #expect(abs(fit.floor - 2.5) < 0.05)
  }

  /// What a closed form in log(L − c) cannot fit, as c has to be below all losses.
  @Test func `a floor above some of the losses is found`() throws {
    let rows = weights(200)
    var random = RandomStream(seed: 7, purpose: "law noise")
    func saturated(_ w: [Double]) -> Double { 3 + exp(-12 * w[0]) }
    let fit = try fit(rows, rows.map { saturated($0) + 0.1 * (random.unit() - 0.5) }).law
    #expect(abs(fit.floor - 3) < 0.03)
    for row in weights(220).suffix(20) { #expect(abs(fit.predict(row) - saturated(row)) < 0.05) }
  }

  @Test func `the solution is a minimum of the penalised squares`() throws {
    let rows = weights(25)
    var random = RandomStream(seed: 8, purpose: "law noise")
    let losses = rows.map { law($0) + 0.1 * random.unit() }
    let problem = ExponentialLeastSquares(.init(weights: rows, losses: losses))
    let penalty = 0.05
    func objective(_ floor: Double, _ exponent: [Double]) -> Double {
      let law = problem.law(.init(floor: floor, exponent: exponent, leaveOneOut: []))
      return zip(rows, losses).reduce(
        exponent.dropFirst().reduce(0) { $0 + penalty * $1 * $1 }
      ) { $0 + pow(law.predict($1.0) - $1.1, 2) }
    }
    let found = try #require(
      problem.solve(floor: 2, exponent: [0, 0, 0, 0, 0], penalty: penalty, freesFloor: true))
    let least = objective(found.floor, found.exponent)
    for step in [-0.01, 0.01] {
      #expect(objective(found.floor + step, found.exponent) > least)
      for k in found.exponent.indices {
        var moved = found.exponent
        moved[k] += step
        #expect(objective(found.floor, moved) > least, "parameter \(k)")
      }
    }
  }

  @Test func `leave-one-out predictions are those of fits without the mixture`() throws {
    var rows = weights(40)
    (rows[11], rows[12], rows[30]) = (rows[5], rows[5], rows[8])
    var random = RandomStream(seed: 9, purpose: "law noise")
    let losses = rows.map { law($0) + 0.05 * random.unit() }
    func solve(_ kept: [Int], _ floor: Double) throws -> (
      ExponentialLaw, ExponentialLeastSquares.Solution
    ) {
      let problem = ExponentialLeastSquares(
        .init(weights: kept.map { rows[$0] }, losses: kept.map { losses[$0] }))
      let solution = try #require(
        problem.solve(floor: floor, exponent: [0, 0, 0, 0, 0], penalty: 0.02))
      return (problem.law(solution), solution)
    }
    let all = try solve(Array(rows.indices), 2.4).1.leaveOneOut
    let fitted = try solve(Array(rows.indices), 2.4).0
    for n in rows.indices {
      let exact = try solve(rows.indices.filter { rows[$0] != rows[n] }, 2.4).0.predict(rows[n])
      let move = abs(exact - fitted.predict(rows[n]))
      // λ̄ moves too, and with it what the intercept is.
      #expect(abs(all[n] - exact) < 0.1 * move + 1e-4, "run \(n)")
    }
  }

  @Test func `more noise than signal gives nearly a constant`() throws {
    let rows = weights(40)
    var random = RandomStream(seed: 6, purpose: "law noise")
    let fit = try fit(rows, rows.map { _ in 3 + 0.2 * random.unit() }).law
    let values = rows.map { fit.predict($0) }
    #expect((values.max() ?? 9) - (values.min() ?? 0) < 0.1)
  }

  @Test func `equal losses are predicted everywhere, and equal weights give the mean`() throws {
    let flat = try fit(weights(8), [Double](repeating: 3, count: 8))
    for row in weights(3) { #expect(abs(flat.law.predict(row) - 3) < 1e-12) }
    let same = try fit([Double](repeating: 0.25, count: 4).repeated(3), [1, 2, 6])
    #expect(abs(same.law.predict([1, 0, 0, 0]) - 3) < 1e-12)
    #expect(same.leaveOneOut == [4, 3.5, 1.5])
  }

  @Test func `with fewer runs than domains it is still defined`() throws {
    let rows = weights(3)
    let fit = try fit(rows, rows.map(law)).law
    #expect(weights(10).allSatisfy { fit.predict($0).isFinite })
  }

  @Test func `with one run more than parameters, noise is not followed to absurd losses`()
    throws
  {
    for seed in 1...20 as ClosedRange<UInt64> {
      var random = RandomStream(seed: seed, purpose: "few runs")
      let rows = (0..<9).map { _ in dirichlet([Double](repeating: 0.5, count: 7), using: &random) }
      let fit = try fit(rows, rows.map { 3 + exp(-2 * $0[0]) + 0.1 * random.unit() }).law
      for _ in 0..<50 {
        let loss = fit.predict(dirichlet([Double](repeating: 0.5, count: 7), using: &random))
        #expect(loss > 0 && loss < 100, "seed \(seed)")
      }
    }
  }
}

extension [Double] {
  fileprivate func repeated(_ count: Int) -> [[Double]] {
    [[Double]](repeating: self, count: count)
  }
}
