import Foundation

/// The optimizer AdamW at one step, with its settings.
///
/// Source: Loshchilov, Hutter 2019, arXiv:1711.05101, algorithm 2, in PyTorch's form:
/// `p ← p (1 − rate · decay) − rate/(1 − β₁ᵗ) · m / (√(v / (1 − β₂ᵗ)) + epsilon)`.
package struct AdamW: Sendable {
  package var rate: Float
  package var beta1: Float
  package var beta2: Float
  package var epsilon: Float
  /// The number of the step, counted from 1.
  package var step: Int

  package init(rate: Float, beta1: Float, beta2: Float, epsilon: Float, step: Int) {
    (self.rate, self.beta1, self.beta2, self.epsilon) = (rate, beta1, beta2, epsilon)
    self.step = step
  }

  /// Updates the parameters of one block.
  ///
  ///     parameters, mean, square  (1, n)  Float32, updated
  ///     gradient                  (1, n)  Float32
  ///
  /// - Parameters:
  ///   - gradientScale: The factor that the gradient is multiplied by first.
  ///   - decay: The weight decay, relative to the rate.
  package func update(
    _ parameters: Matrix, mean: Matrix, square: Matrix, gradient: Matrix, gradientScale: Float,
    decay: Float
  ) {
    let keep = 1 - rate * decay
    let stepSize = rate / (1 - pow(beta1, Float(step)))
    let squareScale = 1 / (1 - pow(beta2, Float(step)))
    let (p, m, v, g) = (
      parameters.floats(0), mean.floats(0), square.floats(0), gradient.floats(0)
    )
    for c in p.lanes {
      let gradient = g[lanes: c] * gradientScale
      let mean = m[lanes: c] * beta1 + gradient * (1 - beta1)
      let square = v[lanes: c] * beta2 + gradient * gradient * (1 - beta2)
      m[lanes: c] = mean
      v[lanes: c] = square
      p[lanes: c] =
        p[lanes: c] * keep - mean * stepSize / ((square * squareScale).squareRoot() + epsilon)
    }
  }
}

/// The sum of the squares of a Float32 matrix.
package func sumOfSquares(_ x: Matrix) -> Double {
  var total = 0.0
  for r in 0..<x.rows {
    let x = x.floats(r)
    var sums = Lanes.zero
    for c in x.lanes {
      sums.addProduct(x[lanes: c], x[lanes: c])
      if c % 4096 == 4080 {
        total += Double(sums.total)
        sums = .zero
      }
    }
    total += Double(sums.total)
  }
  return total
}
