import Glibc
import LinearAlgebra

/// Features as the kernel sees them: mean 0 and standard deviation 1 over the runs fitted.
///
/// A weight λ of a domain goes through (λ + offset)^power first, with both hyper-parameters shared by
/// all weights and evaluation sets: what counts is by which factor a weight changes, less so near
/// 0. A small power acts as the logarithm, 1 leaves weights as they are.
struct GaussianProcessWarp: Codable, Equatable, Sendable {
  let isWeight: [Bool]
  let power: Double
  let offset: Double
  /// By feature.
  private(set) var means: [Double]
  /// 1 / standard deviation, or 0 of a constant feature.
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

  func callAsFunction(_ x: [Double]) -> [Double] {
    precondition(x.count == isWeight.count, "\(x.count) features, not \(isWeight.count)")
    return x.indices.map { k in
      ((isWeight[k] ? pow(max(0, x[k]) + offset, power) : x[k]) - means[k]) * scales[k]
    }
  }

  /// The derivative of each warped feature by its own feature; finite at weight 0.
  func slopes(_ x: [Double]) -> [Double] {
    x.indices.map { k in
      isWeight[k] ? power * pow(max(0, x[k]) + offset, power - 1) * scales[k] : scales[k]
    }
  }

  /// The derivatives by log power and log offset of a function of the warped features of the runs.
  ///
  /// - Parameters:
  ///   - z: (runs, features): the warped features.
  ///   - dz: (runs, features): the function's derivatives by them.
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

  /// Σ dz · dz/dθ where the feature before it was standardised has derivatives `df` by θ.
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
