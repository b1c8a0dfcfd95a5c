import Storage

/// The weights and MDE losses that a model sees, by name: `weight:DOMAIN`, `mde:SET`.
struct RegressorInputs: Equatable, Sendable {
  let names: [String]
  /// The place of each name's value among the weights and, after them, the MDE losses.
  let places: [Int]
  private let weightCount: Int

  /// Takes all variables that `inputs` says, sorted by name: models that draw at random or break
  /// ties come out the same whatever order `data` has.
  init(_ inputs: Inputs, of data: RegressionData) {
    let all = Self.names(domains: data.domains, mdeSets: data.mdeSets)
    weightCount = data.domains.count
    places = all.indices.filter { inputs.contains($0 < data.domains.count ? .weights : .mde) }
      .sorted { all[$0] < all[$1] }
    names = places.map { all[$0] }
  }

  /// Takes the variables `names`; nil if one is not among the domains and sets.
  init?(_ names: [String], domains: [String], mdeSets: [String]) {
    let all = Self.names(domains: domains, mdeSets: mdeSets)
    let places = names.compactMap { all.firstIndex(of: $0) }
    guard places.count == names.count else { return nil }
    (self.names, self.places, weightCount) = (names, places, domains.count)
  }

  private static func names(domains: [String], mdeSets: [String]) -> [String] {
    domains.map { "weight:\($0)" } + mdeSets.map { "mde:\($0)" }
  }

  var isWeight: [Bool] { places.map { $0 < weightCount } }

  func values(_ point: MixturePoint) -> [Double] {
    places.map { $0 < weightCount ? point.weights[$0] : point.mde[$0 - weightCount] }
  }
}
