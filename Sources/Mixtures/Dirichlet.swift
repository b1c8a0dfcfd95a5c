import Glibc
package import Parallel

/// Returns one draw from the Dirichlet distribution of parameters `concentrations`.
///
/// A parameter of 0 gives a weight of 0. The gamma variates are kept as logarithms: with parameters
/// far below 1 they underflow, and a draw must still be a point of the simplex.
package func dirichlet(
  _ concentrations: [Double], using random: inout RandomStream
) -> [Double] {
  let logs = concentrations.map { $0 > 0 ? logGamma($0, using: &random) : -.infinity }
  let peak = logs.max() ?? 0
  precondition(peak > -.infinity, "no concentration is positive: \(concentrations)")
  let parts = logs.map { exp($0 - peak) }
  let sum = parts.reduce(0, +)
  return parts.map { $0 / sum }
}

/// Returns the logarithm of a gamma variate of the given shape and scale 1.
///
/// A shape below 1 is drawn as Gamma(shape + 1) · U^(1/shape).
/// Source: Marsaglia, Tsang 2000, doi:10.1145/358407.358414.
private func logGamma(_ shape: Double, using random: inout RandomStream) -> Double {
  if shape < 1 {
    let boost = log(1 - random.unit()) / shape
    return logGamma(shape + 1, using: &random) + boost
  }
  let d = shape - 1.0 / 3
  let c = 1 / (9 * d).squareRoot()
  while true {
    let x = normal(using: &random)
    let root = 1 + c * x
    guard root > 0 else { continue }
    let v = root * root * root
    if log(1 - random.unit()) < 0.5 * x * x + d - d * v + d * log(v) { return log(d * v) }
  }
}

/// Returns a standard normal variate (Box, Muller 1958); the second of the pair is not kept.
package func normal(using random: inout RandomStream) -> Double {
  let radius = (-2 * log(1 - random.unit())).squareRoot()
  return radius * cos(2 * .pi * random.unit())
}
