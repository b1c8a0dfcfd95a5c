import Glibc
import LinearAlgebra

/// Hyper-parameters of evaluation sets that share a kernel, in units of standardised losses.
package struct GaussianProcessGroup: Codable, Equatable, Sendable {
  /// The columns of the targets that the group's sets are.
  let sets: [Int]
  let kernel: GaussianProcessKernel
  /// The loadings W, (sets, rank).
  let loadings: [[Double]]
  /// The sets' own standard deviations √κ, by set.
  let specific: [Double]
  /// The standard deviations σ of the noise, by set.
  let noise: [Double]

  /// Whether it is of some of so many sets, and of so many features.
  func isWhole(ofSets count: Int, features: Int) -> Bool {
    !sets.isEmpty && Set(sets).count == sets.count
      && sets.allSatisfy { 0..<count ~= $0 } && loadings.count == sets.count
      && loadings.allSatisfy { $0.count == loadings[0].count } && specific.count == sets.count
      && noise.count == sets.count && kernel.isWhole(ofFeatures: features)
  }

  /// The covariance between sets, B = W Wᵀ + diag κ.
  var covariance: DenseMatrix {
    var b = DenseMatrix(rows: sets.count, columns: sets.count)
    for t in sets.indices {
      for s in sets.indices {
        b[t, s] = zip(loadings[t], loadings[s]).reduce(0) { $0 + $1.0 * $1.1 }
      }
      b[t, t] += specific[t] * specific[t]
    }
    return b
  }

  var noiseVariances: [Double] { noise.map { $0 * $0 } }
}

/// The order of a group's hyper-parameters in the vector that is optimised: the logarithms of ℓ and
/// c, W by rows, the logarithms of √κ and σ.
struct GaussianProcessLayout: Sendable {
  let sets: [Int]
  let features: Int
  let rank: Int

  var count: Int { features + 1 + sets.count * (rank + 2) }
  private var specific: Int { features + 1 + sets.count * rank }

  func group(_ x: ArraySlice<Double>) -> GaussianProcessGroup {
    let x = Array(x)
    let noise = specific + sets.count
    return GaussianProcessGroup(
      sets: sets,
      kernel: GaussianProcessKernel(
        lengthScales: x[..<features].map { exp($0) }, constant: exp(x[features])),
      loadings: sets.indices.map { t in
        (0..<rank).map { x[features + 1 + t * rank + $0] }
      },
      specific: x[specific..<noise].map { exp($0) }, noise: x[noise...].map { exp($0) })
  }

  /// Turns the derivatives by what `group` makes of the vector into those by the vector.
  ///
  /// - Parameters:
  ///   - kernel: the derivatives by log ℓ and log c.
  ///   - db: the derivatives by B, (sets, sets).
  ///   - noise: the derivatives by σ², by set.
  func gradient(
    _ group: GaussianProcessGroup, kernel: GaussianProcessKernel.Gradient, sets db: DenseMatrix,
    noise: [Double]
  ) -> [Double] {
    let loadings = sets.indices.flatMap { t in
      (0..<rank).map { q in
        2 * sets.indices.reduce(0) { $0 + db[t, $1] * group.loadings[$1][q] }
      }
    }
    return kernel.lengthScales + [kernel.constant] + loadings
      + sets.indices.map { 2 * group.specific[$0] * group.specific[$0] * db[$0, $0] }
      + sets.indices.map { 2 * group.noise[$0] * group.noise[$0] * noise[$0] }
  }

  /// The independent normal priors by place in the vector: most features matter little, most of the
  /// spread is explained, and noise is small but may be anything within a few orders of magnitude.
  ///
  /// The scale of lengths grows with the square root of the number of features, as distances do.
  /// Source: Hvarfner, Hellsten, Nardi, Vanilla Bayesian Optimization Performs Great in High
  /// Dimensions, 2024, section 5.
  var priors: [NormalPrior] {
    let length = NormalPrior(mean: log(2.2 * Double(max(1, features)).squareRoot()), deviation: 1)
    return [NormalPrior](repeating: length, count: features) + [NormalPrior(mean: 0, deviation: 1)]
      + [NormalPrior](repeating: NormalPrior(mean: 0, deviation: 1), count: sets.count * rank)
      + [NormalPrior](repeating: NormalPrior(mean: -1, deviation: 1), count: sets.count)
      + [NormalPrior](repeating: NormalPrior(mean: -3, deviation: 1.5), count: sets.count)
  }

  /// Returns the priors' means, with W at the largest principal components of the losses.
  func start(components: [[Double]]) -> [Double] {
    var x = priors.map(\.mean)
    for t in sets.indices {
      for q in 0..<rank { x[features + 1 + t * rank + q] = components[t][q] }
    }
    return x
  }
}

/// A normal prior of one hyper-parameter.
struct NormalPrior: Sendable {
  let mean: Double
  let deviation: Double

  /// Returns −log density without its constant, and its derivative.
  func penalty(_ x: Double) -> (value: Double, slope: Double) {
    let z = (x - mean) / deviation
    return (0.5 * z * z, z / deviation)
  }
}
