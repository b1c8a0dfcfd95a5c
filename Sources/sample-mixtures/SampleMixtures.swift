import ArgumentParser
import Constraints
import Formats
import Mixtures
import Storage
import ToolKit

@main
struct SampleMixtures: Tool {
  static let configuration = CommandConfiguration(
    commandName: "sample-mixtures",
    abstract: "Choose the mixtures to observe.",
    discussion: """
      Examples:
        sample-mixtures -n 16 --base baselines.jsonl -o 2-mixtures/observed.jsonl
        sample-mixtures --rules natural temperature=3.3 unimax=4 \\
          --manifests 1-tokens/{Code,Maths,Prose}/manifest.json \\
          --train-tokens 1000 -o baselines.jsonl

      Every mixture is one of several draws of its own random stream: the one
      farthest from the mixtures before it (largest smallest Hellinger distance).
      So a longer design continues a shorter one, and no training run is spent on
      a near-duplicate. One draw:
      1. t is uniform in [0, 1]; the centre is base^t, normalised;
      2. c is log-uniform in --concentration; weights ~ Dirichlet(c k centre), k
      the number of domains;
      3. bounds: the nearest mixture within them, in Kullback-Leibler divergence
      (capped; what is cut off goes to the others in proportion);
      4. rounded to multiples of 0.0001 that sum to 1.

      With --dirichlet C: Dirichlet(C base), without steps 1 and 2 and the choice.

      With --rules nothing is sampled: these are mixtures to compare with, made of the tokens that \
      the manifests (or --domains) say there are. temperature=T: weights in proportion to \
      tokens^(1/T); natural is T = 1, uniform infinity. unimax=N: uniform, but no domain more than \
      N epochs of --train-tokens.
      """,
    version: projectVersion)

  @Option(
    name: [.customShort("n", allowingJoined: true), .long],
    help: "How many mixtures, 16 where not given; 0: those of --keep alone.")
  var count: Int?
  @Option(help: "Mixture file with the shares to sample around.") var base: String?
  @Option(help: "Which mixture of the base file.") var baseID = "natural"
  @Flag(help: "Sample around equal shares of --domains.") var uniform = false
  @Option(help: "Domains that the base does not name: refuse, or zero weight.")
  var absent = Absent.refuse
  @Option(help: .init("Plain Dirichlet of this concentration around the base.", valueName: "sum"))
  var dirichlet: Double?
  @Option(help: .init("Range of the concentration per domain.", valueName: "low:high"))
  var concentration = ConcentrationRange(0.3...3)
  @Option(help: "Draws to choose each mixture from.") var candidates = 32
  @Option(help: .init("Mixtures to continue: kept, first and unchanged.", valueName: "file"))
  var keep: String?
  @Option(
    parsing: .upToNextOption,
    help: .init(
      "Make these baselines: natural, uniform, temperature=T, unimax=N.", valueName: "rule"))
  var rules: [BaselineRule] = []
  @Option(
    help: .init(
      "Also write FOLDER/ID.json for each; unchanged files are left alone.", valueName: "folder"))
  var splitInto: String?
  @Option(
    help: .init(
      "Mixtures of groups' experts, whose ratios every mixture keeps within a group.",
      valueName: "file"))
  var groups: String?
  @Flag(
    name: .customLong("group-experts"),
    help: "Write those instead: of each group of --domains, its domains by their tokens.")
  var writesGroups = false
  @OptionGroup(title: "Constraints") var constraints: ConstraintOptions
  @OptionGroup(title: "Inventory") var inventory: InventoryOptions
  @OptionGroup var common: CommonOptions

  var outputs: [PlannedOutput] {
    [.file(common.output)] + [splitInto].compactMap(\.self).map(PlannedOutput.folder)
  }

  func validate() throws {
    if !rules.isEmpty { return try validateRules() }
    if writesGroups {
      guard inventory.domains != nil else {
        throw ValidationError("--group-experts needs --domains")
      }
      guard base == nil, !uniform, keep == nil, groups == nil else {
        throw ValidationError("--group-experts goes without --base, --uniform, --keep and --groups")
      }
      return
    }
    guard wanted >= 0, candidates > 0 else {
      throw ValidationError("-n must not be negative, and --candidates at least 1")
    }
    if wanted == 0 {
      guard keep != nil else { throw ValidationError("-n 0 needs --keep") }
      return
    }
    guard (base != nil) != uniform else { throw ValidationError("give either --base or --uniform") }
    guard !uniform || inventory.domains != nil else {
      throw ValidationError("--uniform needs --domains")
    }
    if let dirichlet, dirichlet < ConcentrationRange.least {
      throw ValidationError("--dirichlet must be at least \(ConcentrationRange.least)")
    }
  }

  private var wanted: Int { count ?? 16 }

  func run() throws {
    if !rules.isEmpty { return try write(baselines()) }
    let kept = try keep.map { try MixtureFile(reading: $0) }
    for warning in kept?.warnings ?? [] { common.note("sample-mixtures: \(warning)") }
    if writesGroups { return try write(groupExperts()) }
    if wanted == 0 { return try write(kept?.records ?? []) }
    let stock = try inventory.read()
    let file = try base.map { try MixtureFile(reading: $0) }
    let (names, shares) = try baseShares(stock, file)
    var bounds = MixtureBounds()
    try constraints.add(
      to: &bounds, domains: names,
      baselines: constraints.hasDistance ? try file?.named(over: names) ?? [] : [])
    for limit in stock.minima { bounds.atLeast(limit.value, limit.domain, reason: limit.reason) }
    for limit in try stock.maxima(of: names) {
      bounds.atMost(limit.value, limit.domain, reason: limit.reason)
    }
    let groups =
      try self.groups.map { try DomainGroups(reading: $0, domains: names) }
      ?? DomainGroups(alone: names)
    let feasible = try bounds.joined(by: groups).feasibleSet(domains: groups.parts)
    let existing = try kept?.weights(over: names, absentIsZero: true).map(groups.joined) ?? []
    let chosen = design(feasible, groups.joined(shares)).continued(after: existing, count: wanted)
    var records = Array((kept?.records ?? []).prefix(wanted))
    for weights in chosen {
      records.append(
        MixtureRecord(
          "mixture", number: records.count + 1,
          mixture: try Mixture(groups.spread(weights), of: NameIndex(names))))
    }
    try write(records)
    report(names, records)
  }

  private func design(_ feasible: FeasibleSet, _ shares: [Double]) -> MixtureDesign {
    guard let dirichlet else {
      return MixtureDesign(
        feasible: feasible, base: shares, concentration: concentration.range,
        candidates: candidates, seed: common.seed)
    }
    let perDomain = dirichlet / Double(shares.count)
    return MixtureDesign(
      feasible: feasible, base: shares, concentration: perDomain...perDomain, candidates: 1,
      isTempered: false, seed: common.seed)
  }

  private func baseShares(
    _ stock: Inventory, _ file: MixtureFile?
  ) throws -> (names: [String], shares: [Double]) {
    let listed = stock.table?.domains.map(\.name).sorted()
    guard let file else {
      let names = listed ?? []
      return (names, names.map { _ in 1 / Double(names.count) })
    }
    for warning in file.warnings { common.note("sample-mixtures: \(warning)") }
    let record = try file.record(baseID)
    let names = listed ?? record.mixture.domains
    do {
      return (
        names, try record.mixture.weights(over: names, absentIsZero: absent == .zero)
      )
    } catch { throw error.at(file.path, baseID) }
  }

  private func write(_ records: [MixtureRecord]) throws {
    if let splitInto {
      try createFolder(splitInto)
      for record in records {
        guard !record.id.contains("/") else {
          throw UsageError("--split-into: \(record.id): cannot be the name of a file")
        }
        try replaceFile(
          "\(splitInto)/\(record.id).json", keepIfEqual: true,
          bytes: record.line + [UInt8(ascii: "\n")])
      }
    }
    let output = try LineWriter(common.output)
    for record in records { try output.write(record.line) }
    try output.commit()
  }

  private func report(_ names: [String], _ records: [MixtureRecord]) {
    let shown = 20
    if names.count > shown {
      common.note("sample-mixtures: \(names.count) domains, of which the first \(shown) are:")
    }
    for name in names.prefix(shown) {
      let weights = records.map { $0.mixture[name] }
      common.note(
        "sample-mixtures: \(name): \(weights.min() ?? 0) to \(weights.max() ?? 0) in "
          + "\(records.count) mixtures"
      )
    }
  }
}
