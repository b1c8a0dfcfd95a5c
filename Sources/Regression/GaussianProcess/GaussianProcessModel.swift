import Parallel

/// A Gaussian process of the features `inputs` as it is written; `sets` names the columns of its
/// state.
package struct GaussianProcessModel: StoredModel {
  package static let kind = "gaussianProcess"

  package var inputs: [String]
  package var sets: [String]
  package var state: GaussianProcess.State

  package init(inputs: [String], sets: [String], state: GaussianProcess.State) {
    (self.inputs, self.sets, self.state) = (inputs, sets, state)
  }

  /// Returns nil if the sets are not `sets`, an input is missing, or the state is no process.
  package func regressor(
    domains: [String], sets: [String], mdeSets: [String]
  ) -> (any Regressor)? {
    guard self.sets == sets,
      let inputs = RegressorInputs(inputs, domains: domains, mdeSets: mdeSets),
      let process = try? GaussianProcess(state: state, pool: WorkerPool(threads: 1))
    else { return nil }
    return GaussianProcessRegressor(sets: sets, inputs: inputs, process: process)
  }
}

extension GaussianProcessRegressor {
  var model: any StoredModel {
    GaussianProcessModel(inputs: inputs.names, sets: sets, state: process.state)
  }
}
