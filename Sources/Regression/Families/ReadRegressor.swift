/// The regressor that `model` describes, over names in the given order; nil if one of them is missing in it.
package func readRegressor(
  _ model: RegressorModel, domains: [String], sets: [String], mdeSets: [String]
) -> (any Regressor)? {
  switch model {
  case .linear(let linear):
    return LinearRegressor(linear, domains: domains, sets: sets, mdeSets: mdeSets)
  case .exponential(let law):
    return ExponentialRegressor(law, domains: domains, sets: sets, mdeSets: mdeSets)
  case .trees(let trees):
    return TreesRegressor(trees, domains: domains, sets: sets, mdeSets: mdeSets)
  case .gaussianProcess(let process):
    return GaussianProcessRegressor(process, domains: domains, sets: sets, mdeSets: mdeSets)
  case .sum(let models):
    var parts: [any Regressor] = []
    for model in models {
      guard
        let part = readRegressor(model, domains: domains, sets: sets, mdeSets: mdeSets)
      else { return nil }
      parts.append(part)
    }
    return parts.isEmpty ? nil : SumRegressor(parts)
  }
}
