import ArgumentParser
import Formats
import Kernels
import Mixtures
import Parallel
import Regression
import Reporting
import Storage
import Tasks
import ToolKit

@main
struct FitRegressor: Tool {
  static let configuration = CommandConfiguration(
    commandName: "fit-regressor",
    abstract: "Fit observed losses from weights and MDE features, and say how well.",
    discussion: """
      Every family predicts runs from fits that have not seen them, with all its choices made again in \
      every fold. The table of scores goes to standard output, or to standard error where the \
      regressor goes to standard output. Without --features, weights alone are fitted.

      Runs are folders of .lp.zst files of one model, JSON lines, or two .csv files after each other: weights, \
      then losses, joined by run, index, id or name, as RegMix and Olmix publish theirs.

      Example: fit-regressor --features observed.jsonl.zst \
      --runs 4-logprobs/mixture-*/validation -o regressor.json
      Example: fit-regressor --runs ratios.csv metrics.csv --audit audit.jsonl -o regressor.json
      Example: fit-regressor --task-scores perByte --runs scores/*.jsonl --features observed.jsonl.zst
      """,
    version: projectVersion)

  @Option(help: .init("Feature table of mde-features.", valueName: "file")) var features: String?
  @Option(parsing: .upToNextOption, help: .init("Observed runs.", valueName: "path"))
  var runs: [String]
  @Option(
    help: .init(
      "Fit errors on end tasks, 1 - score: runs are files of evaluate-tasks, features how experts answer; "
        + "by sum, perToken or perByte.", valueName: "normalization"))
  var taskScores: String?
  @Option(
    help: .init(
      "What to score: avg-sp, avg-et, avg-et+sp, a set's name, or a file of weights of sets; by default avg-sp, "
        + "or the mean of all sets where none is a domain's."))
  var objective: String?
  @Option(help: "Family to search with; by default the best calibrated one.") var family: String?
  @Option(
    parsing: .upToNextOption,
    help: .init("Families to fit; by default all that the data allow.", valueName: "name"))
  var families: [String] = []
  @Option(help: "Which MDE features of the table.") var beta = 0.0
  @Option(help: "Added to a weight before its logarithm is a feature.") var logFloor = 0.01
  @OptionGroup(title: "Scores") var scoring: ScoringOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard !runs.isEmpty else { throw ValidationError("--runs names nothing") }
    guard logFloor > 0 else { throw ValidationError("--log-floor must be positive") }
    for name in families + [family].compactMap({ $0 }) where !familyNames.contains(name) {
      throw ValidationError(
        "\(name) is no family; known are \(familyNames.joined(separator: ", "))")
    }
    if let family, !families.isEmpty, !families.contains(family) {
      throw ValidationError("--family \(family) is not among --families")
    }
  }

  func run() throws {
    let pool = WorkerPool(threads: common.threadCount)
    let table = try features.map { try FeatureTable(reading: $0) }
    let (data, objective) = try fitted(table)
    let test = scoring.test.isEmpty ? nil : try held(table, like: data, objective)
    let comparison = try Comparison(
      try chosenFamilies(data), data, folds: scoring.folds(data, seed: common.seed),
      seed: common.seed, pool: pool)
    guard let chosen = family ?? comparison.best?.family.name,
      comparison.entry(chosen) != nil
    else {
      throw UsageError("no family that depends on the mixture could be fitted; give more runs")
    }
    let provenance = try provenance()
    try write(comparison, objective, chosen, provenance)
    let tables: AuditTables
    if let path = scoring.audit {
      let audit = try Audit(
        comparison, objective: objective.name, test: test,
        settings: .init(
          sizes: scoring.sizes(data), draws: scoring.draws, logFloor: logFloor, seed: common.seed),
        provenance: provenance.of(AuditLine.format, version: AuditLine.version), pool: pool)
      try replaceFile(path, bytes: audit.lines.flatMap { $0.bytes + [UInt8(ascii: "\n")] })
      tables = AuditTables(audit.lines)
    } else {
      tables = AuditTables(
        scoresOf: comparison.families,
        title: "\(objective.name), \(comparison.folds.name), \(data.count) runs",
        best: chosen)
    }
    try report(tables, comparison, table)
  }

  private func chosenFamilies(_ data: RegressionData) throws -> [any Family] {
    let possible = Regression.families(for: data, logFloor: logFloor, seed: common.seed)
    guard !families.isEmpty || family != nil else { return possible }
    let wanted = families.isEmpty ? possible.map(\.name) : families
    for name in wanted + [family].compactMap({ $0 })
    where !possible.contains(where: { $0.name == name }) {
      throw UsageError(
        "\(name) does not apply to these runs; families of MDE features need --features, "
          + "ridge-exposure runs that repeat a domain")
    }
    return possible.filter { wanted.contains($0.name) }
  }

  private func write(
    _ comparison: Comparison, _ objective: MeanObjective, _ family: String,
    _ provenance: Provenance
  ) throws {
    let data = comparison.data
    let file = RegressorFile(
      provenance: provenance, domains: data.domains, sets: data.sets, mdeSets: data.mdeSets,
      objective: objective, beta: beta, logFloor: logFloor,
      epochsAtFullWeight: data.epochsAtFullWeight.map {
        Dictionary(uniqueKeysWithValues: zip(data.domains, $0))
      }, protocolName: comparison.folds.name, family: family,
      families: comparison.families, runs: comparison.runs, noise: SeedNoise(data))
    try replaceFile(common.output, bytes: JSON.encode(file) + [UInt8(ascii: "\n")])
  }

  private func report(
    _ tables: AuditTables, _ comparison: Comparison, _ features: FeatureTable?
  ) throws {
    let lines = tables.tables.map(\.text) + tables.sentences
    if common.output == "-" || scoring.audit == "-" {
      for line in lines { common.note(line) }
    } else {
      let output = try LineWriter("-")
      for line in lines { try output.write(line) }
      try output.commit()
    }
    for family in comparison.leftOut {
      common.note(
        "fit-regressor: \(family.name) is left out: it needs \(family.needed) runs of every set")
    }
    let unused = Set(features?.rows.map(\.id) ?? []).subtracting(comparison.data.ids).count
    if unused > 0 { common.note("fit-regressor: \(unused) mixtures have features but no run") }
    if let best = comparison.best, let mean = comparison.entry("mean"),
      best.scores.meanSquaredError.value >= mean.scores.meanSquaredError.value
    {
      common.note("fit-regressor: no family beats the mean of the runs; do not trust a search")
    }
  }
}
