import LinearAlgebra
package import Parallel
import Storage

/// A Gaussian process of weights and MDE losses round a trend in the MDE loss, for very few runs.
package struct TrendFamily: Family {
  package let name = "mde-trend"
  package let summary =
    "Gaussian process of weights and MDE losses round an affine trend in the MDE loss"
  package let inputs: Inputs = [.weights, .mde]
  package let isFirstChoice = true
  package init() {}

  package func fewestRuns(_ data: RegressionData) -> Int { 1 }

  package func fit(
    _ data: RegressionData, pool: WorkerPool?
  ) throws(FitError) -> any Regressor {
    let columns = RegressorInputs(inputs, of: data)
    let process = try TrendProcess(
      features: data.ids.indices.map { columns.values(data.point($0)) },
      isWeight: columns.isWeight, trends: columns.trends(of: data.sets), losses: data.losses)
    return TrendRegressor(sets: data.sets, inputs: columns, process: process)
  }
}

extension RegressorInputs {
  /// Returns the place of the MDE loss of each set; nil where there is none.
  fileprivate func trends(of sets: [String]) -> [Int?] {
    sets.map { set in names.firstIndex(of: "mde:\(set)") }
  }
}

struct TrendRegressor: Regressor {
  let sets: [String]
  let inputs: RegressorInputs
  let process: TrendProcess

  func predict(_ point: MixturePoint) -> [Double] { process.means(inputs.values(point)) }

  func variance(at point: MixturePoint, of criterion: [Double]) -> PredictiveVariance? {
    let joint = process.posterior([inputs.values(point)], of: criterion)
    return PredictiveVariance(latent: joint.covariance[0, 0], noise: joint.noise)
  }

  func posterior(at points: [MixturePoint], of criterion: [Double]) -> JointPosterior? {
    process.posterior(points.map { inputs.values($0) }, of: criterion)
  }

  func expansion(at point: MixturePoint, of criterion: [Double]) -> SecondOrderExpansion? {
    let part = process.expansion(inputs.values(point), of: criterion)
    let size = point.weights.count + point.mde.count
    var whole = SecondOrderExpansion(
      gradient: [Double](repeating: 0, count: size),
      curvature: [Double](repeating: 0, count: size * size))
    let places = inputs.places
    for (a, place) in places.enumerated() {
      whole.gradient[place] = part.gradient[a]
      for (b, other) in places.enumerated() {
        whole.curvature[place * size + other] = part.curvature[a * places.count + b]
      }
    }
    return whole
  }
}

/// A process round a trend as it is written; `sets` names the columns of its state, `inputs` its
/// variables.
package struct TrendModel: StoredModel {
  package static let kind = "trendProcess"

  package var inputs: [String]
  package var sets: [String]
  package var state: TrendProcess.State

  package init(inputs: [String], sets: [String], state: TrendProcess.State) {
    (self.inputs, self.sets, self.state) = (inputs, sets, state)
  }

  /// Returns nil if the sets are not `sets`, an input is missing, or the state is no process.
  package func regressor(
    domains: [String], sets: [String], mdeSets: [String]
  ) -> (any Regressor)? {
    guard self.sets == sets,
      let inputs = RegressorInputs(inputs, domains: domains, mdeSets: mdeSets),
      inputs.isWeight == state.isWeight, let process = try? TrendProcess(state: state)
    else { return nil }
    return TrendRegressor(sets: sets, inputs: inputs, process: process)
  }
}

extension TrendRegressor {
  var model: any StoredModel {
    TrendModel(inputs: inputs.names, sets: sets, state: process.state)
  }
}
