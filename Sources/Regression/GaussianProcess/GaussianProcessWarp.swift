import Glibc
import LinearAlgebra

/// Features as the kernel sees them, with mean 0 and standard deviation 1 over the fitted runs.
///
/// The weight λ of a domain goes through (λ + offset)^power first. All weights and evaluation sets
/// share the two hyper-parameters: what counts is the factor by which a weight changes, less so
/// near 0. A small power acts as the logarithm; a power of 1 leaves weights as they are.
struct GaussianProcessWarp: Codable, Equatable, Sendable {
  let isWeight: [Bool]
  let power: Double
  let offset: Double
  /// The means over the fitted runs, by feature.
  private(set) var means: [Double]
  /// The inverse standard deviations, by feature; 0 for a constant one.
  private(set) var scales: [Double]

  init(_ features: [[Double]], isWeight: [Bool], power: Double, offset: Double) {
    (self.isWeight, self.power, self.offset) = (isWeight, power, offset)
    let runs = Double(features.count)
    (means, scales) = ([], [])
    for k in isWeight.indices {
      let values = features.map { isWeight[k] ? pow(max(0, $0[k]) + offset, power) : $0[k] }
      let mean = values.reduce(0, +) / runs
      let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / runs).squareRoot()
      means.append(mean)
      scales.append(deviation > 1e-10 * max(1, abs(mean)) ? 1 / deviation : 0)
    }
  }

  /// Returns the warped features of a point.
  func callAsFunction(_ x: [Double]) -> [Double] {
    precondition(x.count == isWeight.count, "\(x.count) features, not \(isWeight.count)")
    return x.indices.map { k in
      ((isWeight[k] ? pow(max(0, x[k]) + offset, power) : x[k]) - means[k]) * scales[k]
    }
  }

  /// Returns the derivative of each warped feature by its own feature; it is finite at weight 0.
  func slopes(_ x: [Double]) -> [Double] {
    x.indices.map { k in
      isWeight[k] ? power * pow(max(0, x[k]) + offset, power - 1) * scales[k] : scales[k]
    }
  }

  /// Returns the derivatives of a function of the runs' warped features by log power and log
  /// offset.
  ///
  /// - Parameters:
  ///   - features: the features before the warp, (runs, features).
  ///   - z: the warped features, (runs, features).
  ///   - dz: the function's derivatives by the warped features, (runs, features).
  func gradient(_ features: [[Double]], z: DenseMatrix, dz: DenseMatrix) -> (Double, Double) {
    var gradient = (0.0, 0.0)
    for k in isWeight.indices where isWeight[k] && scales[k] > 0 {
      let raised = features.map { pow(max(0, $0[k]) + offset, power) }
      let bases = features.map { max(0, $0[k]) + offset }
      let (z, dz) = (z.column(k), dz.column(k))
      gradient.0 += standardised(
        zip(raised, bases).map { power * $0 * log($1) }, scales[k], z: z, dz: dz)
      gradient.1 += standardised(
        zip(raised, bases).map { power * $0 / $1 * offset }, scales[k], z: z, dz: dz)
    }
    return gradient
  }

  /// Returns Σ_i dz_i · ∂z_i/∂θ for one feature.
  ///
  /// - Parameters:
  ///   - df: the derivatives by θ of the feature before it was standardised, by run.
  ///   - scale: the inverse standard deviation of the feature.
  private func standardised(
    _ df: [Double], _ scale: Double, z: [Double], dz: [Double]
  ) -> Double {
    let runs = Double(df.count)
    let mean = df.reduce(0, +) / runs
    let stretch = zip(z, df).reduce(0) { $0 + $1.0 * $1.1 } / runs
    return df.indices.reduce(0) { sum, i in
      sum + dz[i] * scale * (df[i] - mean - z[i] * stretch)
    }
  }
}
