/// A minimiser of smooth functions by the limited-memory BFGS method.
///
/// Source: Nocedal and Wright, Numerical Optimization, 2006, algorithm 7.5. The step is found by
/// bisection to satisfy the weak Wolfe conditions: Lewis and Overton, Nonsmooth optimization via
/// quasi-Newton methods, 2013, algorithm 2.6.
package struct LBFGS: Sendable {
  /// The number of pairs of a step and a change of the gradient that are kept.
  package var memory = 12
  /// The largest number of iterations.
  package var iterations: Int
  /// The size of the largest component of the gradient at which the iteration stops.
  package var gradientTolerance = 1e-4
  /// The gain, divided by 1 + |f|, under which three iterations in a row end the iteration.
  package var valueTolerance = 1e-8

  package init(iterations: Int = 200) { self.iterations = iterations }

  /// The best point found, with f and its gradient there.
  package struct Result: Sendable {
    package var x: [Double]
    package var value: Double
    package var gradient: [Double]
    package var iterations: Int
  }

  /// Minimises `function` from `start`.
  ///
  /// - Parameter function: The value f(x) and its gradient, or nil where f is not defined, which
  ///   counts as +∞.
  /// - Returns: The best point found, or nil if f is not defined at `start`.
  package func minimise(
    from start: [Double], _ function: ([Double]) -> (value: Double, gradient: [Double])?
  ) -> Result? {
    guard let first = function(start), first.value.isFinite else { return nil }
    var point = Result(x: start, value: first.value, gradient: first.gradient, iterations: 0)
    var pairs: [(step: [Double], change: [Double])] = []
    var idle = 0
    while point.iterations < iterations, idle < 3 {
      guard point.gradient.contains(where: { abs($0) > gradientTolerance }) else { break }
      var direction = descent(point.gradient, pairs)
      if dot(direction, point.gradient) >= 0 {
        pairs = []
        direction = descent(point.gradient, pairs)
      }
      guard let next = search(point, direction, function) else {
        if pairs.isEmpty { break }
        pairs = []
        continue
      }
      let step = zip(next.x, point.x).map { $0 - $1 }
      let change = zip(next.gradient, point.gradient).map { $0 - $1 }
      if dot(step, change) > 1e-12 * dot(change, change) { pairs.append((step, change)) }
      if pairs.count > memory { pairs.removeFirst() }
      idle = point.value - next.value < valueTolerance * (1 + abs(next.value)) ? idle + 1 : 0
      let done = point.iterations + 1
      point = next
      point.iterations = done
    }
    return point
  }

  /// Returns −H g, where H is the inverse Hessian that the pairs stand for.
  ///
  /// Without pairs it is −g, shortened to a length of 1 at most.
  private func descent(
    _ gradient: [Double], _ pairs: [(step: [Double], change: [Double])]
  ) -> [Double] {
    guard let last = pairs.last else {
      let scale = 1 / max(1, dot(gradient, gradient).squareRoot())
      return gradient.map { -$0 * scale }
    }
    var q = gradient.map { -$0 }
    var factors: [Double] = []
    for pair in pairs.reversed() {
      let factor = dot(pair.step, q) / dot(pair.step, pair.change)
      for i in q.indices { q[i] -= factor * pair.change[i] }
      factors.append(factor)
    }
    let scale = dot(last.step, last.change) / dot(last.change, last.change)
    for i in q.indices { q[i] *= scale }
    for (pair, factor) in zip(pairs, factors.reversed()) {
      let other = dot(pair.change, q) / dot(pair.step, pair.change)
      for i in q.indices { q[i] += (factor - other) * pair.step[i] }
    }
    return q
  }

  /// Returns the first of at most 30 trial points that satisfies both Wolfe conditions.
  ///
  /// If none does, it is the last one that satisfies the condition of decrease, or nil.
  private func search(
    _ point: Result, _ direction: [Double],
    _ function: ([Double]) -> (value: Double, gradient: [Double])?
  ) -> Result? {
    let slope = dot(point.gradient, direction)
    var (low, high, length) = (0.0, Double.infinity, 1.0)
    var best: Result?
    for _ in 0..<30 {
      let x = zip(point.x, direction).map { $0 + length * $1 }
      let trial = function(x)
      if let trial, trial.value <= point.value + 1e-4 * length * slope {
        best = Result(x: x, value: trial.value, gradient: trial.gradient, iterations: 0)
        if dot(trial.gradient, direction) >= 0.9 * slope { return best }
        low = length
      } else {
        high = length
      }
      length = high.isFinite ? (low + high) / 2 : 2 * low
    }
    return best
  }
}
