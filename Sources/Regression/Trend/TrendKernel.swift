import Glibc
import LinearAlgebra

/// The covariance of what the trend leaves at two mixtures: a Matérn kernel of smoothness 5/2 of
///
///     r² = Σ_i (√(λ_i + .001) − √(λ′_i + .001))² / 4 + mean_j (F_j − F′_j)²
///
/// Square roots of weights make the simplex a part of a sphere, on which no two mixtures are
/// further than √2 apart, however many domains there are. The lengths of 2 and 1 nat had the least
/// error on the published table, where others from half to twice of them did nearly as well.
struct TrendKernel: Sendable {
  private static let offset = 1e-3
  private static let weightLength = 2.0

  /// Whether a variable is the weight of a domain; others are MDE losses.
  let isWeight: [Bool]
  private let kernel: GaussianProcessKernel
  /// The factor √(1 / losses) of an MDE loss.
  private let lossScale: Double

  init(isWeight: [Bool]) {
    self.isWeight = isWeight
    kernel = GaussianProcessKernel(lengthScales: isWeight.map { _ in 1 }, constant: 0)
    lossScale = 1 / Double(max(1, isWeight.count { !$0 })).squareRoot()
  }

  /// Returns the place of a point x, its weights and MDE losses, at which distances are r.
  func place(_ x: [Double]) -> [Double] {
    precondition(x.count == isWeight.count, "\(x.count) variables, not \(isWeight.count)")
    return x.indices.map { k in
      isWeight[k]
        ? (max(0, x[k]) + Self.offset).squareRoot() / Self.weightLength : x[k] * lossScale
    }
  }

  /// Returns the covariance of all places, (places, places).
  func matrix(_ z: DenseMatrix) -> DenseMatrix { kernel.values(z) }

  /// Returns the covariances of one place and those of `z`.
  func vector(_ z: DenseMatrix, _ place: [Double]) -> [Double] { kernel.values(z, place) }

  /// Returns Σ_i γ_i k(z_i, x) to second order in x, its gradient and curvature alone.
  ///
  /// With q = √5 r, the derivatives of k by r² are −5/6 (1 + q) e^−q and 25/12 e^−q.
  func expansion(_ z: DenseMatrix, _ x: [Double], of coefficients: [Double]) -> SecondOrderExpansion
  {
    let (place, size) = (place(x), x.count)
    var gradient = [Double](repeating: 0, count: size)
    var curvature = [Double](repeating: 0, count: size * size)
    var diagonal = 0.0
    for (i, coefficient) in coefficients.enumerated() {
      let difference = place.indices.map { place[$0] - z[i, $0] }
      let q = (5 * difference.reduce(0) { $0 + $1 * $1 }).squareRoot()
      let (slope, bend) = (-5 / 6 * (1 + q) * exp(-q), 25 / 12 * exp(-q))
      diagonal += 2 * coefficient * slope
      for a in 0..<size {
        gradient[a] += 2 * coefficient * slope * difference[a]
        let scaled = 4 * coefficient * bend * difference[a]
        for b in 0..<size { curvature[a * size + b] += scaled * difference[b] }
      }
    }
    for a in 0..<size { curvature[a * size + a] += diagonal }
    return chained(gradient, curvature, x)
  }

  /// Turns derivatives by the place into those by x.
  private func chained(
    _ gradient: [Double], _ curvature: [Double], _ x: [Double]
  ) -> SecondOrderExpansion {
    let (place, size) = (place(x), x.count)
    // z = √(λ + .001) / 2 has the derivative 1 / (8 z), and that has −z′² / z.
    let slopes = x.indices.map { k in
      isWeight[k] ? 0.5 / (Self.weightLength * Self.weightLength * place[k]) : lossScale
    }
    var result = SecondOrderExpansion(
      gradient: zip(gradient, slopes).map { $0 * $1 }, curvature: curvature)
    for a in 0..<size {
      for b in 0..<size { result.curvature[a * size + b] *= slopes[a] * slopes[b] }
      if isWeight[a] {
        result.curvature[a * size + a] -= gradient[a] * slopes[a] * slopes[a] / place[a]
      }
    }
    return result
  }
}
