import Constraints
import Experts
import Formats
import Mixtures
import Parallel
import Regression
import Search
import Storage
import ToolKit

// The answer of a regressor, or of the experts with the level that a regressor tells.
extension SearchMixture {
  /// Searches what a regressor predicts, or lets it predict what the experts alone find.
  func search(_ file: RegressorFile, path: String, _ pool: WorkerPool) throws {
    let given = try given(file, path, pool)
    switch minimized {
    case .mde: try tellLevel(given, pool)
    case .predicted: try searchPredictions(given, fitSeed: file.provenance.seed ?? 0, pool)
    }
  }

  /// What the files and flags say that a search with a regressor starts from.
  struct Given {
    let runs: FittedRuns
    let family: FittedFamily
    let target: Objective
    let stock: Inventory
    let feasible: FeasibleSet
    /// The baselines as their files have them.
    let baselines: [(id: String, weights: [Double])]
    let scores: ExpertScores?
    /// The objective as the family predicts it, and the error of that.
    let predicted: FittedObjective
    let error: PredictionError
    /// Whether the family was chosen, among the others, by its errors.
    let wasChosen: Bool
    /// The same as the experts alone see it, under the guards if it is minimised; nil without them.
    let mde: MDEObjective?
    /// The baselines with the weights of parts.
    let known: [(id: String, weights: [Double])]
    /// The mixtures to compare with; the last is the best observed run, if there is one.
    let others: [(id: String, weights: [Double])]

    var builder: ProposalBuilder {
      ProposalBuilder(
        target: target, feasible: feasible, groups: runs.groups, known: baselines,
        inventory: stock, experts: mde,
        prediction: .init(family, predicted, error: error))
    }
  }

  func given(_ file: RegressorFile, _ path: String, _ pool: WorkerPool) throws -> Given {
    let runs = file.value
    let family = try chosenFamily(of: runs, path)
    if let scale = runs.scale {
      common.note("search-mixture: losses are predicted of \(scale.target.text)")
    }
    let groups = runs.groups
    let baselines = try readBaselines(groups.domains)
    let known = joined(baselines, groups)
    let stock = try inventory.read()
    let isFree = extrapolate || minimized == .mde
    let feasible = try feasibleSet(stock, baselines, groups, within: isFree ? nil : runs)
    let scores = experts.isEmpty ? nil : try ExpertScores(folders: experts, virtual: virtual)
    let target =
      try objective.map { try namedObjective($0, of: runs.evaluationSets) }
      ?? Objective(runs.objective)
    let cache = try scores.map { try ProbabilityCache($0, pool: pool) }
    guard
      let unguarded = FittedObjective(
        runs, family: family, objective: target, cache: cache,
        epochsAtFullWeight: stock.epochsAtFullWeight(of: groups), pool: pool)
    else {
      throw SearchError.regressor(
        path: path,
        problem: experts.isEmpty
          ? "family \(family.name) needs MDE features; give --experts"
          : "its domains or evaluation sets are not those of the experts; fit it again")
    }
    let wasChosen = self.family == nil && file.provenance.flags["family"] == "best"
    guard
      let error = PredictionError(family, in: runs, objective: target, wasChosen: wasChosen)
    else {
      throw SearchError.regressor(
        path: path, problem: "no two of its runs were measured on every set of \(target.name)")
    }
    var (predicted, bounds) = (unguarded, [LossGuard]())
    switch minimized {
    case .predicted:
      let kept = try lossGuards(of: runs.evaluationSets, known: known, stock, groups)
      predicted = unguarded.guarded(
        by: kept, radii: try guardRadii(kept, runs, family, wasChosen: wasChosen))
    case .mde:
      try refuseConfidence()
      bounds = try lossGuards(
        of: scores?.evaluationSets() ?? EvaluationSets([], domains: groups.domains), known: known,
        stock, groups)
    }
    return Given(
      runs: runs, family: family, target: target, stock: stock, feasible: feasible,
      baselines: baselines, scores: scores, predicted: predicted, error: error,
      wasChosen: wasChosen, mde: cache.flatMap { mdeObjective(target, $0, guards: bounds, pool) },
      known: known, others: others(known, runs, target))
  }

  /// Takes the minimum of the MDE objective, and lets the regressor tell its level.
  private func tellLevel(_ given: Given, _ pool: WorkerPool) throws {
    guard let mde = given.mde else {
      throw UsageError(
        "--minimize mde: the experts did not score every set of \(given.target.name)")
    }
    let certified = try certifiedMinimum(mde, given.feasible, given.known)
    noteBeyond(given.runs, certified.weights)
    var cost = try cost(given.scores)
    cost.next.noise = seedNoise(given.runs, given.predicted, given.target, at: certified.weights)
    let proposal = try given.builder.proposal(
      .init(
        minimized: .mde, objective: mde, found: FoundMixture(certified), certified: certified,
        others: given.others, within: within(given), cost: cost,
        warnings: warnings(given.scores, mde.cache, certified, given.target, given.runs, pool)))
    let file = ProposalFile(proposal, provenance: try provenance(given.scores))
    try writeWhatIf(around: file, given.runs.groups, given.feasible, given.stock, losses(given))
    try write(file, [])
  }

  /// Searches the minimum of what the regressor predicts, with all that is asked beside it.
  private func searchPredictions(_ given: Given, fitSeed: UInt64, _ pool: WorkerPool) throws {
    let (runs, predicted, feasible) = (given.runs, given.predicted, given.feasible)
    let certified = try given.mde.map { try certifiedMinimum($0, feasible, given.known) }
    var begun = [certified?.weights ?? feasible.center] + given.others.map(\.weights)
    if predicted.guards != nil {
      let kept = BestKept(
        of: predicted, feasible: feasible, starts: begun.map { feasible.adapted($0) })
      try kept.check()
      begun.append(kept.weights)
    }
    let found = MixtureSearch(
      predicted, feasible: feasible, given: begun, drawCount: draws, randomStarts: starts,
      seed: common.seed)
    let curse = WinnersCurse(
      runs, family: given.family, objective: predicted, feasible: feasible, fitSeed: fitSeed,
      seed: common.seed, pool: pool)
    if curse == nil {
      common.note(
        "search-mixture: no estimate of the winner's curse: \(given.family.name) cannot be fitted "
          + "again, or has too few runs for that")
    }
    var spent = try cost(given.scores)
    spent.next.noise = seedNoise(runs, predicted, given.target, at: found.weights)
    let (cost, next) = try nextStep(
      runs, predicted, found, residual: given.error.standardError, cost: spent)
    let proposal = try given.builder.proposal(
      .init(
        minimized: .predicted, objective: predicted, found: FoundMixture(found),
        confidence: guards.confidence, certified: certified, others: given.others,
        within: within(given), curse: curse?.estimate,
        pareto: try paretoFront(predicted, found, certified, runs.evaluationSets), cost: cost,
        warnings: warnings(given.scores, predicted.cache, certified, given.target, runs, pool)))
    let file = ProposalFile(proposal, provenance: try provenance(given.scores))
    try writeWhatIf(around: file, given.runs.groups, given.feasible, given.stock, losses(given))
    try write(file, next)
  }

  /// Returns the ε of the region: what was asked for, or the error of a prediction.
  private func within(_ given: Given) -> Double {
    answers.within ?? max(given.error.standardError, 1e-6)
  }

  /// Returns the MDE objective; nil if the experts did not score every set of it.
  func mdeObjective(
    _ target: Objective, _ cache: ProbabilityCache, guards: [LossGuard], _ pool: WorkerPool
  ) -> MDEObjective? {
    let sets = cache.sets.map(\.name)
    guard target.criteria.allSatisfy({ $0.keys.allSatisfy(sets.contains) }) else {
      common.note("search-mixture: no certificate, as the experts did not score every set")
      return nil
    }
    return MDEObjective(
      cache, criteria: target.rows(over: NameIndex(sets)), guards: guards, pool: pool)
  }

  private func paretoFront(
    _ objective: FittedObjective, _ found: MixtureSearch, _ certified: CertifiedMinimum?,
    _ kinds: EvaluationSets
  ) throws -> (objectives: [Objective], front: ParetoFront)? {
    guard let pair = answers.pareto else { return nil }
    let sets = objective.sets
    let objectives = try pair.names.map { try namedObjective($0, of: kinds) }
    for (name, objective) in zip(pair.names, objectives) where objective.criteria.count > 1 {
      throw UsageError("--pareto: \(name) is the largest of several losses; name means of losses")
    }
    let front = ParetoFront(
      objective.replacingCriteria(objectives.map { $0.rows(over: NameIndex(sets))[0] }),
      starts: [found.weights] + (certified.map { [$0.weights] } ?? [])
        + found.draws.best.prefix(starts).map(\.weights),
      count: answers.paretoPoints, feasible: found.feasible)
    return (objectives, front)
  }
}
