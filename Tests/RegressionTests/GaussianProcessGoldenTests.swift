import Foundation
import Parallel
import Regression
import Storage
import TestSupport
import Testing

/// See Golden/make_gaussian_process.py.
private struct Golden: Decodable {
  struct Intrinsic: Decodable {
    let logLikelihood: Double
    let means: [[Double]]
    let variances: [[Double]]
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
  let loadings: [[Double]]
  let specific: [Double]
  let noise: [Double]
  let intrinsic: Intrinsic
  let separate: Separate

  static func read() throws -> Golden {
    try JSON.decode(
      Golden.self, file: Repository.file("Tests/RegressionTests/Golden/gaussian-process.json"))
  }

  /// The logarithms of power and offset, which only weights have, of ℓ and c.
  var kernel: [Double] { [0, 0] + lengthScales.map { log($0) } + [log(constant)] }
}

struct GaussianProcessGoldenTests {
  @Test(arguments: [true, false])
  func `intrinsic coregionalisation equals GPyTorch`(exploitsStructure: Bool) throws {
    let golden = try Golden.read()
    var settings = GaussianProcess.Settings(
      isWeight: [false, false, false], coupling: .intrinsic)
    settings.rank = 2
    let pool = WorkerPool(threads: 1)
    var objective = try GaussianProcessObjective(
      features: golden.features, targets: golden.targets, settings: settings, pool: pool)
    objective.exploitsStructure = exploitsStructure
    let x =
      golden.kernel + golden.loadings.flatMap { $0 } + golden.specific.map { log($0) }
      + golden.noise.map { log($0) }
    let value = try #require(objective.logLikelihood(x)).value
    #expect(abs(value - golden.intrinsic.logLikelihood) < 1e-8)
    let process = try GaussianProcess(state: objective.state(x), pool: pool)
    for (i, point) in golden.points.enumerated() {
      let prediction = process.predict(point)
      for t in 0..<4 {
        #expect(abs(prediction.means[t] - golden.intrinsic.means[i][t]) < 1e-8)
        #expect(abs(prediction.variances[t] - golden.intrinsic.variances[i][t]) < 1e-8)
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
