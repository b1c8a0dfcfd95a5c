import Glibc

/// The exponential law of one loss in the weights, L(λ) = c + exp(a + bᵀλ), by profiled least squares.
///
/// Given c the law is linear, log(L − c) = a + bᵀλ, so a and b have a closed form. An error e of the loss is
/// e/(L − c) of its logarithm; so the rows weigh (L − c)², and squares are those of the loss to first order.
/// b is penalised by α |b|², as weights sum to one and runs may be fewer than domains. c, below all losses,
/// and α are taken from a grid, by the exact leave-one-out predictions of the linear fit: no random starts.
/// Source of the law: Ye et al. 2024, arXiv:2403.16952, equation 6.
package struct ExponentialLaw: Equatable, Sendable {
  package let floor: Double
  package let logScale: Double
  /// b, by domain.
  package let slopes: [Double]

  package init(floor: Double, logScale: Double, slopes: [Double]) {
    (self.floor, self.logScale, self.slopes) = (floor, logScale, slopes)
  }

  /// By how much of the losses' range c may lie below the least of them: 0.001 … 1, four to a decade; then nearer
  /// and nearer to the best of them.
  private static let gaps: [Double] = (-12...0).map { pow(10, Double($0) / 4) }
  private static let refinements: [Double] = [1 / 8.0, 1 / 16.0, 1 / 32.0, 1 / 64.0]
  /// Penalties, in units of the runs times the weights' variance: 10⁻⁶ … 100, one to a decade.
  private static let penalties: [Double] = (-6...2).map { pow(10, Double($0)) }

  /// A law, and what it predicts for each run without that run, floor and penalty kept.
  package struct Fit: Equatable, Sendable {
    package let law: ExponentialLaw
    package let leaveOneOut: [Double]
  }

  /// - Parameters:
  ///   - weights: (runs, domains).
  ///   - losses: one for each run.
  package static func fit(weights: [[Double]], losses: [Double]) throws(FitError) -> Fit {
    precondition(weights.count == losses.count && !losses.isEmpty)
    let (least, most) = (losses.min() ?? 0, losses.max() ?? 0)
    guard most > least else {
      let law = ExponentialLaw(floor: least - 1, logScale: 0, slopes: weights[0].map { _ in 0 })
      return Fit(law: law, leaveOneOut: losses)
    }
    var best: (squares: Double, gap: Double, fit: LogFit, penalty: Double)?
    func consider(_ gap: Double, _ penalties: [Double] = penalties) throws(FitError) {
      let fit = try LogFit(weights: weights, losses: losses, floor: least - gap * (most - least))
      for penalty in penalties {
        let squares = zip(fit.leaveOneOut(penalty: penalty), losses)
          .reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        if squares < best?.squares ?? .infinity { best = (squares, gap, fit, penalty) }
      }
    }
    for gap in gaps { try consider(gap) }
    for step in refinements {
      guard let center = best?.gap else { break }
      for factor in [pow(10, -step), pow(10, step)] { try consider(min(1, center * factor)) }
    }
    if let (_, gap, _, penalty) = best {
      try consider(gap, [0.25, 0.5, 2, 4].map { $0 * penalty })
    }
    guard let (_, _, fit, penalty) = best else {
      throw .noFit(what: "exponential law", code: 0)
    }
    return Fit(law: fit.law(penalty: penalty), leaveOneOut: fit.leaveOneOut(penalty: penalty))
  }

  package func predict(_ weights: [Double]) -> Double { floor + excess(weights) }

  /// exp(a + bᵀλ), by which the law's derivatives are bb… times it.
  func excess(_ weights: [Double]) -> Double {
    exp(zip(slopes, weights).reduce(logScale) { $0 + $1.0 * $1.1 })
  }
}

/// The weighted ridge of log(L − c) on the weights, for one c and every penalty.
private struct LogFit {
  let floor: Double
  private let means: [Double]
  private let meanTarget: Double
  /// log(L − c) less its mean.
  private let targets: [Double]
  /// √weight of each run, of mean square 1.
  private let roots: [Double]
  /// Of the centred rows times `roots`.
  private let factors: SingularValues
  private let projections: [Double]
  private let unit: Double

  init(weights: [[Double]], losses: [Double], floor: Double) throws(FitError) {
    let columns = weights[0].indices
    let squares = losses.map { ($0 - floor) * ($0 - floor) }
    let total = squares.reduce(0, +)
    let shares = squares.map { $0 / total }
    let logs = losses.map { log($0 - floor) }
    let means = columns.map { c in zip(shares, weights).reduce(0) { $0 + $1.0 * $1.1[c] } }
    let meanTarget = zip(shares, logs).reduce(0) { $0 + $1.0 * $1.1 }
    let roots = shares.map { ($0 * Double(losses.count)).squareRoot() }
    let rows = zip(roots, weights).map { root, row in
      columns.map { root * (row[$0] - means[$0]) }
    }
    let factors = try SingularValues(rows)
    let targets = logs.map { $0 - meanTarget }
    (self.floor, self.means, self.meanTarget) = (floor, means, meanTarget)
    (self.targets, self.roots, self.factors) = (targets, roots, factors)
    projections = factors.values.indices.map { k in
      targets.indices.reduce(0) { $0 + factors.left[$1][k] * roots[$1] * targets[$1] }
    }
    unit = factors.values.reduce(0) { $0 + $1 * $1 } / Double(max(1, columns.count))
  }

  private func shrinkage(_ penalty: Double) -> [Double] {
    factors.values.map { s in
      s > factors.negligible ? s * s / (s * s + penalty * unit) : 0
    }
  }

  /// c + exp ẑ_n, ẑ_n from the fit without run n.
  func leaveOneOut(penalty: Double) -> [Double] {
    let shrinkage = shrinkage(penalty)
    let runs = Double(targets.count)
    return targets.indices.map { n in
      var (leverage, fitted) = (roots[n] * roots[n] / runs, 0.0)
      for k in shrinkage.indices {
        let u = factors.left[n][k]
        leverage += u * u * shrinkage[k]
        fitted += u * shrinkage[k] * projections[k]
      }
      let residual = targets[n] - fitted / roots[n]
      // Both go to 0 together where runs are as few as slopes: what counts is their ratio.
      let without = targets[n] - residual / max(1e-12, 1 - leverage)
      return floor + exp(meanTarget + without)
    }
  }

  func law(penalty: Double) -> ExponentialLaw {
    let shrinkage = shrinkage(penalty)
    let slopes = means.indices.map { c in
      shrinkage.indices.reduce(0) { sum, k in
        shrinkage[k] == 0
          ? sum : sum + factors.right[k][c] * shrinkage[k] / factors.values[k] * projections[k]
      }
    }
    let logScale = zip(slopes, means).reduce(meanTarget) { $0 - $1.0 * $1.1 }
    return ExponentialLaw(floor: floor, logScale: logScale, slopes: slopes)
  }
}
