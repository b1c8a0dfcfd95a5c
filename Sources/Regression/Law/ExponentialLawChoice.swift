import Glibc
import Parallel

/// The choice of floors and penalties of exponential laws, by leave-one-out on a grid; nothing is
/// random.
///
/// For each floor the penalties go from strong, where b is nearly 0, to weak, and each fit starts
/// from the last one's. A fit is implausible where its penalty is below σ²/τ², where σ² is its own
/// mean squared leave-one-out error: this is a prior by which slopes are of size τ at most. Without
/// it, a few noisy runs let slopes grow until the law is absurd at the next mixture. Both τ and the
/// sharing of costs between sets were chosen on RegMix's tables.
private struct ExponentialLawChoice {
  /// The distances of c below the least loss, in parts of the losses' range; negative ones lie
  /// above it.
  private static let gaps = [-0.4, -0.2, -0.1, -0.05, -0.02, 0.001, 0.01, 0.03, 0.1, 0.3, 1]
  /// The penalties α from strong to weak, in units of the mean of (y_n − c)² times
  /// `ExponentialLeastSquares.spread`.
  fileprivate static let penalties: [Double] = (-5...2).reversed().map { pow(10, Double($0)) }
  /// The largest plausible slope τ.
  private static let slopeScale = 30.0

  private struct Candidate {
    var solution: ExponentialLeastSquares.Solution
    /// The penalty α; its place among `penalties` follows.
    var penalty: Double
    var place: Int
    /// The logarithm of the sum of squared leave-one-out errors over that of the losses about their
    /// mean.
    var error: Double
    var isPlausible: Bool
  }

  private let problem: ExponentialLeastSquares
  /// The sum of squares of the losses about their mean.
  private let squares: Double
  private var candidates: [Candidate] = []

  /// Fits the grid; nil where the losses or the weights of all runs are equal, and nothing can be
  /// fitted.
  init?(_ runs: ExponentialLaw.Runs) {
    problem = ExponentialLeastSquares(runs)
    let (least, most) = (runs.losses.min() ?? 0, runs.losses.max() ?? 0)
    let (mean, range, spread) = (average(runs.losses), most - least, problem.spread)
    squares = runs.losses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    guard range > 0, spread > 1e-20 else { return nil }
    for gap in Self.gaps {
      let floor = least - gap * range
      let below = min(floor, least - 0.01 * range)
      let unit = spread * average(runs.losses.map { ($0 - below) * ($0 - below) })
      var exponent = [log(max(mean - floor, 1e-3 * range))] + problem.means.map { _ in 0 }
      for (place, penalty) in Self.penalties.enumerated() {
        let start = (floor: floor, exponent: exponent)
        guard let candidate = candidate(start, penalty: penalty * unit, place: place) else { break }
        exponent = candidate.solution.exponent
        candidates.append(candidate)
      }
    }
  }

  private func candidate(
    _ start: (floor: Double, exponent: [Double]), penalty: Double, place: Int,
    freesFloor: Bool = false
  ) -> Candidate? {
    guard
      let solution = problem.solve(
        floor: start.floor, exponent: start.exponent, penalty: penalty, freesFloor: freesFloor)
    else { return nil }
    let left = zip(solution.leaveOneOut, problem.losses).reduce(0) {
      $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
    }
    let variance = left / Double(problem.losses.count)
    return Candidate(
      solution: solution, penalty: penalty, place: place, error: log(max(left / squares, 1e-30)),
      isPlausible: penalty * Self.slopeScale * Self.slopeScale >= variance)
  }

  /// The cost of each penalty: the error of its best plausible floor less the least error of all.
  ///
  /// Errors above 0, which are worse than the mean of the losses, count as 0.
  fileprivate var costs: [Double] {
    var best = Self.penalties.map { _ in 0.0 }
    for candidate in candidates where candidate.isPlausible {
      best[candidate.place] = min(best[candidate.place], candidate.error)
    }
    let least = best.min() ?? 0
    return best.map { $0 - least }
  }

  /// Chooses the fit with the least sum of its own error and `shared`, the mean cost of its penalty
  /// over all sets; nil if nothing could be fitted.
  ///
  /// The penalty that few runs call for is much the same for every set, and 13 sets tell it better
  /// than one. The chosen fit goes on with its floor free, and with weaker penalties as long as
  /// they help.
  fileprivate func choose(_ shared: [Double]) -> ExponentialLaw.Fit? {
    func cost(_ candidate: Candidate) -> Double { candidate.error + shared[candidate.place] }
    let plausible = candidates.filter(\.isPlausible)
    guard
      var best = plausible.min(by: { cost($0) < cost($1) })
        ?? candidates.min(by: { $0.place < $1.place })
    else { return nil }
    for factor in [1] + [Double](repeating: 0.1, count: 8) {
      guard
        let next = candidate(
          (best.solution.floor, best.solution.exponent), penalty: factor * best.penalty,
          place: best.place, freesFloor: true),
        next.isPlausible, next.error < best.error
      else { break }
      best = next
    }
    return .init(law: problem.law(best.solution), leaveOneOut: best.solution.leaveOneOut)
  }
}

extension ExponentialLaw {
  /// Fits a law to each of several losses, and the mean to those that allow no law.
  static func fit(_ sets: [Runs], pool: WorkerPool?) -> [Fit] {
    let choices = each(sets.count, pool) { ExponentialLawChoice(sets[$0]) }
    let costs = choices.compactMap { $0?.costs }
    let shared = ExponentialLawChoice.penalties.indices.map { place in
      average(costs.map { $0[place] })
    }
    return zip(sets, choices).map { runs, choice in
      choice?.choose(shared) ?? constant(runs)
    }
  }

  /// Returns the mean as a law; its leave-one-out predictions are the means of the other runs.
  private static func constant(_ runs: Runs) -> Fit {
    let (count, mean) = (Double(runs.losses.count), average(runs.losses))
    return Fit(
      law: ExponentialLaw(
        floor: mean - 1, logScale: 0, slopes: runs.weights[0].map { _ in 0 }),
      leaveOneOut: runs.losses.map { count > 1 ? (count * mean - $0) / (count - 1) : mean })
  }
}

private func average(_ values: [Double]) -> Double {
  values.reduce(0, +) / Double(max(1, values.count))
}
