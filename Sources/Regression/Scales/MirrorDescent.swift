import Glibc

/// Minimises a smooth function over mixtures whose weights lie between bounds.
///
/// Weights are multiplied by exp(−η g), and put between the bounds by one common factor; η doubles
/// where the value falls and halves where it does not. A convex function, such as a law, has its
/// minimum there.
/// Source: Kivinen, Warmuth, Exponentiated Gradient versus Gradient Descent for Linear Predictors,
/// 1997.
struct MirrorDescent: Sendable {
  let low: [Double]
  let high: [Double]
  private static let steps = 300

  /// Returns the best weights found from `start`, with the value there.
  ///
  /// - Parameter function: the value and the gradient by the weights.
  func minimise(
    from start: [Double], _ function: ([Double]) -> (value: Double, gradient: [Double])
  ) -> (weights: [Double], value: Double) {
    var point = bounded(start)
    var (value, gradient) = function(point)
    var step = 1.0
    for _ in 0..<Self.steps {
      let mean = zip(point, gradient).reduce(0) { $0 + $1.0 * $1.1 }
      let next = bounded(
        zip(point, gradient).map { $0 * exp(max(-5, min(5, -step * ($1 - mean)))) })
      let there = function(next)
      if there.value < value {
        let gain = value - there.value
        (point, value, gradient) = (next, there.value, there.gradient)
        step *= 2
        if gain < 1e-12 * (1 + abs(value)) { break }
      } else {
        step *= 0.5
        if step < 1e-6 { break }
      }
    }
    return (point, value)
  }

  /// Returns c · `weights` cut at the bounds, with the factor c of which the sum is 1.
  private func bounded(_ weights: [Double]) -> [Double] {
    func cut(_ factor: Double) -> [Double] {
      weights.indices.map { min(max(factor * weights[$0], low[$0]), high[$0]) }
    }
    var (least, most) = (-60.0, 60.0)
    for _ in 0..<80 {
      let middle = 0.5 * (least + most)
      if cut(exp(middle)).reduce(0, +) < 1 { least = middle } else { most = middle }
    }
    return cut(exp(most))
  }
}
