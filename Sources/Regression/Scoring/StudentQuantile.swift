import Glibc

/// The t with P(|T| ≤ t) = `coverage` for Student's distribution, by bisection of its finite
/// series.
///
/// Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 1964, 26.7.3 and 26.7.4.
package func studentRadius(coverage: Double, freedom: Int) -> Double {
  precondition(freedom >= 1 && coverage > 0 && coverage < 1)
  var (low, high) = (0.0, Double.pi / 2)
  for _ in 0..<60 {
    let middle = 0.5 * (low + high)
    if studentCoverage(angle: middle, freedom: freedom) < coverage {
      low = middle
    } else {
      high = middle
    }
  }
  return Double(freedom).squareRoot() * tan(0.5 * (low + high))
}

/// P(|T| ≤ √ν tan θ) for ν degrees of freedom.
private func studentCoverage(angle: Double, freedom: Int) -> Double {
  let (sine, cosine) = (sin(angle), cos(angle))
  let isOdd = freedom % 2 == 1
  // The terms have the powers 1, 3, … ν − 2 of the cosine for odd ν, 0, 2, … ν − 2 for even.
  var (term, sum) = (isOdd ? cosine : 1, 0.0)
  var power = isOdd ? 1 : 0
  while power <= freedom - 2 {
    sum += term
    term *= cosine * cosine * Double(power + 1) / Double(power + 2)
    power += 2
  }
  return isOdd ? 2 / .pi * (angle + sine * sum) : sine * sum
}
