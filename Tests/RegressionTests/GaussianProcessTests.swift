import Foundation
import Parallel
import Regression
import Storage
import Testing

/// The ways in which sets learn from each other.
enum Coupling: CaseIterable {
  case separate, pooled, shared

  func apply(to settings: inout GaussianProcess.Settings) {
    settings.relations =
      self == .separate
      ? nil
      : [
        [.ownOfDomain, .otherOfDomain, .otherOfDomain],
        [.otherOfDomain, .ownOfDomain, .otherOfDomain], [.other, .other, .own],
      ]
    settings.sharesProcess = self == .shared
  }
}

/// Features in [0, 1), the first two of which are weights, and losses of three sets with noise.
struct GaussianProcessSample {
  var features: [[Double]]
  var targets: [[Double]]
  var settings = GaussianProcess.Settings(isWeight: [true, true, false])

  init(runs: Int, noise: Double = 0.1, coupling: Coupling = .separate) {
    features = randomMatrix(runs, 3, seed: 21).map { $0.map { 0.5 + $0 / 2 } }
    targets = zip(features, randomMatrix(runs, 3, seed: 22)).map { x, e in
      [
        3 - log(0.1 + x[0]) + noise * e[0], 4 - x[1] * x[2] + noise * e[1],
        2 + x[0] + x[2] + noise * e[2],
      ]
    }
    coupling.apply(to: &settings)
  }

  /// Every fifth loss is missing.
  mutating func removeLosses() {
    for i in targets.indices {
      for t in targets[i].indices where (3 * i + t) % 5 == 0 { targets[i][t] = .nan }
    }
  }

  func fit(threads: Int = 1) throws -> GaussianProcess {
    try GaussianProcess(
      features: features, targets: targets, settings: settings, pool: WorkerPool(threads: threads))
  }

  func objective() throws -> GaussianProcessObjective {
    try GaussianProcessObjective(
      features: features, targets: targets, settings: settings, pool: WorkerPool(threads: 1))
  }
}

/// A point near `x` that is no optimum of anything.
private func moved(_ x: [Double], seed: UInt64) -> [Double] {
  zip(x, randomMatrix(1, x.count, seed: seed)[0]).map { $0 + 0.3 * $1 }
}

private func largestDifference(_ a: [Double], _ b: [Double]) -> Double {
  zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
}

struct GaussianProcessTests {
  @Test(arguments: Coupling.allCases, [false, true])
  func `gradients of the posterior equal central differences`(
    coupling: Coupling, missing: Bool
  ) throws {
    var sample = GaussianProcessSample(runs: 11, coupling: coupling)
    if missing {
      sample.removeLosses()
      sample.settings.noiseRatios = sample.features.indices.map { 0.3 + 0.2 * Double($0) }
    }
    let objective = try sample.objective()
    let x = moved(objective.start, seed: 23)
    let gradient = try #require(objective(x)).gradient
    for i in x.indices {
      var (up, down) = (x, x)
      up[i] += 1e-5
      down[i] -= 1e-5
      let (a, b) = (try #require(objective(up)).value, try #require(objective(down)).value)
      #expect(abs((a - b) / 2e-5 - gradient[i]) < 1e-5 * (1 + abs(gradient[i])), "\(i)")
    }
  }

  @Test(arguments: [false, true])
  func `a shared process is that of one dense covariance`(missing: Bool) throws {
    var sample = GaussianProcessSample(runs: 12, coupling: .shared)
    if missing { sample.removeLosses() }
    let objective = try sample.objective()
    let x = moved(objective.start, seed: 24)
    let process = try GaussianProcess(state: objective.state(x), pool: WorkerPool(threads: 1))
    let dense = try #require(DenseProcess(process.state))
    let value = try #require(objective.logLikelihood(x)).value
    #expect(abs(value - dense.logLikelihood) < 1e-9 * abs(dense.logLikelihood))
    let criterion = [0.5, -0.2, 0.7]
    for point in randomMatrix(4, 3, seed: 27) {
      let expected = dense.predict(point, of: criterion)
      let mean = zip(criterion, process.means(point)).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(mean - expected.mean) < 1e-9)
      #expect(abs(process.variance(point, of: criterion).latent - expected.variance) < 1e-9)
    }
  }

  @Test(arguments: Coupling.allCases)
  func `threads change no bit`(coupling: Coupling) throws {
    let sample = GaussianProcessSample(runs: 40, coupling: coupling)
    let one = try sample.fit()
    #expect(try sample.fit(threads: 2).state == one.state)
    #expect(try sample.fit(threads: 3).predict([0.2, 0.3, 0.4]) == one.predict([0.2, 0.3, 0.4]))
  }

  @Test(arguments: Coupling.allCases, [false, true])
  func `a state survives JSON, and predicts the same bits`(
    coupling: Coupling, missing: Bool
  ) throws {
    var sample = GaussianProcessSample(runs: 15, coupling: coupling)
    if missing { sample.removeLosses() }
    let process = try sample.fit()
    let bytes = try JSONEncoder().encode(process.state)
    let state = try JSONDecoder().decode(GaussianProcess.State.self, from: bytes)
    #expect(state == process.state)
    let rebuilt = try GaussianProcess(state: state, pool: WorkerPool(threads: 2))
    for x in sample.features.prefix(3) { #expect(rebuilt.predict(x) == process.predict(x)) }
  }

  @Test(arguments: Coupling.allCases)
  func `gradients of the means equal central differences`(
    coupling: Coupling
  ) throws {
    let process = try GaussianProcessSample(runs: 15, coupling: coupling).fit()
    let x = [0.31, 0.42, 0.77]
    let gradient = process.meanGradient(x)
    for k in x.indices {
      var (up, down) = (x, x)
      up[k] += 1e-5
      down[k] -= 1e-5
      for (t, (a, b)) in zip(process.means(up), process.means(down)).enumerated() {
        #expect(abs((a - b) / 2e-5 - gradient[t][k]) < 1e-6)
      }
    }
    #expect(process.means(x) == process.predict(x).means)
    #expect(process.meanGradient([0, 0.5, 0.5]).allSatisfy { $0.allSatisfy(\.isFinite) })
  }

  @Test(arguments: Coupling.allCases)
  func `losses without noise are interpolated, and the variance there is small`(
    coupling: Coupling
  ) throws {
    let sample = GaussianProcessSample(runs: 30, noise: 0, coupling: coupling)
    let process = try sample.fit()
    for (x, y) in zip(sample.features, sample.targets) {
      let prediction = process.predict(x)
      #expect(largestDifference(prediction.means, y) < 0.01)
      #expect(prediction.variances.allSatisfy { $0 < 1e-3 })
    }
    let (far, near) = (process.predict([9, 9, 9]), process.predict(sample.features[0]))
    for t in 0..<3 { #expect(far.variances[t] > 10 * near.variances[t]) }
  }

  @Test func `a constant added to all losses is added to the predictions`() throws {
    let sample = GaussianProcessSample(runs: 20)
    var other = sample
    other.targets = sample.targets.map { $0.map { $0 + 5 } }
    let (a, b) = (
      try sample.fit().predict([0.1, 0.6, 0.4]), try other.fit().predict([0.1, 0.6, 0.4])
    )
    #expect(largestDifference(a.means.map { $0 + 5 }, b.means) < 1e-4)
    #expect(largestDifference(a.variances, b.variances) < 1e-4)
  }

  @Test(arguments: Coupling.allCases)
  func `the order of features and of sets does not matter`(
    coupling: Coupling
  ) throws {
    let sample = GaussianProcessSample(runs: 20, coupling: coupling)
    var other = sample
    other.features = sample.features.map { [$0[2], $0[0], $0[1]] }
    other.targets = sample.targets.map { [$0[1], $0[2], $0[0]] }
    other.settings.isWeight = [false, true, true]
    other.settings.relations = sample.settings.relations.map { relations in
      [1, 2, 0].map { set in [2, 0, 1].map { relations[set][$0] } }
    }
    let a = try sample.fit().predict([0.1, 0.6, 0.4])
    let b = try other.fit().predict([0.4, 0.1, 0.6])
    #expect(largestDifference([a.means[1], a.means[2], a.means[0]], b.means) < 1e-3)
  }

  @Test func `a set that few runs have learns from the others`() throws {
    var sample = GaussianProcessSample(runs: 30, noise: 0.02, coupling: .shared)
    // The third set is the first one over again, but only four runs have it.
    let complete = sample.targets.map { [$0[0], $0[1], 2 * $0[0] - 1] }
    sample.targets = complete
    for i in 4..<30 { sample.targets[i][2] = .nan }
    sample.settings.relations?[2] = [.other, .other, .other]
    var alone = sample
    Coupling.separate.apply(to: &alone.settings)
    func error(_ process: GaussianProcess) -> Double {
      (4..<30).reduce(0) { $0 + abs(process.means(sample.features[$1])[2] - complete[$1][2]) }
    }
    let (together, apart) = (error(try sample.fit()), error(try alone.fit()))
    #expect(together < 0.5 * apart)
  }

  @Test func `with nothing but noise predictions stay near the mean`() throws {
    var sample = GaussianProcessSample(runs: 16)
    sample.targets = randomMatrix(16, 3, seed: 25)
    let process = try sample.fit()
    for x in randomMatrix(50, 3, seed: 26).map({ $0.map { 0.5 + $0 / 2 } }) {
      let prediction = process.predict(x)
      for t in 0..<3 {
        #expect(prediction.variances[t] + prediction.noiseVariances[t] > 0.1)
        #expect(abs(prediction.means[t]) < 1)
      }
    }
  }

  @Test func `constant features and constant losses are no obstacle`() throws {
    var sample = GaussianProcessSample(runs: 12)
    sample.features = sample.features.map { [0, $0[1], 7] }
    sample.targets = sample.targets.map { [$0[0], 5, $0[2]] }
    let prediction = try sample.fit().predict([0, 0.3, 7])
    #expect(abs(prediction.means[1] - 5) < 1e-9)
    #expect(prediction.variances.allSatisfy { $0.isFinite && $0 >= 0 })
  }

  @Test func `a set needs two losses`() {
    var sample = GaussianProcessSample(runs: 5)
    for i in 1..<5 { sample.targets[i][1] = .nan }
    #expect(throws: FitError.tooFewRuns(1, needed: 2)) { _ = try sample.fit() }
  }
}
