import ArgumentParser
import Formats
import Kernels
import Mixtures
import Regression
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

      Example: search-mixture --regressor regressor.json \
      --experts 4-logprobs/expert-*/validation --manifests 1-tokens/*/manifest.json \
      --train-tokens 1600000 --max-epochs 4 -o proposal.json
      """,
    version: projectVersion)

  @Option(help: .init("What fit-regressor wrote.", valueName: "file")) var regressor: String
  @Option(
    parsing: .upToNextOption,
    help: .init("Folders of .lp.zst files, one for each expert.", valueName: "folder"))
  var experts: [String]
  @Option(
    parsing: .upToNextOption,
    help: .init("Mixtures to compare with, and to start from.", valueName: "file"))
  var baselines: [String] = []
  @Option(help: "Family of the regressor; by default the one it recommends.") var family: String?
  @Option(
    parsing: .upToNextOption, help: .init("Smallest weights.", valueName: "domain=weight"))
  var minimum: [NamedWeight] = []
  @Option(parsing: .upToNextOption, help: .init("Largest weights.", valueName: "domain=weight"))
  var maximum: [NamedWeight] = []
  @Flag(help: "Allow weights that no observed run had.") var extrapolate = false
  @Option(help: "Random mixtures to beat.") var draws = 20_000
  @Option(help: "How many of the best draws to start from.") var starts = 8
  @Option(help: .init("Largest gap of the certificate.", valueName: "nats")) var gap = 1e-6
  @OptionGroup var inventory: InventoryOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard !experts.isEmpty else { throw ValidationError("--experts names no folder") }
    guard draws >= 0, starts >= 0 else {
      throw ValidationError("--draws and --starts must not be negative")
    }
    guard gap > 0 else { throw ValidationError("--gap must be positive") }
  }

  func run() throws {
    let file = try RegressorFile(reading: regressor)
    let family = try chosenFamily(of: file)
    let baselineFiles = try baselines.map { try MixtureFile(reading: $0) }
    let stock = try inventory.read()
    let feasible = try bounds(file, stock).feasibleSet(domains: file.domains)
    let pool = WorkerPool(threads: common.threadCount)
    let scores = try ExpertScores(folders: experts)
    let cache = try ProbabilityCache(scores, pool: pool)
    guard let objective = FittedObjective(file, family: family, cache: cache, pool: pool) else {
      throw SearchError.regressor(
        path: regressor,
        problem: "its domains or evaluation sets are not those of the experts; fit it again")
    }
    let certified = try CertifiedMinimum(
      of: cache, setWeights: objective.setWeights, feasible: feasible,
      start: feasible.nearest(to: file.domains.map { _ in 1 / Double(file.domains.count) }),
      gap: gap, pool: pool)
    var others: [(id: String, weights: [Double])] = []
    for baseline in baselineFiles {
      for warning in baseline.warnings { common.note("search-mixture: \(warning)") }
      let rows = try baseline.weights(over: file.domains, absentIsZero: true)
      others += zip(baseline.records, rows).map { ($0.id, $1) }
    }
    others += bestObserved(file)
    let found = try MixtureSearch(
      objective, feasible: feasible, given: [certified.weights] + others.map(\.weights),
      drawCount: draws, randomStarts: starts, seed: common.seed)
    let proposal = ProposalBuilder(
      file: file, family: family, objective: objective, feasible: feasible, inventory: stock
    ).proposal(found, certified, others: others, provenance: try provenance(scores))
    try replaceFile(common.output, bytes: JSON.encode(proposal) + [UInt8(ascii: "\n")])
    summarize(proposal)
  }

  private func chosenFamily(of file: RegressorFile) throws -> RegressorFile.Family {
    guard file.beta == 0 else {
      throw UsageError("\(regressor): was fitted on beta \(file.beta); search needs beta 0")
    }
    let name = family ?? file.family
    guard let family = file.families.first(where: { $0.name == name }) else {
      throw UsageError(
        "--family is one of \(file.families.map(\.name).joined(separator: ", ")), not \(name)")
    }
    return family
  }

  private func bounds(_ file: RegressorFile, _ stock: Inventory) throws -> MixtureBounds {
    var bounds = MixtureBounds()
    for bound in minimum + maximum where !file.domains.contains(bound.domain) {
      throw UsageError(
        "\(bound.domain) is no domain; known are \(file.domains.joined(separator: ", "))")
    }
    for bound in minimum { bounds.atLeast(bound.weight, bound.domain, reason: "asked") }
    for bound in maximum { bounds.atMost(bound.weight, bound.domain, reason: "asked") }
    for limit in stock.minima { bounds.atLeast(limit.value, limit.domain, reason: limit.reason) }
    for limit in try stock.maxima(of: file.domains) {
      bounds.atMost(limit.value, limit.domain, reason: limit.reason)
    }
    if !extrapolate { bounds.stayWithin(file.runs, domains: file.domains) }
    return bounds
  }

  private func bestObserved(_ file: RegressorFile) -> [(id: String, weights: [Double])] {
    let best = file.runs.min { file.objective.value($0.losses) < file.objective.value($1.losses) }
    return best.map { run in [(run.id, file.domains.map { run.weights[$0] ?? 0 })] } ?? []
  }

  private func provenance(_ scores: ExpertScores) throws -> Provenance {
    let paths =
      [regressor] + scores.sets.flatMap(\.paths) + baselines + inventory.manifests
      + [inventory.domains].compactMap { $0 }
    func list(_ bounds: [NamedWeight]) -> String {
      bounds.map { "\($0.domain)=\($0.weight)" }.joined(separator: " ")
    }
    return Provenance(
      format: ProposalFile.format, version: ProposalFile.version, tool: "search-mixture",
      flags: [
        "family": family ?? "recommended", "minimum": list(minimum), "maximum": list(maximum),
        "extrapolate": "\(extrapolate)", "draws": "\(draws)", "starts": "\(starts)",
        "gap": "\(gap)", "train-tokens": inventory.trainTokens.map { "\($0)" } ?? "",
        "max-epochs": inventory.maxEpochs.map { "\($0)" } ?? "",
      ],
      seed: common.seed, inputs: try paths.filter { $0 != "-" }.map { try InputDigest(file: $0) })
  }

  private func summarize(_ proposal: ProposalFile) {
    for line in proposal.summary { common.note(line) }
  }
}

/// `ArXiv=0.1`.
struct NamedWeight: ExpressibleByArgument {
  let domain: String
  let weight: Double
  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1)
    guard parts.count == 2, let weight = Double(parts[1]), (0...1).contains(weight) else {
      return nil
    }
    (domain, self.weight) = (String(parts[0]), weight)
  }
}
