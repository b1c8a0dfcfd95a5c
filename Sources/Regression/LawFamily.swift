package import Kernels

/// The exponential law, one for each evaluation set.
package struct LawFamily: Family {
  package let name = "law"
  package let summary = "exponential law in the weights"
  package let inputs: Inputs = .weights
  package init() {}

  /// One more than its parameters: a slope for each domain, and the floor. With fewer it follows the noise, and its
  /// exponential makes absurd losses of that.
  package func fewestRuns(_ data: RegressionData) -> Int { data.domains.count + 2 }

  package func fit(
    _ data: RegressionData, pool: WorkerPool?
  ) throws(FitError) -> any Regressor {
    try LawRegressor.fit(data).law
  }
}

/// The exponential law, and another family on what it leaves of runs that it has not seen: a law of as many
/// slopes as domains leaves far less of those it was fitted to.
package struct LawAndResidual: Family {
  package let name: String
  package let summary: String
  private let residual: any Family

  package init(_ name: String, summary: String, residual: any Family) {
    (self.name, self.summary, self.residual) = (name, summary, residual)
  }

  package var inputs: Inputs { residual.inputs.union(.weights) }

  package func fewestRuns(_ data: RegressionData) -> Int {
    max(LawFamily().fewestRuns(data), residual.fewestRuns(data))
  }

  package func fit(
    _ data: RegressionData, pool: WorkerPool?
  ) throws(FitError) -> any Regressor {
    let fit = try LawRegressor.fit(data)
    var left = data
    for run in data.ids.indices {
      left.losses[run] = zip(data.losses[run], fit.leaveOneOut[run]).map { $0 - $1 }
    }
    return SumRegressor([fit.law, try residual.fit(left, pool: pool)])
  }
}

/// An exponential law for each evaluation set.
package struct LawRegressor: Regressor {
  package let domains: [String]
  package let sets: [String]
  /// By set.
  package let laws: [ExponentialLaw]

  init(domains: [String], sets: [String], laws: [ExponentialLaw]) {
    precondition(sets.count == laws.count)
    (self.domains, self.sets, self.laws) = (domains, sets, laws)
  }

  /// The laws, and what they predict for each run without it, (runs, sets); NaN where it was not measured.
  static func fit(
    _ data: RegressionData
  ) throws(FitError) -> (law: LawRegressor, leaveOneOut: [[Double]]) {
    var laws: [ExponentialLaw] = []
    var leaveOneOut = data.losses.map { $0.map { _ in Double.nan } }
    for set in data.sets.indices {
      let rows = data.rows(measuring: set)
      let fit = try ExponentialLaw.fit(
        weights: rows.map { data.weights[$0] }, losses: rows.map { data.losses[$0][set] })
      laws.append(fit.law)
      for (run, loss) in zip(rows, fit.leaveOneOut) { leaveOneOut[run][set] = loss }
    }
    return (LawRegressor(domains: data.domains, sets: data.sets, laws: laws), leaveOneOut)
  }

  package func predict(_ point: MixturePoint) -> [Double] { laws.map { $0.predict(point.weights) } }

  package func expansion(at point: MixturePoint, of criterion: [Double]) -> Expansion? {
    let (domains, size) = (point.weights.count, point.weights.count + point.mde.count)
    var gradient = [Double](repeating: 0, count: size)
    var curvature = [Double](repeating: 0, count: size * size)
    for (law, weight) in zip(laws, criterion) where weight != 0 {
      let excess = weight * law.excess(point.weights)
      for i in 0..<domains {
        gradient[i] += excess * law.slopes[i]
        for j in 0..<domains {
          curvature[i * size + j] += excess * law.slopes[i] * law.slopes[j]
        }
      }
    }
    return Expansion(gradient: gradient, curvature: curvature)
  }

  package var model: RegressorModel {
    func bySet<Value>(_ value: (ExponentialLaw) -> Value) -> [String: Value] {
      Dictionary(uniqueKeysWithValues: zip(sets, laws.map(value)))
    }
    return .law(
      .init(
        floors: bySet(\.floor), logScales: bySet(\.logScale),
        slopes: bySet { Dictionary(uniqueKeysWithValues: zip(domains, $0.slopes)) }))
  }

  /// nil if a set or a domain is missing.
  init?(_ model: RegressorModel.LawModel, domains: [String], sets: [String]) {
    var laws: [ExponentialLaw] = []
    for set in sets {
      guard let floor = model.floors[set], let scale = model.logScales[set],
        let slopes = model.slopes[set], domains.allSatisfy({ slopes[$0] != nil })
      else { return nil }
      laws.append(
        ExponentialLaw(floor: floor, logScale: scale, slopes: domains.map { slopes[$0] ?? 0 }))
    }
    self.init(domains: domains, sets: sets, laws: laws)
  }
}
