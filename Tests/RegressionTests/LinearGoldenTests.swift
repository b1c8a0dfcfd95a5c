import Foundation
@testable import Regression
import Storage
import TestSupport
import Testing

/// See Golden/make_linear.py.
private struct Golden: Decodable {
  struct RidgeFit: Decodable {
    let penalty: Double
    /// (targets, runs).
    let predictions: [[Double]]
    let leaveOneOutResiduals: [[Double]]
  }
  struct LawFit: Decodable {
    let penalty: Double
    /// nil where it was free.
    let floor: Double?
    let objective: Double
    let predictions: [Double]
  }
  let weights: [[Double]]
  let losses: [[Double]]
  let ridges: [RidgeFit]
  let laws: [LawFit]

  static func read() throws -> Golden {
    try JSON.decode(
      Golden.self, file: Repository.file("Tests/RegressionTests/Golden/linear.json"))
  }
}

struct LinearGoldenTests {
  @Test func `ridge predicts, and leaves out, as scikit-learn does`() throws {
    let golden = try Golden.read()
    let ridge = try Ridge(features: golden.weights, targets: golden.losses)
    for expected in golden.ridges {
      let fit = ridge.fit(penalty: expected.penalty)
      let left = ridge.leaveOneOutResiduals(penalty: expected.penalty)
      for target in 0..<2 {
        for (run, weights) in golden.weights.enumerated() {
          let predicted = zip(fit.coefficients[target], weights)
            .reduce(fit.intercepts[target]) { $0 + $1.0 * $1.1 }
          #expect(abs(predicted - expected.predictions[target][run]) < 1e-10)
          #expect(abs(left[target][run] - expected.leaveOneOutResiduals[target][run]) < 1e-10)
        }
      }
    }
  }

  @Test func `the law's minimum is SciPy's`() throws {
    let golden = try Golden.read()
    let losses = golden.losses.map { $0[0] }
    let problem = ExponentialLeastSquares(.init(weights: golden.weights, losses: losses))
    for expected in golden.laws {
      let found = try #require(
        problem.solve(
          floor: expected.floor ?? 2.3, exponent: [0, 0, 0, 0, 0], penalty: expected.penalty,
          freesFloor: expected.floor == nil))
      let law = problem.law(found)
      let predictions = golden.weights.map { law.predict($0) }
      let objective =
        zip(predictions, losses).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        + law.slopes.reduce(0) { $0 + expected.penalty * $1 * $1 }
      #expect(objective <= expected.objective * (1 + 1e-5))
      for (a, b) in zip(predictions, expected.predictions) { #expect(abs(a - b) < 1e-3) }
    }
  }
}
