import ArgumentParser
import Constraints
import Experts
import Formats
import Mixtures
import Parallel
import Regression
import Reporting
import Search
import Storage
import ToolKit

@main
struct SearchMixture: Tool {
  static let configuration = CommandConfiguration(
    commandName: "search-mixture",
    abstract: "Find the mixture with the lowest predicted loss, within what there is to train on.",
    discussion: """
      First the plain MDE objective is minimised, with a proof (the gap). Then
      what the regressor predicts, from many starts: never worse than the best of
      --draws random mixtures. Weights stay between the smallest and the largest
      of the observed runs, unless --extrapolate is given.

      --objective is avg-sp, avg-et, avg-et+sp, worst (the largest loss of all
      sets), a set's name, or a file of lines {"id":...,"weights":{set: weight}},
      of which the largest counts.

      Example: search-mixture --regressor regressor.json \
      --experts 4-logprobs/expert-*/validation --manifests 1-tokens/*/manifest.json \
      --train-tokens 1600000 --max-epochs 4 -o proposal.json
      """,
    version: projectVersion)

  @Option(help: .init("What fit-regressor wrote.", valueName: "file")) var regressor: String
  @Option(
    parsing: .upToNextOption,
    help: .init(
      "Folders of .lp.zst files, one for each expert; needed where the family sees MDE features.",
      valueName: "folder"))
  var experts: [String] = []
  @Option(
    parsing: .upToNextOption,
    help: .init("Domains made of experts, as mde-features was told.", valueName: "name=parts"))
  var virtual: [String] = []
  @Option(
    parsing: .upToNextOption,
    help: .init("Mixtures to compare with, and to start from.", valueName: "file"))
  var baselines: [String] = []
  @Option(help: "Family of the regressor; by default the one it recommends.") var family: String?
  @Option(help: "What to minimise; by default what the regressor was fitted for.")
  var objective: String?
  @OptionGroup(title: "Constraints") var constraints: ConstraintOptions
  @Flag(help: "Allow weights that no observed run had.") var extrapolate = false
  @Option(help: "Random mixtures to beat.") var draws = 20_000
  @Option(help: "How many of the best draws to start from.") var starts = 8
  @Option(help: .init("Largest gap of the certificate.", valueName: "nats")) var gap = 1e-6
  @OptionGroup(title: "Answers") var answers: AnswerOptions
  @OptionGroup(title: "Inventory") var inventory: InventoryOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard virtual.isEmpty || !experts.isEmpty else {
      throw ValidationError("--virtual needs --experts")
    }
    guard draws >= 0, starts >= 0 else {
      throw ValidationError("--draws and --starts must not be negative")
    }
    guard gap > 0 else { throw ValidationError("--gap must be positive") }
  }

  func run() throws {
    let file = try RegressorFile(reading: regressor)
    let runs = file.value
    let family = try chosenFamily(of: runs)
    let known = try readBaselines(runs.domains)
    let stock = try inventory.read()
    let feasible = try bounds(runs, stock, known).feasibleSet(domains: runs.domains)
    let pool = WorkerPool(threads: common.threadCount)
    let scores = experts.isEmpty ? nil : try ExpertScores(folders: experts, virtual: virtual)
    let target =
      try objective.map { try namedObjective($0, sets: runs.sets, domains: runs.domains) }
      ?? Objective(runs.objective)
    let cache = try scores.map { try ProbabilityCache($0, pool: pool) }
    guard
      let fitted = FittedObjective(
        runs, family: family, objective: target, cache: cache, pool: pool)
    else {
      throw SearchError.regressor(
        path: regressor,
        problem: experts.isEmpty
          ? "family \(family.name) needs MDE features; give --experts"
          : "its domains or evaluation sets are not those of the experts; fit it again")
    }
    let certified = try certifiedMinimum(target, cache, feasible, pool)
    let others = known + bestObserved(runs, target)
    let found = MixtureSearch(
      fitted, feasible: feasible,
      given: [certified?.weights ?? feasible.center] + others.map(\.weights),
      drawCount: draws, randomStarts: starts, seed: common.seed)
    guard
      let error = PredictionError(
        family, in: runs, objective: target,
        wasChosen: self.family == nil && file.provenance.flags["family"] == "best")
    else {
      throw SearchError.regressor(
        path: regressor, problem: "no two of its runs were measured on every set of \(target.name)")
    }
    let curse = WinnersCurse(
      runs, family: family, objective: fitted, feasible: feasible,
      fitSeed: file.provenance.seed ?? 0, seed: common.seed, pool: pool)
    if curse == nil {
      common.note(
        "search-mixture: no estimate of the winner's curse: \(family.name) cannot be fitted again")
    }
    let builder = ProposalBuilder(
      family: family, target: target, objective: fitted, feasible: feasible, inventory: stock,
      error: error)
    let proposal = try builder.proposal(
      found, certified, others: others, within: answers.within,
      curse: curse?.estimate,
      pareto: try paretoFront(fitted, found, certified, runs.domains))
    try write(
      ProposalFile(proposal, provenance: try provenance(scores)),
      try nextRuns(runs.data, fitted, found, residual: error.standardError))
  }

  /// Returns the minimum of the MDE objective; nil if the experts did not score every set of it.
  private func certifiedMinimum(
    _ target: Objective, _ cache: ProbabilityCache?, _ feasible: FeasibleSet,
    _ pool: WorkerPool
  ) throws -> CertifiedMinimum? {
    guard let cache else { return nil }
    let sets = cache.sets.map(\.name)
    guard target.criteria.allSatisfy({ $0.keys.allSatisfy(sets.contains) }) else {
      common.note("search-mixture: no certificate, as the experts did not score every set")
      return nil
    }
    return try CertifiedMinimum(
      of: MDEObjective(cache, criteria: target.rows(over: NameIndex(sets)), pool: pool),
      feasible: feasible,
      start: feasible.center, gap: gap)
  }

  private func paretoFront(
    _ objective: FittedObjective, _ found: MixtureSearch, _ certified: CertifiedMinimum?,
    _ domains: [String]
  ) throws -> (objectives: [Objective], front: ParetoFront)? {
    guard let pair = answers.pareto else { return nil }
    let sets = objective.sets
    let objectives = try pair.names.map { try namedObjective($0, sets: sets, domains: domains) }
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

  private func nextRuns(
    _ data: RegressionData, _ objective: FittedObjective, _ found: MixtureSearch, residual: Double
  ) throws -> [MixtureRecord] {
    guard answers.next > 0 else { return [] }
    let next = NextRuns(
      answers.next, by: answers.nextBy, objective: objective, residual: residual,
      runs: data.weights, best: found.weights, feasible: found.feasible, seed: common.seed)
    if next.mixtures.count < answers.next {
      common.note(
        "search-mixture: only \(next.mixtures.count) mixtures keep their distance from the runs "
          + "and each other")
    }
    // Named from the first number on that no run has.
    let used = data.ids.filter { $0.hasPrefix("next-") }.compactMap { Int($0.dropFirst(5)) }.max()
    return try next.mixtures.enumerated().map { offset, weights in
      MixtureRecord(
        "next", number: (used ?? 0) + offset + 1,
        mixture: try Mixture(weights, of: NameIndex(data.domains)))
    }
  }

  /// Returns the proposal as the mixture of that file; its id is the file's name without `.json`.
  private func record(_ proposal: ProposalFile, _ path: String) throws -> MixtureRecord {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return MixtureRecord(
      id: name.hasSuffix(".json") ? String(name.dropLast(5)) : name,
      mixture: proposal.weights)
  }

  private func write(_ proposal: ProposalFile, _ next: [MixtureRecord]) throws {
    if let path = answers.nextOutput {
      try replaceFile(path, bytes: next.flatMap { $0.line + [UInt8(ascii: "\n")] })
    }
    if let path = answers.mixtureOutput {
      try replaceFile(path, keepIfEqual: true, bytes: record(proposal, path).line + [10])
    }
    for export in answers.export {
      let text = export.blend.text(proposal.weights, pattern: answers.exportPath)
      try replaceFile(export.path, bytes: Array(text.utf8))
    }
    try replaceFile(common.output, bytes: proposal.bytes)
    for line in proposal.value.summary { common.note(line) }
  }
}
