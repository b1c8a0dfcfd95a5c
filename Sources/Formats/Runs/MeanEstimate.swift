import Glibc

/// The mean of independent values, and how well it is known.
package struct MeanEstimate: Codable, Equatable, Sendable {
  package var mean: Double
  /// The standard error of the mean, s/√n; nil for fewer than two values.
  package var standardError: Double?

  package init(mean: Double, standardError: Double?) {
    (self.mean, self.standardError) = (mean, standardError)
  }

  /// Estimates the mean of `values`, or returns nil if there are none.
  ///
  /// For zeros and ones, the standard error is √(p(1−p)/(n−1)).
  package init?(of values: [Double]) {
    guard !values.isEmpty else { return nil }
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.init(
      mean: mean,
      standardError: values.count > 1 ? (squares / (count * (count - 1))).squareRoot() : nil)
  }

  /// The difference of two means of values that are independent of each other.
  package static func - (left: Self, right: Self) -> Self {
    let error = left.standardError.flatMap { a in
      right.standardError.map { (a * a + $0 * $0).squareRoot() }
    }
    return Self(mean: left.mean - right.mean, standardError: error)
  }
}
