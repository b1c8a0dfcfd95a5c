import Glibc
import LinearAlgebra

/// The sum of a constant and a Matérn kernel of smoothness 5/2 with a length scale for every
/// feature:
///
///     k(z, z′) = c² + (1 + √5 r + 5/3 r²) exp(−√5 r),   r² = Σ_k (z_k − z′_k)² / ℓ_k²
///
/// Source: Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, equation 4.17 and
/// section 5.1.
struct GaussianProcessKernel: Codable, Equatable, Sendable {
  let lengthScales: [Double]
  /// The constant c: how far the mean may be from the observed one.
  let constant: Double

  /// Whether it is of so many features.
  func isWhole(ofFeatures count: Int) -> Bool { lengthScales.count == count }

  /// The value k(z, z), the same for any z.
  var variance: Double { constant * constant + 1 }

  /// Returns k and its derivative by r² at a squared distance r².
  @inline(__always)
  private func value(_ squared: Double) -> (value: Double, slope: Double) {
    let r = (5 * squared).squareRoot()
    let decay = exp(-r)
    return (constant * constant + (1 + r + r * r / 3) * decay, -5 / 6 * (1 + r) * decay)
  }

  /// Returns the warped features over the length scales, (features, runs).
  private func scaled(_ z: DenseMatrix) -> DenseMatrix {
    var result = z.transposed
    for k in lengthScales.indices {
      for i in 0..<z.rows { result[k, i] /= lengthScales[k] }
    }
    return result
  }

  /// Returns the kernel between all runs.
  ///
  /// - Parameter z: the warped features, (runs, features).
  /// - Returns: k and its derivatives by r², both (runs, runs).
  func matrix(_ z: DenseMatrix) -> (values: DenseMatrix, slopes: DenseMatrix) {
    let x = scaled(z)
    var values = DenseMatrix(rows: z.rows, columns: z.rows)
    var slopes = values
    for i in 0..<z.rows {
      let squared = squaredDistances(x, from: i)
      for j in 0...i {
        let (value, slope) = value(squared[j])
        values[i, j] = value
        values[j, i] = value
        slopes[i, j] = slope
        slopes[j, i] = slope
      }
    }
    return (values, slopes)
  }

  /// Returns r² between run `i` and the runs up to it.
  private func squaredDistances(_ x: DenseMatrix, from i: Int) -> [Double] {
    var squared = [Double](repeating: 0, count: i + 1)
    for k in 0..<x.rows {
      let (base, centre) = (k * x.stride, x[k, i])
      for j in squared.indices {
        let difference = x.values[base + j] - centre
        squared[j] += difference * difference
      }
    }
    return squared
  }

  /// Returns k between all runs as `matrix` does, without derivatives.
  func values(_ z: DenseMatrix) -> DenseMatrix {
    let x = scaled(z)
    var values = DenseMatrix(rows: z.rows, columns: z.rows)
    for i in 0..<z.rows {
      let squared = squaredDistances(x, from: i)
      for j in 0...i {
        values[i, j] = value(squared[j]).value
        values[j, i] = values[i, j]
      }
    }
    return values
  }

  /// Returns k between a point and the runs.
  func values(_ z: DenseMatrix, _ point: [Double]) -> [Double] {
    squaredDistances(z, to: point).map { value($0).value }
  }

  /// Returns the derivatives by r² of k between a point and the runs.
  func slopes(_ z: DenseMatrix, _ point: [Double]) -> [Double] {
    squaredDistances(z, to: point).map { value($0).slope }
  }

  /// Returns r² between a point and the runs.
  private func squaredDistances(_ z: DenseMatrix, to point: [Double]) -> [Double] {
    (0..<z.rows).map { i in
      var squared = 0.0
      for k in lengthScales.indices {
        let difference = (z[i, k] - point[k]) / lengthScales[k]
        squared += difference * difference
      }
      return squared
    }
  }

  /// The derivatives of a function by what the kernel depends on.
  struct Gradient: Sendable {
    /// The derivatives by log ℓ, one for each feature.
    var lengthScales: [Double]
    /// The derivative by log c.
    var constant: Double
    /// The derivatives by the warped features, (runs, features).
    var z: DenseMatrix
  }

  /// Returns the derivatives of a function of the kernel's matrix.
  ///
  /// - Parameters:
  ///   - slopes: the derivatives by r² that `matrix` gave.
  ///   - dk: the function's derivatives by the matrix, (runs, runs), symmetric.
  func gradient(_ z: DenseMatrix, slopes: DenseMatrix, dk: DenseMatrix) -> Gradient {
    var h = dk
    for i in h.values.indices { h.values[i] *= slopes.values[i] }
    // Σ_j h_ij, and Σ_j h_ij z_jk: with these Σ_ij h_ij (z_ik − z_jk)² needs no differences.
    let sums = (0..<h.rows).map { h.row($0).reduce(0, +) }
    let products = h.timesTransposed(z.transposed)
    var gradient = Gradient(
      lengthScales: lengthScales.map { _ in 0 },
      constant: 2 * constant * constant * dk.values.reduce(0, +), z: z)
    for k in lengthScales.indices {
      let precision = 1 / (lengthScales[k] * lengthScales[k])
      for i in 0..<z.rows {
        let difference = sums[i] * z[i, k] - products[i, k]
        gradient.lengthScales[k] -= 4 * precision * z[i, k] * difference
        gradient.z[i, k] = 4 * precision * difference
      }
    }
    return gradient
  }
}
