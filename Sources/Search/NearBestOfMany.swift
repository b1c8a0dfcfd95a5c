import Constraints
import LinearAlgebra
import Mixtures

/// The ranges of `NearBest` for many domains, by one quadratic model instead of many.
///
/// From the best mixture λ*, the objective rises by about g·d + ½ dᵀBd along d. Of all d that keep
/// Σ d = 0, the equalities, the limits that λ* touches and the weights at a bound (but for λ_i
/// itself), the one with d_i = ±1 that rises least solves one linear system; its factors serve all
/// domains. The end is as far along it as the objective allows, brought into the set, and found by
/// evaluations of the objective: so each end is a weight of a mixture that is feasible and near the
/// best, and the ends are the outermost to second order in the objective.
struct NearBestOfMany {
  private let objective: any SearchObjective
  private let best: [Double]
  private let feasible: FeasibleSet
  private let limit: Double
  /// The gradient and the curvature of the Lagrangian's largest criterion at the best.
  private let gradient: [Double]
  private let curvature: [Double]

  /// The number of domains up to which every end has its own models.
  static let few = 32
  /// How often the ends are evaluated, all of them at once.
  private static let rounds = 4

  init(
    _ objective: any SearchObjective, best: [Double], limit: Double, feasible: FeasibleSet
  ) {
    (self.objective, self.best, self.limit, self.feasible) = (objective, best, limit, feasible)
    let models = objective.models(best).dropLast(objective.guardRows)
    let value = models.map(\.value).max() ?? 0
    // Of criteria that are equally large, their mean: each evaluation sees the largest.
    let largest = models.filter { $0.value >= value - 1e-6 }
    let share = largest.map { _ in 1 / Double(largest.count) }
    gradient = weighted(largest.map(\.gradient), by: share)
    curvature = withAbsoluteEigenvalues(weighted(largest.map(\.curvature), by: share))
  }

  /// Returns the smallest and the largest weight that was found of each domain.
  func ranges(known: [[Double]]) -> [ClosedRange<Double>] {
    let epsilon = limit - objective.value(best)
    var rays: [(domain: Int, direction: [Double], length: Double)] = []
    for (i, direction) in directions.enumerated() {
      guard let direction else { continue }
      for sign in [-1.0, 1] {
        let d = direction.map { sign * $0 }
        let room = sign < 0 ? best[i] - feasible.minimum[i] : feasible.maximum[i] - best[i]
        guard room > 1e-9 else { continue }
        let (slope, bend) = (max(0, dot(gradient, d)), max(bend(d), 1e-12))
        // The root of slope t + ½ bend t² = ε, written so that nothing cancels.
        let length = 2 * epsilon / (slope + (slope * slope + 2 * bend * epsilon).squareRoot())
        rays.append((i, d, min(length, room)))
      }
    }
    var ends = best.map { (low: $0, high: $0) }
    for mixture in known { for i in best.indices { widen(&ends[i], mixture[i]) } }
    var active = rays.map { (ray: $0, inside: 0.0, outside: Double.infinity, length: $0.length) }
    for _ in 0..<Self.rounds where !active.isEmpty {
      let mixtures = active.map { end in
        feasible.adapted(zip(best, end.ray.direction).map { max(0, $0 + end.length * $1) })
      }
      let values = objective.values(ofAll: mixtures).map {
        SearchValue($0, guards: objective.guardRows)
      }
      for (place, (mixture, value)) in zip(mixtures, values).enumerated() {
        let i = active[place].ray.domain
        if value.objective <= limit, value.keepsGuards {
          widen(&ends[i], mixture[i])
          active[place].inside = active[place].length
        } else {
          active[place].outside = active[place].length
        }
        let end = active[place]
        active[place].length =
          end.outside.isFinite ? 0.5 * (end.inside + end.outside) : 1.25 * end.inside
      }
    }
    return ends.map { $0.low...$0.high }
  }

  private func widen(_ range: inout (low: Double, high: Double), _ weight: Double) {
    range = (min(range.low, weight), max(range.high, weight))
  }

  private func bend(_ d: [Double]) -> Double {
    let k = d.count
    return (0..<k).reduce(0) { $0 + d[$1] * dot(curvature[$1 * k..<($1 + 1) * k], d) }
  }

  /// The rows that a direction keeps: Σ d = 0, equalities and limits that the best touches.
  private var kept: [[Double]] {
    [best.map { _ in 1 }]
      + feasible.limits.filter { limit in
        let value = limit.value(at: best)
        return limit.isEquality || value <= limit.low + 1e-9 || value >= limit.high - 1e-9
      }.map(\.coefficients)
  }

  /// Returns the direction of each domain with d_i = 1 along which the model rises least; nil if
  /// there is none.
  private var directions: [[Double]?] {
    let k = best.count
    let free = best.indices.filter {
      best[$0] > feasible.minimum[$0] + 1e-9 && best[$0] < feasible.maximum[$0] - 1e-9
    }
    let rows = kept
    let size = free.count + rows.count
    // Regularised like the systems of `ConvexProgram`: rows may repeat each other.
    let scale = 1e-10 * (free.map { curvature[$0 * k + $0] }.max() ?? 1)
    var matrix = [Double](repeating: 0, count: size * size)
    for (a, i) in free.enumerated() {
      for (b, j) in free.enumerated() { matrix[a * size + b] = curvature[i * k + j] }
      matrix[a * size + a] += scale
      for (r, row) in rows.enumerated() {
        matrix[a * size + free.count + r] = row[i]
        matrix[(free.count + r) * size + a] = row[i]
      }
    }
    for r in free.count..<size { matrix[r * size + r] = -1e-11 }
    guard let factors = LUFactorization(matrix, order: size) else { return best.map { _ in nil } }
    let places = Dictionary(uniqueKeysWithValues: free.enumerated().map { ($1, $0) })
    return best.indices.map { i in
      var d = [Double](repeating: 0, count: k)
      if let place = places[i] {
        // Among all d with A d = 0 and d_i = 1, the least is in the column of the inverse.
        let column = factors.solve((0..<size).map { $0 == place ? 1 : 0 })
        guard column[place].isFinite, abs(column[place]) > 1e-300 else { return nil }
        for (a, j) in free.enumerated() { d[j] = column[a] / column[place] }
      } else {
        let others = factors.solve(free.map { -curvature[$0 * k + i] } + rows.map { -$0[i] })
        for (a, j) in free.enumerated() { d[j] = others[a] }
        d[i] = 1
      }
      return d.allSatisfy(\.isFinite) ? d : nil
    }
  }
}
