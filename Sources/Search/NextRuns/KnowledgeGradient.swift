import Glibc

/// Returns how far one observation is expected to lower the least of several means, in their unit.
///
/// The observation moves mean a to μ_a + b_a Z, with Z standard normal, and
///
///     min_a μ_a − E[min_a (μ_a + b_a Z)] = Σ_i (b_i − b_{i+1}) f(−|c_i|),  f(z) = z Φ(z) + φ(z)
///
/// over the lines that are the lowest somewhere, in order of falling slope, where c_i is the Z at
/// which line i + 1 becomes lower than line i. It is 0 or more, and 0 where all slopes are equal.
///
/// Lines that need |Z| > `reach` to become the lowest are left out; they add less than 1e-9 of the
/// spread of the slopes.
/// Source: Frazier, Powell, Dayanik, The Knowledge-Gradient Policy for Correlated Normal Beliefs,
/// 2009, doi:10.1287/ijoc.1080.0314, equation 14 and algorithm 1.
///
/// - Parameters:
///   - means: μ, of every alternative, at least one.
///   - slopes: b, in the same order.
func expectedReduction(means: [Double], slopes: [Double]) -> Double {
  let reach = 6.0
  guard let best = means.indices.min(by: { means[$0] < means[$1] }) else { return 0 }
  var lines: [(slope: Double, mean: Double)] = []
  for a in means.indices
  where a == best || means[a] - means[best] < reach * abs(slopes[a] - slopes[best]) {
    lines.append((slopes[a], means[a]))
  }
  // Of lines of one slope, the lowest comes first and the others are never lower.
  lines.sort { ($0.slope, $1.mean) > ($1.slope, $0.mean) }
  var envelope: [(slope: Double, mean: Double, from: Double)] = []
  for line in lines {
    if let last = envelope.last, last.slope == line.slope { continue }
    var from = -Double.infinity
    while let last = envelope.last {
      from = (line.mean - last.mean) / (last.slope - line.slope)
      guard from <= last.from else { break }
      envelope.removeLast()
      from = -.infinity
    }
    envelope.append((line.slope, line.mean, from))
  }
  return zip(envelope, envelope.dropFirst()).reduce(0) { sum, pair in
    sum + (pair.0.slope - pair.1.slope) * tail(abs(pair.1.from))
  }
}

/// Returns E[max(0, Z − z)] = φ(z) − z Φ(−z) for a standard normal Z and z ≥ 0.
private func tail(_ z: Double) -> Double {
  let density = exp(-0.5 * z * z) / (2 * Double.pi).squareRoot()
  return max(0, density - z * 0.5 * erfc(z / 2.0.squareRoot()))
}
