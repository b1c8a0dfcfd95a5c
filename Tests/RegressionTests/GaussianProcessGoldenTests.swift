import Foundation
import LinearAlgebra
import Parallel
import Regression
import Storage
import TestSupport
import Testing

/// See Golden/make_gaussian_process.py.
private struct Golden: Decodable {
  struct Shared: Decodable {
    let logLikelihood: Double
    let means: [[Double]]
    let variances: [[Double]]
    /// Of the sum of all losses, (points, points).
    let covariance: [[Double]]
  }
  struct Separate: Decodable {
    let logLikelihood: Double
    let means: [Double]
    let variances: [Double]
    let amplitude: Double
  }
  let features: [[Double]]
  let targets: [[Double]]
  let points: [[Double]]
  let lengthScales: [Double]
  let constant: Double
  let loadings: [Double]
  /// The standard deviation of what moves all losses of a run.
  let common: Double
  let amplitudes: [Double]
  let ownLengthScales: [[Double]]
  let ownConstants: [Double]
  let noise: [Double]
  let shared: Shared
  let separate: Separate

  static func read() throws -> Golden {
    try JSON.decode(
      Golden.self, file: Repository.file("Tests/RegressionTests/Golden/gaussian-process.json"))
  }

  /// The logarithms of power and offset, which only weights have, of ℓ and c.
  var kernel: [Double] { [0, 0] + lengthScales.map { log($0) } + [log(constant)] }
}

struct GaussianProcessGoldenTests {
  @Test func `a process for each set and one that all share equal GPyTorch`() throws {
    let golden = try Golden.read()
    var settings = GaussianProcess.Settings(isWeight: [false, false, false])
    settings.sharesProcess = true
    let pool = WorkerPool(threads: 1)
    let objective = try GaussianProcessObjective(
      features: golden.features, targets: golden.targets, settings: settings, pool: pool)
    let own = (0..<4).flatMap { t in
      (golden.ownLengthScales[t] + [
        golden.ownConstants[t], golden.amplitudes[t], golden.noise[t],
      ]).map { log($0) }
    }
    let x = [0, 0] + own + golden.kernel.dropFirst(2) + [log(golden.common)] + golden.loadings
    let value = try #require(objective.logLikelihood(x)).value
    #expect(abs(value - golden.shared.logLikelihood) < 1e-8)
    let process = try GaussianProcess(state: objective.state(x), pool: pool)
    for (i, point) in golden.points.enumerated() {
      let prediction = process.predict(point)
      for t in 0..<4 {
        #expect(abs(prediction.means[t] - golden.shared.means[i][t]) < 1e-8)
        #expect(abs(prediction.variances[t] - golden.shared.variances[i][t]) < 1e-8)
      }
    }
    let joint = process.posterior(golden.points, of: [1, 1, 1, 1])
    for i in golden.points.indices {
      for j in golden.points.indices {
        #expect(abs(joint.covariance[i, j] - golden.shared.covariance[i][j]) < 1e-8)
      }
    }
  }

  @Test func `a set of its own equals scikit-learn`() throws {
    let golden = try Golden.read()
    let pool = WorkerPool(threads: 1)
    let objective = try GaussianProcessObjective(
      features: golden.features, targets: golden.targets.map { [$0[0]] },
      settings: GaussianProcess.Settings(isWeight: [false, false, false]), pool: pool)
    let x = golden.kernel + [log(golden.separate.amplitude), log(golden.noise[0])]
    let value = try #require(objective.logLikelihood(x)).value
    #expect(abs(value - golden.separate.logLikelihood) < 1e-8)
    let process = try GaussianProcess(state: objective.state(x), pool: pool)
    for (i, point) in golden.points.enumerated() {
      let prediction = process.predict(point)
      #expect(abs(prediction.means[0] - golden.separate.means[i]) < 1e-8)
      #expect(abs(prediction.variances[0] - golden.separate.variances[i]) < 1e-8)
    }
  }
}
