import Constraints
import Experts
import Formats
import Foundation
import Mixtures
import Regression
import Search
import Storage
import ToolKit

/// The inputs that the flags name, read from their files.
extension SearchMixture {
  func chosenFamily(of fitted: FittedRuns, _ path: String) throws -> FittedFamily {
    guard fitted.beta == 0 else {
      throw UsageError("\(path): was fitted on beta \(fitted.beta); search needs beta 0")
    }
    let name = family ?? fitted.family
    guard let family = fitted.families.first(where: { $0.name == name }) else {
      throw UsageError(
        "--family is one of \(fitted.families.map(\.name).joined(separator: ", ")), not \(name)")
    }
    return family
  }

  func readBaselines(_ domains: [String]) throws -> [(id: String, weights: [Double])] {
    try baselines.flatMap { path in
      let file = try MixtureFile(reading: path)
      for warning in file.warnings { common.note("search-mixture: \(warning)") }
      return try file.named(over: domains)
    }
  }

  func namedObjective(
    _ name: String, of sets: EvaluationSets
  ) throws -> Objective {
    try Objective(named: name, of: sets) { path in
      guard path == "-" || FileManager.default.fileExists(atPath: path) else {
        let means = MeanObjective.names.filter {
          MeanObjective.named($0, of: sets) != nil
        }
        throw UsageError(
          "\(path) is no objective of these sets and no file; "
            + choices(means + ["worst"] + sets.names, insteadOf: path))
      }
      let file = try MixtureFile(reading: path)
      _ = try file.weights(over: sets.names, absentIsZero: true)
      return file.records.map(\.mixture.byName)
    }
  }

  /// Returns the mixtures of groups and lone domains that keep the bounds that were asked for,
  /// those of the inventory, and those of the runs `fitted`.
  func feasibleSet(
    _ stock: Inventory, _ known: [(id: String, weights: [Double])], _ groups: DomainGroups,
    within fitted: FittedRuns?
  ) throws -> FeasibleSet {
    var bounds = MixtureBounds()
    let domains = groups.domains
    try constraints.add(to: &bounds, domains: domains, baselines: known)
    try requireKnown(stock, domains)
    for limit in stock.minima { bounds.atLeast(limit.value, limit.domain, reason: limit.reason) }
    for limit in try stock.maxima(of: domains) {
      bounds.atMost(limit.value, limit.domain, reason: limit.reason)
    }
    var joined = try bounds.joined(by: groups)
    if let fitted { joined.stayWithin(fitted.data.weights, domains: groups.parts) }
    return try joined.feasibleSet(domains: groups.parts)
  }

  /// Refuses bounds in the table of domains that there are not, and tells of other rows of such.
  private func requireKnown(_ stock: Inventory, _ domains: [String]) throws {
    let unknown = (stock.table?.domains ?? []).filter { !domains.contains($0.name) }
    let path = inventory.domains ?? ""
    if let bound = unknown.first(where: { $0.minimumWeight ?? 0 > 0 || $0.maximumWeight != nil }) {
      throw UsageError(
        "\(path): \(bound.name) has a bound and is no domain of the runs or experts; "
          + choices(domains, insteadOf: bound.name))
    }
    if !unknown.isEmpty {
      common.note(
        "search-mixture: \(path): not used, as there is no expert or run of them: "
          + unknown.map(\.name).joined(separator: ", "))
    }
  }

  /// Returns the mixtures as weights of groups and lone domains.
  func joined(
    _ known: [(id: String, weights: [Double])], _ groups: DomainGroups
  ) -> [(id: String, weights: [Double])] {
    known.map { ($0.id, groups.joined($0.weights)) }
  }

  /// Returns the baselines `known` and, last, the observed run with the lowest objective, if one
  /// was measured; a baseline of the same weights stands for it.
  func others(
    _ known: [(id: String, weights: [Double])], _ fitted: FittedRuns, _ target: Objective
  ) -> [(id: String, weights: [Double])] {
    let observed = fitted.observed(target)
    guard
      let best = observed.indices.filter({ !observed[$0].isNaN })
        .min(by: { observed[$0] < observed[$1] })
    else { return known }
    let run = (id: fitted.data.ids[best], weights: fitted.data.weights[best])
    func isSame(_ other: (id: String, weights: [Double])) -> Bool {
      other.id == run.id || zip(other.weights, run.weights).allSatisfy { abs($0 - $1) <= 1e-6 }
    }
    return known.filter { !isSame($0) } + [known.first(where: isSame) ?? run]
  }

  func provenance(_ scores: ExpertScores?) throws -> Provenance {
    let paths =
      (regressor.map { [$0] } ?? []) + (scores?.sets.flatMap(\.paths) ?? []) + baselines + trained
      + inventory.manifests
      + [inventory.domains].compactMap { $0 } + virtual.filter { !$0.contains("=") }
    let own = [
      "minimize": minimized.rawValue,
      "family": regressor == nil ? "" : family ?? "recommended",
      "objective": objective ?? (regressor == nil ? "avg-sp" : "the regressor's"),
      "virtual": virtual.filter { $0.contains("=") }.joined(separator: " "),
      "extrapolate": "\(extrapolate)", "draws": "\(draws)", "starts": "\(starts)",
      "gap": "\(gap)", "train-tokens": inventory.trainTokens.map { "\($0)" } ?? "",
      "max-epochs": inventory.maxEpochs.map { "\($0)" } ?? "",
    ].filter { !$0.value.isEmpty }
    return Provenance(
      format: ProposalFile.format, version: ProposalFile.version, tool: .searchMixture,
      flags: own.merging(constraints.flags) { $1 }.merging(guards.flags) { $1 }
        .merging(answers.flags) { $1 },
      seed: common.seed, inputs: try paths.compactMap { try InputDigest(unlessStream: $0) })
  }
}
