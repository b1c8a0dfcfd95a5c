import ArgumentParser
import Formats
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
      Examples:
        fit-regressor --features 5-features/observed.jsonl.zst \\
          --runs 5-runs/fitted.jsonl -o 6-regressors/regressor.json
        fit-regressor --runs weights.csv losses.csv \\
          --families mean ridge-log law --audit audit.jsonl -o regressor.json

      Every family predicts runs from fits that have not seen them, with all its choices made \
      again in every fold. The table of scores goes to standard output, or to standard error where \
      the regressor goes to standard output. Without --features, weights alone are fitted.

      Runs are tables of collect-runs, JSON lines of anyone's, a .csv file with columns weight_… \
      and losses, such as W&B exports, or two .csv files after each other: weights, then losses, \
      joined by run, index, id or name, as RegMix and Olmix publish theirs.

      With --target-parameters and --target-tokens, runs of several sizes of model, with their \
      checkpoints, give a regressor of the losses at that scale. Families are compared by what \
      fits to the smaller sizes predict of the largest.
      """,
    version: projectVersion)

  @Option(help: .init("Feature table of mde-features.", valueName: "file")) var features: String?
  @Option(parsing: .upToNextOption, help: .init("Observed runs.", valueName: "path"))
  var runs: [String]
  @Option(
    parsing: .upToNextOption,
    help: .init(
      "Columns of weights in a .csv file of both, by patterns such as 'mix/*'; by default those "
        + "that begin with weight.", valueName: "pattern"))
  var weightColumns: [String] = []
  @Option(
    parsing: .upToNextOption,
    help: .init(
      "Columns of losses there, as 'eval/*'; by default all others that differ from run to run.",
      valueName: "pattern"))
  var lossColumns: [String] = []
  @Flag(
    help: "Divide weights that do not sum to 1 by their sum, whatever it is; by default within .01."
  )
  var normalizeWeights = false
  @Option(
    help: .init(
      "Fit errors on end tasks, 1 - score: runs are files of evaluate-tasks, features how "
        + "experts answer; by sum, perToken or perByte.", valueName: "normalization"))
  var taskScores: String?
  @Option(
    parsing: .upToNextOption,
    help: .init(
      "Columns of scores, of which more is better, or all: 1 - score, or 100 - score, is fitted.",
      valueName: "column"))
  var higherIsBetter: [String] = []
  @Option(
    help: .init(
      "What to score: avg-sp, avg-et, avg-et+sp, avg-target, a set's name, each with /byte at "
        + "its end in bits per byte, or a file of weights of sets; by default avg-sp, or the "
        + "mean of all sets where none is a domain's."
    ))
  var objective: String?
  @Option(help: "Which MDE features of the table.") var beta = 0.0
  @OptionGroup(title: "Families") var families: FamilyOptions
  @OptionGroup(title: "Scores") var scoring: ScoringOptions
  @OptionGroup(title: "Scale") var scale: ScaleOptions
  @OptionGroup var common: CommonOptions

  var outputs: [PlannedOutput] {
    [scoring.audit, common.output].compactMap(\.self).map(PlannedOutput.file)
  }

  func validate() throws {
    guard !runs.isEmpty else { throw ValidationError("--runs names nothing") }
    guard scale.target == nil || features == nil && taskScores == nil else {
      throw ValidationError(
        "--target-parameters: families across scales see weights alone; leave --features and "
          + "--task-scores out")
    }
  }

  func run() throws {
    let pool = WorkerPool(threads: common.threadCount)
    let table = try features.map { try FeatureTable(reading: $0) }
    var scores = ScoreColumns(higherIsBetter)
    let tables = try readTables(table)
    if let target = scale.target {
      return try fitAcrossScales(tables, target: target, &scores, pool: pool)
    }
    let (data, objective, kinds, groups) = try fitted(tables, table, &scores)
    let test =
      scoring.test.isEmpty ? nil : try held(tables, table, like: data, objective, &scores)
    let comparison = try Comparison(
      try families.chosen(for: data, seed: common.seed), data,
      folds: scoring.folds(data, seed: common.seed),
      seed: common.seed, pool: pool)
    guard let chosen = families.family ?? comparison.best?.family.name,
      comparison.entry(chosen) != nil
    else {
      if let needed = comparison.leftOut.map(\.needed).min() {
        throw FitError.tooFewRuns(data.count, needed: needed)
      }
      if Set(data.weights).count == 1 {
        throw FileError.content(
          path: "runs", problem: "all have the same mixture; there is nothing to fit")
      }
      throw UsageError("no family that depends on the mixture was asked for")
    }
    let provenance = try provenance()
    let shown: AuditTables
    let sizes = scoring.sizes(data)
    if let path = scoring.audit {
      let audit = try Audit(
        comparison, objective: objective.name, test: test,
        settings: .init(
          sizes: sizes, covered: scoring.covered(sizes), draws: scoring.draws,
          logFloor: families.logFloor, seed: common.seed,
          isOtherScale: isOtherScale(tables)),
        provenance: provenance.of(AuditLine.format, version: AuditLine.version), pool: pool)
      try replaceFile(path, bytes: audit.lines.flatMap { $0.bytes + [UInt8(ascii: "\n")] })
      shown = AuditTables(audit.lines)
    } else {
      shown = AuditTables(
        scoresOf: comparison.families,
        title: "\(objective.name), \(comparison.folds.name), \(data.count) runs",
        best: chosen)
    }
    // Last, so that where there is a regressor its audit is there too.
    try write(comparison, objective, chosen, kinds, groups, provenance)
    try report(shown, comparison, table)
  }

  func write(
    _ comparison: Comparison, _ objective: MeanObjective, _ family: String, _ kinds: EvaluationSets,
    _ groups: DomainGroups, _ provenance: Provenance, scale: FittedScale? = nil
  ) throws {
    let data = comparison.data
    let fitted = FittedRuns(
      data: data, objective: objective, beta: beta, logFloor: families.logFloor,
      protocolName: comparison.folds.name, family: family, families: comparison.families,
      noise: SeedNoise(data), targets: kinds.targets.filter { data.sets.contains($0) },
      bitsPerByte: kinds.bitsPerByte.filter { data.sets.contains($0.key) },
      groupRatios: groups.groups, scale: scale)
    try replaceFile(
      common.output, bytes: RegressorFile(fitted, provenance: provenance).bytes)
  }

  func report(
    _ tables: AuditTables, _ comparison: Comparison, _ features: FeatureTable?,
    _ further: [String] = []
  ) throws {
    let data = comparison.data
    var lines = tables.tables.map(\.text) + tables.sentences + further
    if scoring.audit == nil, let sentence = fewRunsSentence(data.count, domains: data.domains.count)
    {
      lines.append(sentence)
    }
    if common.output == "-" || scoring.audit == "-" {
      for line in lines { common.note(line) }
    } else {
      let output = try LineWriter("-")
      for line in lines { try output.write(line) }
      try output.commit()
    }
    if !comparison.leftOut.isEmpty {
      let needs = comparison.leftOut.map { "\($0.name) (\($0.needed))" }
      common.note(
        "fit-regressor: left out, as they need more runs of every set: "
          + needs.joined(separator: ", "))
    }
    let unused = Set(features?.rows.map(\.id) ?? []).subtracting(comparison.data.ids).count
    if unused > 0 { common.note("fit-regressor: \(unused) mixtures have features but no run") }
    if let best = comparison.best, let mean = comparison.entry("mean"),
      let error = best.scores?.meanSquaredError.value,
      let errorOfMean = mean.scores?.meanSquaredError.value, error >= errorOfMean
    {
      common.note(
        "fit-regressor: no family beats the mean of the runs; "
          + (best.family.isFirstChoice && comparison.data.count < 8
            ? "what \(best.family.name) says rests on the MDE losses" : "do not trust a search"))
    }
  }
}
