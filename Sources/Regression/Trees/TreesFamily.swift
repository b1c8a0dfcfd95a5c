package import Parallel
import Storage

/// Gradient-boosted trees, one ensemble for each evaluation set, with settings chosen inside the
/// runs.
package struct TreesFamily: Family {
  package let name: String
  package let summary: String
  package let inputs: Inputs
  /// The seed of the choice of settings and of the trees' samples, the same in every fold.
  private let seed: UInt64

  package init(_ name: String, summary: String, inputs: Inputs, seed: UInt64) {
    (self.name, self.summary, self.inputs, self.seed) = (name, summary, inputs, seed)
  }

  package func fewestRuns(_ data: RegressionData) -> Int { 8 }

  package func fit(
    _ data: RegressionData, pool: WorkerPool?
  ) throws(FitError) -> any Regressor {
    let pool = pool ?? WorkerPool(threads: 1)
    let columns = RegressorInputs(inputs, of: data)
    let features = data.ids.indices.map { columns.values(data.point($0)) }
    let targets = data.sets.indices.map { set in data.losses.map { $0[set] } }
    let settings = BoostingChoice(features: features, targets: targets, seed: seed, pool: pool)
      .settings
    let ensembles = BoostedTrees.fit(
      features: features, targets: targets, settings: settings, seed: seed, pool: pool)
    return TreesRegressor(sets: data.sets, inputs: columns, ensembles: ensembles)
  }
}

/// An ensemble of trees for each evaluation set, constant in pieces.
struct TreesRegressor: Regressor {
  let sets: [String]
  let inputs: RegressorInputs
  /// The ensembles, by set.
  let ensembles: [BoostedTrees]

  func predict(_ point: MixturePoint) -> [Double] {
    let values = inputs.values(point)
    return ensembles.map { $0.predict(values) }
  }

  func expansion(at point: MixturePoint, of criterion: [Double]) -> SecondOrderExpansion? { nil }
}
