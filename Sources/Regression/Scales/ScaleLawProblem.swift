import Glibc
import Mixtures

/// The losses of one set at points of runs, and how far a law is from them.
///
///     f(θ) = Σ_n w_n ρ(log L(θ)_n − log y_n) / s² + ½ θᵀQθ − qᵀθ
///
/// ρ is Huber's loss with the bend at 1.345 s. The weight of a run's end is 1, and its earlier
/// checkpoints share another 1, as their errors go together. The priors hold α and β near 0.3,
/// within a tenth or so, as published laws have them, and the slopes near each other: two sizes of
/// model tell of no exponent.
struct ScaleLawProblem: Sendable {
  /// The exponents of published laws: α .34 and β .28 (Hoffmann et al. 2022), .35 and .37
  /// (Besiroglu et al. 2024), on a logarithmic scale with a deviation of a tenth.
  private static let (exponent, exponentDeviation) = (0.3, 0.1)
  /// The precision of a slope about the mean of its term, and of that mean about a share of the
  /// losses: deviations of six and five.
  private static let (slopePrecision, levelPrecision, levelShare) = (0.03, 0.04, 0.15)
  private static let bend = 1.345

  let layout: ScaleLaw.Layout
  let reference: ModelScale
  /// The weights λ, log (N/N₀) of every run.
  let runs: [(weights: [Double], size: Double)]
  /// The points: index of the run, log (D/D₀), log y, and w.
  let points: [(run: Int, length: Double, logLoss: Double, weight: Double)]
  /// The priors as ½ θᵀQθ − qᵀθ: Q, (parameters, parameters), and q.
  let (priorPrecision, priorPull): ([[Double]], [Double])
  private let logLevel: Double

  init(
    layout: ScaleLaw.Layout, reference: ModelScale, runs: [(weights: [Double], size: Double)],
    points: [(run: Int, length: Double, logLoss: Double, weight: Double)]
  ) {
    (self.layout, self.reference, self.runs, self.points) = (layout, reference, runs, points)
    let total = points.reduce(0) { $0 + $1.weight }
    let mean = points.reduce(0) { $0 + $1.weight * exp($1.logLoss) } / total
    logLevel = log(Self.levelShare * mean)
    var pull = [Double](repeating: 0, count: layout.count)
    var precision = pull.map { _ in pull }
    for place in [ScaleLaw.logAlpha, ScaleLaw.logBeta] {
      precision[place][place] = 1 / (Self.exponentDeviation * Self.exponentDeviation)
      pull[place] = precision[place][place] * log(Self.exponent)
    }
    for range in layout.terms {
      let count = Double(range.count)
      for i in range {
        for j in range {
          precision[i][j] =
            (i == j ? Self.slopePrecision : 0) - Self.slopePrecision / count
            + Self.levelPrecision / (count * count)
        }
        pull[i] = Self.levelPrecision * logLevel / count
      }
    }
    (priorPrecision, priorPull) = (precision, pull)
  }

  /// A start whose floor is `share` of the least loss.
  func start(floorShare share: Double) -> [Double] {
    let least = points.map(\.logLoss).min() ?? 0
    return [log(Self.exponent), log(Self.exponent), least + log(share)]
      + [Double](repeating: logLevel, count: layout.count - 3)
  }

  /// Returns log L − log y at every point.
  func residuals(_ values: [Double]) -> [Double] {
    var residuals: [Double] = []
    evaluate(values) { point, loss, _, _ in residuals.append(log(loss) - points[point].logLoss) }
    return residuals
  }

  /// Returns residuals less the mean that a mixture has at all sizes, where the law is one of the
  /// level alone and mixtures were trained at two sizes or more; else the residuals.
  func withinMixtures(_ residuals: [Double]) -> [Double] {
    guard layout.form == .level else { return residuals }
    var sizes: [[Double]: Set<Double>] = [:]
    for run in runs { sizes[run.weights, default: []].insert(run.size) }
    var sums: [[Double]: (value: Double, weight: Double)] = [:]
    for (residual, point) in zip(residuals, points) {
      let weights = runs[point.run].weights
      sums[weights, default: (0, 0)].value += point.weight * residual
      sums[weights, default: (0, 0)].weight += point.weight
    }
    return zip(residuals, points).map { residual, point in
      let weights = runs[point.run].weights
      guard sizes[weights]?.count ?? 0 > 1, let sum = sums[weights] else { return residual }
      return residual - sum.value / sum.weight
    }
  }

  /// Calls `body` with every point's loss and its terms in N and D, then the third by run.
  private func evaluate(
    _ values: [Double],
    _ body: (_ point: Int, _ loss: Double, _ sizeTerm: Double, _ lengthTerm: Double) -> Void
  ) {
    let (alpha, beta) = (exp(values[ScaleLaw.logAlpha]), exp(values[ScaleLaw.logBeta]))
    let floor = exp(values[ScaleLaw.logFloor])
    let ranges = layout.terms
    func term(_ range: Range<Int>, _ weights: [Double], _ power: Double) -> Double {
      range.isEmpty
        ? 0
        : exp(
          min(
            ScaleLaw.exponent(values, range, weights) + power, ScaleLaw.largestExponent))
    }
    var (last, size, own, length) = (-1, 0.0, 0.0, 0.0)
    for (index, point) in points.enumerated() {
      if point.run != last {
        let run = runs[point.run]
        size = term(ranges[0], run.weights, -alpha * run.size)
        length = term(ranges[1], run.weights, 0)
        own = term(ranges[2], run.weights, 0)
        last = point.run
      }
      let decayed = length * exp(-beta * point.length)
      body(index, floor + size + own + decayed, size, decayed)
    }
  }

  /// Returns f and its gradient for the scale s of the noise.
  func objective(_ values: [Double], noise: Double) -> (value: Double, gradient: [Double]) {
    let (alpha, beta) = (exp(values[ScaleLaw.logAlpha]), exp(values[ScaleLaw.logBeta]))
    let bend = Self.bend * noise
    var value = 0.0
    var gradient = [Double](repeating: 0, count: values.count)
    // By run: the derivatives of f by the logarithms of its three terms.
    var slopes = [(size: Double, length: Double, own: Double)](
      repeating: (0, 0, 0), count: runs.count)
    let floor = exp(values[ScaleLaw.logFloor])
    evaluate(values) { index, loss, size, length in
      let point = points[index]
      let residual = log(loss) - point.logLoss
      let distance = abs(residual)
      value +=
        point.weight
        * (distance < bend ? 0.5 * residual * residual : bend * (distance - 0.5 * bend))
      let slope = point.weight * min(max(residual, -bend), bend) / loss
      gradient[ScaleLaw.logFloor] += slope * floor
      gradient[ScaleLaw.logBeta] -= slope * length * beta * point.length
      slopes[point.run].size += slope * size
      slopes[point.run].length += slope * length
      slopes[point.run].own += slope * (loss - floor - size - length)
    }
    let ranges = layout.terms
    for (run, slope) in zip(runs, slopes) {
      gradient[ScaleLaw.logAlpha] -= slope.size * alpha * run.size
      for (range, slope) in zip(ranges, [slope.size, slope.length, slope.own]) {
        if range.count == 1, run.weights.count != 1 {
          gradient[range.lowerBound] += slope
        } else {
          for (place, weight) in zip(range, run.weights) { gradient[place] += slope * weight }
        }
      }
    }
    let scale = 1 / (noise * noise)
    value *= scale
    for i in gradient.indices { gradient[i] *= scale }
    for (i, row) in priorPrecision.enumerated() {
      let slope = zip(row, values).reduce(0) { $0 + $1.0 * $1.1 } - priorPull[i]
      gradient[i] += slope
      value += 0.5 * values[i] * (slope - priorPull[i])
    }
    return (value, gradient)
  }
}
