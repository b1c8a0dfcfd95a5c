import Mixtures

/// The point μ of the feasible set that minimises −g·(μ − λ) + ½ (μ − λ)ᵀ H (μ − λ).
///
/// Weight moves between the pair of domains whose exchange gains most, exactly, until no exchange is
/// worth more than `tolerance`; H is positive semidefinite, so that is the minimum. Every iterate is
/// feasible. Source: Platt 1998, sequential minimal optimization.
func quadraticStep(
  from start: [Double], gains: [Double], curvature: [Double], feasible: FeasibleSet,
  tolerance: Double = 1e-13
) -> [Double] {
  let n = start.count
  var point = start
  var slope = gains.map { -$0 }  // of the quadratic, at `point`
  for _ in 0..<1000 * n {
    let up = (0..<n).filter { point[$0] < feasible.maximum[$0] }.min { slope[$0] < slope[$1] }
    let down = (0..<n).filter { point[$0] > feasible.minimum[$0] }.max { slope[$0] < slope[$1] }
    guard let up, let down, slope[down] - slope[up] > tolerance else { break }
    let bend =
      curvature[up * n + up] + curvature[down * n + down] - 2 * curvature[up * n + down]
    let room = min(feasible.maximum[up] - point[up], point[down] - feasible.minimum[down])
    let step = bend > 0 ? min(room, (slope[down] - slope[up]) / bend) : room
    guard step > 0 else { break }
    point[up] = step == room ? min(point[up] + step, feasible.maximum[up]) : point[up] + step
    point[down] = max(feasible.minimum[down], point[down] - step)
    for i in 0..<n { slope[i] += step * (curvature[i * n + up] - curvature[i * n + down]) }
  }
  return point
}
