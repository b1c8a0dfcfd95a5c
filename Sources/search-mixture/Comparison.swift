import Constraints
import Formats
import Mixtures
import Parallel
import Regression
import Reporting
import Search
import Storage
import ToolKit

// What is predicted of mixtures that somebody names, without a search.
extension SearchMixture {
  /// Compares the mixtures of --compare by what a regressor predicts.
  func compareFitted(_ file: RegressorFile, path: String, _ pool: WorkerPool) throws {
    let given = try given(file, path, pool)
    let subject = try subject(given.runs.groups, given.baselines, given.feasible, given.stock)
    try write(MixtureComparison(subject, losses(given)))
  }

  /// Compares them by the MDE losses of the experts alone.
  func compareExperts(_ pool: WorkerPool) throws {
    let known = try expertsGiven(pool)
    let subject = try subject(known.groups, known.baselines, known.feasible, known.stock)
    try write(MixtureComparison(subject, .init(experts: known.mde, objective: known.target)))
  }

  /// Writes what is predicted around a proposal, if that was asked for.
  ///
  /// - Parameter losses: What predicts it.
  func writeWhatIf(
    around proposal: ProposalFile, _ groups: DomainGroups, _ feasible: FeasibleSet,
    _ stock: Inventory, _ losses: @autoclosure () -> PredictedLosses
  ) throws {
    guard let path = answers.whatIfOutput else { return }
    let mixtures = proposal.candidates.map { candidate in
      (id: candidate.id, weights: groups.domains.map { candidate.weights[$0] })
    }
    let subject = MixtureComparison.Subject(
      mixtures, groups: groups, feasible: feasible, inventory: stock)
    var provenance = proposal.provenance
    (provenance.format, provenance.version) = (WhatIfFile.format, WhatIfFile.version)
    let file = WhatIfFile(
      try WhatIf(subject, losses(), seed: common.seed), provenance: provenance)
    try replaceFile(path, bytes: file.bytes)
  }

  /// Returns what the regressor predicts, under the guards of what is minimised.
  func losses(_ given: Given) -> PredictedLosses {
    var guarded: any SearchObjective = given.predicted
    if minimized == .mde, let mde = given.mde { guarded = mde }
    return PredictedLosses(
      given.predicted, given.family, in: given.runs, objective: given.target,
      wasChosen: given.wasChosen, guarded: guarded)
  }

  private func write(_ comparison: MixtureComparison) throws {
    let unused = [
      answers.within.map { _ in "--within" }, answers.pareto.map { _ in "--pareto" },
    ].compactMap { $0 }
    if !unused.isEmpty {
      common.note("search-mixture: \(unused.joined(separator: ", ")): not used with --compare")
    }
    try replaceFile(common.output, bytes: Array(comparison.text.utf8))
  }

  private func subject(
    _ groups: DomainGroups, _ baselines: [(id: String, weights: [Double])],
    _ feasible: FeasibleSet, _ stock: Inventory
  ) throws -> MixtureComparison.Subject {
    var mixtures: [(id: String, weights: [Double])] = []
    for text in compared {
      var mixture = try namedMixture(
        text, groups: groups, baselines: baselines, stock, base: mixtures.first?.weights)
      // Two files may call their mixtures the same.
      if mixtures.contains(where: { $0.id == mixture.id }) { mixture.id = text }
      mixtures.append(mixture)
    }
    return .init(mixtures, groups: groups, feasible: feasible, inventory: stock)
  }

  /// Returns the mixture that an argument of --compare means, with its weights by domain.
  private func namedMixture(
    _ text: String, groups: DomainGroups, baselines: [(id: String, weights: [Double])],
    _ stock: Inventory, base: [Double]?
  ) throws -> (id: String, weights: [Double]) {
    let domains = groups.domains
    if let known = baselines.first(where: { $0.id == text }) { return known }
    if !isFile(text), !isStream(text) {
      let count = Double(domains.count)
      if text == "uniform" { return (text, domains.map { _ in 1 / count }) }
      if text == "natural", let shares = stock.shares(of: domains) { return (text, shares) }
      if text.contains("=") { return (text, try changed(text, base, domains)) }
    }
    guard isFile(text) || isStream(text) || text.contains("/") else {
      let ids = baselines.map(\.id) + ["uniform"]
      throw UsageError(
        "--compare: \(text) is no file, no mixture of --baselines and no weights such as "
          + "\(domains[0])=0.3; \(choices(ids, insteadOf: text))")
    }
    let file = try MixtureFile(reading: text)
    for warning in file.warnings { common.note("search-mixture: \(warning)") }
    guard file.records.count == 1 else {
      throw UsageError(
        "\(text): holds \(file.records.count) mixtures; give it to --baselines, and name one here: "
          + file.records.map(\.id).joined(separator: ", "))
    }
    let name = text.split(separator: "/").last.map(String.init) ?? text
    return (
      name.hasSuffix(".json") ? String(name.dropLast(5)) : name,
      try file.named(over: domains)[0].weights
    )
  }

  /// Returns the first mixture with the weights of some domains changed.
  private func changed(_ text: String, _ base: [Double]?, _ domains: [String]) throws -> [Double] {
    guard let change = ChangedWeights(argument: text) else {
      throw UsageError(
        "--compare: \(text): is not DOMAIN=WEIGHT,…, each domain once and weights of 0 to 1")
    }
    for name in change.weights.map(\.name) where !domains.contains(name) {
      throw UsageError(
        "--compare: \(text): \(name) is no domain; \(choices(domains, insteadOf: name))")
    }
    guard let base else {
      throw UsageError(
        "--compare: \(text): changes weights of the first mixture; name that one before it")
    }
    do throws(ChangedWeights.Impossible) {
      return try change.applied(to: base, domains: domains)
    } catch {
      throw UsageError("--compare: \(text): \(error)")
    }
  }
}
