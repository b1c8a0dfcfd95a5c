import Foundation
import Mixtures
import Parallel
@testable import Regression
import Testing

struct RepetitionLawTests {
  private static let epochs = [0.5, 12.0, 40]

  /// Losses of a law in effective weights with R* = 4, in runs of the epochs given.
  private func law(_ w: [Double], _ epochs: [Double] = epochs) -> [Double] {
    let worth = zip(w, epochs).map { RepeatedEpochs($0 * $1, constant: 4).worth / $1 }
    return [
      2.5 + exp(0.3 - 2 * worth[1] - worth[0]), 2 + exp(0.5 - 4 * worth[2] - 0.5 * worth[0]),
    ]
  }

  private func weights(_ count: Int) -> [[Double]] {
    var random = RandomStream(seed: 5, purpose: "repetition law test")
    return (0..<count).map { _ in dirichlet([1, 1, 1], using: &random) }
  }

  private func data(_ rows: [[Double]], epochs: [Double]? = epochs) -> RegressionData {
    RegressionData(
      ids: rows.indices.map { "run-\($0)" }, domains: ["A", "B", "C"], sets: ["B", "C"],
      weights: rows, losses: rows.map { law($0) }, objective: [0.5, 0.5],
      epochsAtFullWeight: epochs)
  }

  @Test func `a law without noise is recovered, with its constant`() throws {
    let fit = try RepetitionLaw(constant: nil).fit(data(weights(40)))
    for row in weights(60).suffix(20) {
      for (found, loss) in zip(fit.predict(MixturePoint(weights: row)), law(row)) {
        #expect(abs(found - loss) < 2e-3)
      }
    }
    let exponent = (fit as? ExponentialRegressor)?.exponent as? LinearRegressor
    #expect(exponent?.map.repetitionConstant == 4)
  }

  @Test func `another run's epochs are predicted, through the file too`() throws {
    let fit = try RepetitionLaw(constant: 4).fit(data(weights(40)))
    let stored = try #require(
      RegressorModel(fit.model).regressor(domains: ["A", "B", "C"], sets: ["B", "C"], mdeSets: []))
    let other = [2.0, 3, 10]
    for row in weights(60).suffix(20) {
      let expected = law(row, other)
      for model in [fit, stored] {
        let found = model.repeating(other).predict(MixturePoint(weights: row))
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 2e-3 })
      }
    }
    // The law in the weights alone has no epochs to change.
    let plain = try LawFamily().fit(data(weights(40)))
    let point = MixturePoint(weights: [0.2, 0.3, 0.5])
    #expect(plain.repeating(other).predict(point) == plain.predict(point))
  }

  @Test func `the law in the weights misses what this one knows`() throws {
    let rows = weights(40)
    func error(_ family: any Family) throws -> Double {
      let fit = try family.fit(data(rows))
      return weights(100).suffix(60).reduce(0) { sum, row in
        zip(fit.predict(MixturePoint(weights: row)), law(row)).reduce(sum) {
          $0 + pow($1.0 - $1.1, 2)
        }
      }
    }
    #expect(try error(RepetitionLaw(constant: nil)) < 0.1 * error(LawFamily()))
  }

  @Test func `it applies to runs that repeat a domain and know it`() {
    let family = RepetitionLaw(constant: nil)
    #expect(family.applies(to: data(weights(9))))
    #expect(!family.applies(to: data(weights(9), epochs: nil)))
    #expect(!family.applies(to: data(weights(9), epochs: [0.5, 0.5, 1])))
  }

  @Test func `derivatives match central differences`() throws {
    let fit = try RepetitionLaw(constant: 4).fit(data(weights(40)))
    let (row, step) = ([0.3, 0.3, 0.4], 1e-5)
    let there = try #require(fit.expansion(at: MixturePoint(weights: row), of: [1, 1]))
    for i in row.indices {
      func moved(_ by: Double) -> MixturePoint {
        var moved = row
        moved[i] += by
        return MixturePoint(weights: moved)
      }
      let slope =
        (fit.predict(moved(step)).reduce(0, +) - fit.predict(moved(-step)).reduce(0, +))
        / (2 * step)
      #expect(abs(slope - there.gradient[i]) < 1e-6)
    }
  }
}
