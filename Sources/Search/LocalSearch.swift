import CNLopt
package import Mixtures

/// A function to minimise over mixtures, with its gradient.
package typealias Objective = (_ weights: [Double]) -> (value: Double, gradient: [Double])

/// The best feasible mixture that sequential quadratic programming finds from `start`.
///
/// Never worse than `start`: whatever the optimiser answers is projected onto the set, evaluated, and
/// dropped if it does not help. Source: Kraft 1994, SLSQP, as in NLopt.
///
/// - Parameter start: feasible.
package func localMinimum(
  of objective: @escaping Objective, from start: [Double], feasible: FeasibleSet,
  maximumEvaluations: Int = 200
) throws(SearchError) -> (weights: [Double], value: Double, evaluations: Int) {
  let before = objective(start).value
  let (found, evaluations) = try slsqp(
    objective, from: start, feasible: feasible, maximumEvaluations: maximumEvaluations)
  let weights = feasible.nearest(to: found)
  let value = objective(weights).value
  return value < before
    ? (weights, value, evaluations + 2) : (start, before, evaluations + 2)
}

/// The objective as NLopt's callback reaches it.
private final class Callback {
  let objective: Objective
  var evaluations = 0
  init(_ objective: @escaping Objective) { self.objective = objective }
}

private func slsqp(
  _ objective: @escaping Objective, from start: [Double], feasible: FeasibleSet,
  maximumEvaluations: Int
) throws(SearchError) -> (weights: [Double], evaluations: Int) {
  let callback = Callback(objective)
  let context = unsafe Unmanaged.passUnretained(callback).toOpaque()
  let optimizer = unsafe nlopt_create(NLOPT_LD_SLSQP, UInt32(start.count))
  defer { unsafe nlopt_destroy(optimizer) }
  unsafe nlopt_set_lower_bounds(optimizer, feasible.minimum)
  unsafe nlopt_set_upper_bounds(optimizer, feasible.maximum)
  unsafe nlopt_set_xtol_rel(optimizer, 1e-10)
  unsafe nlopt_set_ftol_abs(optimizer, 1e-10)
  unsafe nlopt_set_maxeval(optimizer, CInt(maximumEvaluations))
  unsafe nlopt_set_min_objective(
    optimizer,
    { count, point, gradient, context in
      guard let point = unsafe point, let context = unsafe context else { return .nan }
      let callback = unsafe Unmanaged<Callback>.fromOpaque(context).takeUnretainedValue()
      callback.evaluations += 1
      let weights = unsafe Array(UnsafeBufferPointer(start: point, count: Int(count)))
      let (value, slope) = callback.objective(weights)
      for i in 0..<Int(count) { unsafe gradient?[i] = slope[i] }
      return value
    }, context)
  unsafe nlopt_add_equality_constraint(
    optimizer,
    { count, point, gradient, _ in
      guard let point = unsafe point else { return .nan }
      var sum = -1.0
      for i in 0..<Int(count) {
        unsafe sum += point[i]
        unsafe gradient?[i] = 1
      }
      return sum
    }, nil, 1e-12)
  var weights = start
  var value = 0.0
  let code = withExtendedLifetime(callback) {
    unsafe nlopt_optimize(optimizer, &weights, &value)
  }
  // Stopping for lack of progress or by rounding still leaves a point; bad arguments do not.
  guard code != NLOPT_INVALID_ARGS, code != NLOPT_OUT_OF_MEMORY else {
    throw .local(code: Int(code.rawValue))
  }
  return (weights.allSatisfy(\.isFinite) ? weights : start, callback.evaluations)
}
