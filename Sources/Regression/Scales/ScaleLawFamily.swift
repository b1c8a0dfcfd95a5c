import Glibc
package import Mixtures
package import Parallel

/// The family of laws in weights and scale, one for each evaluation set, fitted to runs of several
/// sizes with their checkpoints.
package struct ScaleLawFamily: ScaleFamily {
  package let name: String
  package let summary: String
  let form: ScaleLaw.Form

  init(_ name: String, summary: String, form: ScaleLaw.Form) {
    (self.name, self.summary, self.form) = (name, summary, form)
  }

  package var followsSize: Bool { form == .joint }

  /// The number of runs beyond that of domains: the priors make up for what few runs leave open.
  package func fewestRuns(_ data: RegressionData) -> Int { data.domains.count + 2 }

  package func fit(
    _ data: RegressionData, at targets: [ModelScale], pool: WorkerPool?
  ) throws(FitError) -> [any Regressor] {
    let law = try law(data, hasNoise: true, pool: pool)
    return targets.map { law.aimed(at: $0) }
  }

  /// Fits the laws of all sets, aimed at the data's target.
  ///
  /// - Parameter hasNoise: whether the regressor states how far runs are from the laws.
  func law(
    _ data: RegressionData, hasNoise: Bool, pool: WorkerPool?
  ) throws(FitError) -> ScaleLawRegressor {
    guard let scales = data.scales, let nearest = data.largestScale() else {
      throw .noFit(what: "law of scales", code: 1)
    }
    let problems = try ScaleLawProblem.all(data, scales, form: form)
    let fits = each(problems.count, pool) { ScaleLawFit(problems[$0]) }.compactMap(\.self)
    guard fits.count == problems.count else { throw .noFit(what: "law of scales", code: 2) }
    return ScaleLawRegressor(
      domains: data.domains, sets: data.sets, fits: fits, target: scales.target,
      nearest: nearest, smallest: data.lengths.sizes.first?.parameters, lengths: data.lengths,
      hasNoise: hasNoise)
  }
}

extension ScaleLawProblem {
  /// The part of a run before which checkpoints are left aside: a learning rate that warms up, and
  /// losses that fall steeply, tell nothing of ends.
  private static let firstPart = 0.25

  /// Returns the problems of all sets of `data`.
  ///
  /// - Throws: `lossNotPositive`, as a law of logarithms has no such loss.
  static func all(
    _ data: RegressionData, _ scales: RunScales, form: ScaleLaw.Form
  ) throws(FitError) -> [ScaleLawProblem] {
    let layout = ScaleLaw.Layout(form: form, domains: data.domains.count)
    var rowsOf: [[String]: [Int]] = [:]
    var keys: [[String]] = []
    for row in data.ids.indices {
      let key = scales.key(row)
      if rowsOf[key] == nil { keys.append(key) }
      rowsOf[key, default: []].append(row)
    }
    let isFinal = scales.isFinal
    let reference = ModelScale(
      meanOf: data.ids.indices.filter { isFinal[$0] }.map { scales.points[$0].scale })
    var problems: [ScaleLawProblem] = []
    for set in data.sets.indices {
      var runs: [(weights: [Double], size: Double)] = []
      var points: [(run: Int, length: Double, logLoss: Double, weight: Double)] = []
      for key in keys {
        let all = rowsOf[key] ?? []
        let last = all.map { scales.points[$0].scale.tokens }.max() ?? 0
        let rows = all.filter {
          !data.losses[$0][set].isNaN && scales.points[$0].scale.tokens >= firstPart * last
        }
        // What repeats the end within a thousandth of the run adds nothing.
        let earlier = rows.filter { scales.points[$0].scale.tokens < 0.999 * last }
        let ends = rows.filter { scales.points[$0].scale.tokens == last }
        guard let row = rows.first else { continue }
        runs.append(
          (data.weights[row], log(scales.points[row].scale.parameters / reference.parameters)))
        for row in earlier + ends {
          let loss = data.losses[row][set]
          guard loss > 0 else {
            throw .lossNotPositive(id: data.ids[row], set: data.sets[set])
          }
          points.append(
            (
              runs.count - 1, log(scales.points[row].scale.tokens / reference.tokens), log(loss),
              ends.contains(row) ? 1 : 1 / Double(earlier.count)
            ))
        }
      }
      problems.append(
        ScaleLawProblem(layout: layout, reference: reference, runs: runs, points: points))
    }
    return problems
  }
}

extension ModelScale {
  /// The geometric mean of `scales`; both numbers are 1 where there are none.
  init(meanOf scales: [ModelScale]) {
    func mean(_ values: [Double]) -> Double {
      exp(values.reduce(0) { $0 + log($1) } / Double(max(1, values.count)))
    }
    self.init(parameters: mean(scales.map(\.parameters)), tokens: mean(scales.map(\.tokens)))
  }
}
