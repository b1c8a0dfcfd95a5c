import Foundation
import LinearAlgebra
import Parallel
@testable import Regression
import Testing

/// Runs of three weights and the MDE losses of two sets; the third set has none.
private struct TrendSample {
  let isWeight = [true, true, true, false, false]
  let trends: [Int?] = [3, 4, nil]
  var features: [[Double]]
  var losses: [[Double]]

  init(runs: Int, seed: UInt64 = 5) {
    let data = syntheticRuns(runs, noise: 0.05, seed: seed)
    features = zip(data.weights, data.mde).map { $0 + $1.prefix(2) }
    losses = data.losses
  }

  func fit() throws -> TrendProcess {
    try TrendProcess(features: features, isWeight: isWeight, trends: trends, losses: losses)
  }

  /// The process of one share, slope and scale for every set, known but for `slopeVariance`.
  func known(share: Int, slopes: [Double], slopeVariance: Double, scale: Double) throws
    -> TrendProcess
  {
    try TrendProcess(
      state: .init(
        isWeight: isWeight, trends: trends, features: features,
        losses: losses.map { $0.map { $0.isNaN ? nil : $0 } },
        components: slopes.map { slope in
          TrendPriors.shares.indices.map {
            .init(
              weight: $0 == share ? 1 : 0, slope: slope, slopeVariance: slopeVariance,
              variance: scale * scale)
          }
        }))
  }
}

/// The normal distribution of losses y with y = a + b F + f + ε, a ~ N(0, 10⁶), b ~ N(β, δ²), as
/// one dense covariance with that of the point x in its last row.
private struct DenseTrend {
  let (mean, variance): (Double, Double)
  /// The logarithm of the density of y.
  let evidence: Double

  init(
    _ sample: TrendSample, set: Int, at x: [Double], share: Double, slope: Double, scale: Double
  ) throws {
    let rows = sample.features.indices.filter { !sample.losses[$0][set].isNaN }
    let xs = rows.map { sample.features[$0] } + [x]
    let f = xs.map { x in sample.trends[set].map { x[$0] } ?? 0 }
    let y = rows.map { sample.losses[$0][set] }
    let n = y.count
    func covariance(_ i: Int, _ k: Int) -> Double {
      let (a, b) = (xs[i], xs[k])
      let squared = a.indices.reduce(0) { sum, v in
        let d =
          sample.isWeight[v]
          ? (sqrt(a[v] + 0.001) - sqrt(b[v] + 0.001)) / 2 : (a[v] - b[v]) / sqrt(2)
        return sum + d * d
      }
      let q = sqrt(5 * squared)
      let kernel = (1 + q + q * q / 3) * exp(-q)
      return scale * scale * (share * kernel + (i == k && i < n ? 1 - share : 0)) + 1e6
        + 0.1 * 0.1 * f[i] * f[k]
    }
    let matrix = DenseMatrix(
      (0..<n).map { i in (0..<n).map { covariance(i, $0) } }, columns: n)
    let factor = try #require(Cholesky(matrix))
    let rest = y.indices.map { y[$0] - slope * f[$0] }
    let cross = (0..<n).map { covariance($0, n) }
    let solved = factor.solve(rest)
    mean = slope * f[n] + dot(cross, solved)
    variance = covariance(n, n) - dot(cross, factor.solve(cross))
    evidence = -0.5 * (dot(rest, solved) + factor.logDeterminant)
  }
}

struct TrendTests {
  private let point = [0.2, 0.5, 0.3, 6.1, 5.2]

  @Test(arguments: [0, 1, 2], [2, 6])
  func `one share, scale and common slope give the dense normal distribution`(
    set: Int, runs: Int
  ) throws {
    var sample = TrendSample(runs: runs)
    if runs > 2 { sample.losses[3][1] = .nan }
    let (share, scale, common) = (3, 0.2, 1.3)
    let process = try sample.fit()
    let group = try #require(process.runs.first { $0.sets.contains(set) })
    let place = try #require(group.sets.firstIndex(of: set))
    let evidence = TrendEvidence(group, set: place, share: group.shares[share])
    let at = evidence.at(scale: scale, slope: common)
    let known = try sample.known(
      share: share, slopes: [at.slope, at.slope, at.slope], slopeVariance: at.slopeVariance,
      scale: scale)
    let dense = try DenseTrend(
      sample, set: set, at: point, share: TrendPriors.shares[share], slope: common, scale: scale)
    #expect(abs(known.means(point)[set] - dense.mean) < 1e-5)
    let criterion = (0..<3).map { $0 == set ? 1.0 : 0 }
    let joint = known.posterior([point], of: criterion)
    #expect(abs(joint.covariance[0, 0] - dense.variance) < 1e-5)
    #expect(abs(joint.noise - scale * scale * (1 - TrendPriors.shares[share])) < 1e-12)
    // Evidences have a constant of their own, which differences have not.
    let other = try DenseTrend(
      sample, set: set, at: point, share: TrendPriors.shares[share], slope: 0.6, scale: 0.3)
    let difference = at.value - evidence.at(scale: 0.3, slope: 0.6).value
    #expect(abs(difference - (dense.evidence - other.evidence)) < 1e-4)
  }

  @Test func `the weights of the grids are those of summed evidences`() throws {
    // One set: nothing is shared, so the posterior of a share is its part of all evidence.
    var sample = TrendSample(runs: 5)
    sample.losses = sample.losses.map { [$0[0]] }
    let process = try TrendProcess(
      features: sample.features, isWeight: sample.isWeight, trends: [3], losses: sample.losses)
    let group = process.runs[0]
    func density(_ x: Double, _ mean: Double, _ deviation: Double) -> Double {
      let z = (x - mean) / deviation
      return exp(-0.5 * z * z)
    }
    let weights = group.shares.map { share -> Double in
      let evidence = TrendEvidence(group, set: 0, share: share)
      var weight = 0.0
      for typical in TrendPriors.typicalScales {
        let priors = TrendPriors.scales.map { density(log($0), log(typical), 0.6) }
        let whole = priors.reduce(0, +)
        for slope in TrendPriors.slopes {
          let shared = density(log(typical), log(0.07), 1.2) * density(slope, 1, 0.25)
          for (scale, prior) in zip(TrendPriors.scales, priors) {
            let likelihood = exp(evidence.at(scale: scale, slope: slope).value)
            weight += shared * prior / whole * likelihood
          }
        }
      }
      return weight
    }
    for (component, weight) in zip(process.state.components[0], weights) {
      #expect(abs(component.weight - weight / weights.reduce(0, +)) < 1e-9)
    }
  }

  @Test func `a criterion has the variances of its sets, and any two have the correlation`() throws
  {
    let process = try TrendSample(runs: 4).fit()
    let alone = (0..<3).map { set in
      process.posterior([point], of: (0..<3).map { $0 == set ? 1.0 : 0 })
    }
    let criterion = [0.5, 0.3, -0.2]
    func expected(_ variances: [Double]) -> Double {
      var sum = 0.0
      for j in 0..<3 {
        for k in 0..<3 {
          let deviations = (variances[j] * variances[k]).squareRoot()
          sum += (j == k ? 1 : 0.2) * criterion[j] * criterion[k] * deviations
        }
      }
      return sum
    }
    let joint = process.posterior([point], of: criterion)
    let latent = expected(alone.map { $0.covariance[0, 0] })
    let noise = expected(alone.map(\.noise))
    #expect(abs(joint.covariance[0, 0] - latent) < 1e-12)
    #expect(abs(joint.noise - noise) < 1e-12)
  }

  @Test func `many points at once are symmetric, definite, and as each alone`() throws {
    var sample = TrendSample(runs: 9)
    sample.losses[2][0] = .nan
    let process = try sample.fit()
    let points = TrendSample(runs: 12, seed: 8).features
    let criterion = [0.5, 0.3, 0.2]
    let joint = process.posterior(points, of: criterion)
    for (i, point) in points.enumerated() {
      let alone = process.posterior([point], of: criterion)
      #expect(abs(joint.covariance[i, i] - alone.covariance[0, 0]) < 1e-12)
      #expect(abs(joint.means[i] - dot(criterion, process.means(point))) < 1e-12)
      for k in points.indices { #expect(joint.covariance[i, k] == joint.covariance[k, i]) }
    }
    var jittered = joint.covariance
    for i in points.indices { jittered[i, i] += 1e-12 }
    #expect(Cholesky(jittered) != nil)
  }

  @Test func `one run gives the level, and the slope comes from its prior`() throws {
    let sample = TrendSample(runs: 1)
    let process = try sample.fit()
    let x = sample.features[0]
    for (mean, loss) in zip(process.means(x), sample.losses[0]) { #expect(abs(mean - loss) < 1e-9) }
    var lower = x
    lower[3] -= 0.01
    #expect(abs((process.means(x)[0] - process.means(lower)[0]) / 0.01 - 1) < 1e-9)
    let joint = process.posterior([x, point], of: [1, 0, 0])
    #expect(joint.covariance[1, 1] > joint.covariance[0, 0])
    #expect(joint.noise > 0)
  }

  @Test func `the curvature equals differences of the gradient`() throws {
    let process = try TrendSample(runs: 7).fit()
    let criterion = [0.5, 0.3, 0.2]
    let expansion = process.expansion(point, of: criterion)
    for v in point.indices {
      var (up, down) = (point, point)
      up[v] += 1e-5
      down[v] -= 1e-5
      let (a, b) = (process.expansion(up, of: criterion), process.expansion(down, of: criterion))
      for w in point.indices {
        let bend = (a.gradient[w] - b.gradient[w]) / 2e-5
        #expect(abs(bend - expansion.curvature[v * point.count + w]) < 1e-6 * (1 + abs(bend)))
      }
    }
  }
}
