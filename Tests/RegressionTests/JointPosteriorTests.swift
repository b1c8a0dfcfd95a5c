import LinearAlgebra
import Parallel
@testable import Regression
import Testing

/// Predictions at several points at once against predictions one at a time.
struct JointPosteriorTests {
  private let criterion = [0.5, -0.2, 0.7]

  @Test(arguments: Coupling.allCases, [false, true])
  func `a posterior of many points has the means and variances of each`(
    coupling: Coupling, missing: Bool
  ) throws {
    var sample = GaussianProcessSample(runs: 40, coupling: coupling)
    if missing { sample.removeLosses() }
    let process = try sample.fit()
    let points = randomMatrix(7, 3, seed: 25).map { $0.map { 0.5 + $0 / 2 } }
    let joint = process.posterior(points, of: criterion)
    for (i, point) in points.enumerated() {
      let alone = process.variance(point, of: criterion)
      let mean = zip(criterion, process.means(point)).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(joint.means[i] - mean) < 1e-12)
      #expect(abs(joint.covariance[i, i] - alone.latent) < 1e-9 * (1 + alone.latent))
      #expect(abs(joint.noise - alone.noise) < 1e-12)
      for j in points.indices { #expect(joint.covariance[i, j] == joint.covariance[j, i]) }
    }
    #expect(Cholesky(joint.covariance) != nil)
  }

  @Test func `the covariance of two points is that of a process that observed one of them`() throws
  {
    // Observing f(a) with noise σ² moves the variance of f(b) by −cov(a, b)² / (var(a) + σ²).
    let process = try GaussianProcessSample(runs: 12).fit()
    let (a, b) = ([0.61, 0.83, 0.52], [0.7, 0.9, 0.6])
    let of = [1.0, 0, 0]
    let joint = process.posterior([a, b], of: of)
    let state = process.state
    let observed = try GaussianProcess(
      state: .init(
        features: state.features + [a], losses: state.losses + [state.losses[0]],
        warp: state.warp, processes: state.processes, shared: nil, correlation: 0,
        standards: state.standards),
      pool: WorkerPool(threads: 1))
    let shared = joint.covariance[0, 1]
    let expected = joint.covariance[1, 1] - shared * shared / (joint.covariance[0, 0] + joint.noise)
    #expect(abs(observed.variance(b, of: of).latent - expected) < 1e-9)
  }
}
