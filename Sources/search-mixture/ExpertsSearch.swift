import ArgumentParser
import Constraints
import Experts
import Formats
import Mixtures
import Parallel
import Regression
import Search
import Storage
import ToolKit

// The answer of the experts alone: an order of mixtures with a certificate.
extension SearchMixture {
  /// The distance from the best MDE loss within which weights are told, in nats per token, where
  /// no regressor's error says better.
  private static let near = 0.01

  /// What the files and flags say that the experts alone are asked.
  struct ExpertsGiven {
    let scores: ExpertScores
    let groups: DomainGroups
    let target: Objective
    /// The baselines as their files have them.
    let baselines: [(id: String, weights: [Double])]
    let stock: Inventory
    let feasible: FeasibleSet
    let mde: MDEObjective
  }

  func expertsGiven(_ pool: WorkerPool) throws -> ExpertsGiven {
    try refuseConfidence()
    let scores = try ExpertScores(folders: experts, virtual: virtual)
    let groups = scores.groups
    let kinds = try scores.evaluationSets()
    let target = try namedObjective(objective ?? "avg-sp", of: kinds)
    let baselines = try readBaselines(groups.domains)
    let stock = try inventory.read()
    let feasible = try feasibleSet(stock, baselines, groups, within: nil)
    let cache = try ProbabilityCache(scores, pool: pool)
    let bounds = try lossGuards(of: kinds, known: joined(baselines, groups), stock, groups)
    guard let mde = mdeObjective(target, cache, guards: bounds, pool) else {
      throw UsageError("--objective \(target.name): the experts did not score every set of it")
    }
    return ExpertsGiven(
      scores: scores, groups: groups, target: target, baselines: baselines, stock: stock,
      feasible: feasible, mde: mde)
  }

  /// Minimises the MDE objective, which no mixture has to be trained for.
  func searchExperts(_ pool: WorkerPool) throws {
    noteUnused()
    let given = try expertsGiven(pool)
    let (scores, mde, feasible) = (given.scores, given.mde, given.feasible)
    let known = joined(given.baselines, given.groups)
    let certified = try certifiedMinimum(mde, feasible, known)
    let builder = ProposalBuilder(
      target: given.target, feasible: feasible, groups: given.groups, known: given.baselines,
      inventory: given.stock, experts: mde, prediction: nil)
    let proposal = try builder.proposal(
      .init(
        minimized: .mde, objective: mde, found: FoundMixture(certified), certified: certified,
        others: known, within: answers.within ?? Self.near, cost: try cost(scores),
        warnings: warnings(scores, mde.cache, certified, given.target, nil, pool)))
    let file = ProposalFile(proposal, provenance: try provenance(scores))
    try writeWhatIf(
      around: file, given.groups, feasible, given.stock,
      .init(experts: mde, objective: given.target))
    try write(file, [])
  }

  /// Returns the minimum of the MDE objective, which keeps its guards.
  func certifiedMinimum(
    _ mde: MDEObjective, _ feasible: FeasibleSet, _ known: [(id: String, weights: [Double])]
  ) throws -> CertifiedMinimum {
    guard mde.guards != nil else {
      return try CertifiedMinimum(of: mde, feasible: feasible, start: feasible.center, gap: gap)
    }
    let starts = [feasible.center] + known.map { feasible.adapted($0.weights) }
    let kept = BestKept(of: mde, feasible: feasible, starts: starts)
    try kept.check()
    return try CertifiedMinimum(
      of: mde, feasible: feasible, starts: starts + [kept.weights], gap: gap)
  }

  /// Returns the signs that the answer of the experts may be bad, the runs that were fitted among
  /// what tells.
  func warnings(
    _ scores: ExpertScores?, _ cache: ProbabilityCache?, _ certified: CertifiedMinimum?,
    _ target: Objective, _ fitted: FittedRuns?, _ pool: WorkerPool
  ) -> [ExpertsWarning] {
    guard let scores, let cache else { return [] }
    let runs = fitted.map { fitted in
      let data = fitted.data
      let sets = NameIndex(data.mdeSets)
      return zip(data.ids.indices, fitted.observed(target)).map { run, measured in
        ExpertsChecks.Run(
          id: data.ids[run], measured: measured, mde: target.value(data.mde[run], of: sets))
      }.filter { $0.measured.isFinite && $0.mde.isFinite }
    }
    return ExpertsChecks(
      cache, answer: certified?.weights, models: scores.models, pool: pool
    ).warnings(runs: runs ?? [], unit: target.unit)
  }

  /// Says which flags were given although only a regressor's predictions depend on them.
  private func noteUnused() {
    let unused = [
      family.map { _ in "--family" }, extrapolate ? "--extrapolate" : nil,
      answers.pareto.map { _ in "--pareto" },
    ].compactMap { $0 }
    if !unused.isEmpty {
      common.note(
        "search-mixture: \(unused.joined(separator: ", ")): not used without --regressor")
    }
  }

  /// Says which weights no run was observed with, and why that is allowed.
  func noteBeyond(_ fitted: FittedRuns, _ weights: [Double]) {
    let beyond = fitted.domains.indices.filter { i in
      let observed = fitted.data.weights.map { $0[i] }
      return weights[i] > (observed.max() ?? 1) + 1e-9 || weights[i] < (observed.min() ?? 0) - 1e-9
    }
    guard !beyond.isEmpty else { return }
    let names = beyond.map { fitted.domains[$0] }.joined(separator: ", ")
    common.note(
      "search-mixture: no run was observed with such weights of \(names). For the experts that is "
        + "no extrapolation: each was trained on one domain alone, and every mixture lies between "
        + "them. The predicted level is one.")
  }
}

extension Proposal.Minimized: ExpressibleByArgument {}
