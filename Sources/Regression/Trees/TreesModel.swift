import Formats

/// Boosted trees of the features `inputs` as they are written, an ensemble for each evaluation set.
package struct TreesModel: StoredModel {
  package static let kind = "trees"

  package var inputs: [String]
  package var ensembles: [String: BoostedTrees]

  package init(inputs: [String], ensembles: [String: BoostedTrees]) {
    (self.inputs, self.ensembles) = (inputs, ensembles)
  }

  /// Returns nil if a set or an input is missing.
  package func regressor(
    domains: [String], sets: [String], mdeSets: [String]
  ) -> (any Regressor)? {
    guard let inputs = RegressorInputs(inputs, domains: domains, mdeSets: mdeSets),
      let ensembles = NameIndex(sets).vector(ensembles),
      ensembles.allSatisfy({ $0.featureCount <= inputs.names.count })
    else { return nil }
    return TreesRegressor(sets: sets, inputs: inputs, ensembles: ensembles)
  }
}

extension TreesRegressor {
  var model: any StoredModel {
    TreesModel(inputs: inputs.names, ensembles: NameIndex(sets).dictionary(ensembles))
  }
}
