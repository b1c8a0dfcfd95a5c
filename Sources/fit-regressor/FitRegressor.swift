import ArgumentParser
import Formats
import Foundation
import Mixtures
import Regression
import Storage
import ToolKit

@main
struct FitRegressor: Tool {
  static let configuration = CommandConfiguration(
    commandName: "fit-regressor",
    abstract: "Fit observed losses from weights and MDE features, and say how well.",
    discussion: """
      Every family predicts each run from a fit to all the others, with all its
      choices made again. The table shows the error (MSE, squared nats per token)
      and the rank correlation (rho) of the objective. It goes to standard output,
      or to standard error where the regressor goes to standard output.

      Example: fit-regressor --features observed.jsonl.zst \
      --runs 4-logprobs/mixture-*/validation -o regressor.json
      """,
    version: projectVersion)

  @Option(help: .init("Feature table of mde-features.", valueName: "file")) var features: String
  @Option(
    parsing: .upToNextOption,
    help: .init(
      "Observed runs: folders of .lp.zst files of one model, or JSON lines.", valueName: "path"))
  var runs: [String]
  @Option(help: "What to score: avg-sp, avg-et or avg-et+sp.") var objective = "avg-sp"
  @Option(help: "Family to search with; by default the best calibrated one.") var family: String?
  @Option(help: "Which MDE features of the table.") var beta = 0.0
  @Option(help: "Added to a weight before its logarithm is a feature.") var logFloor = 0.01
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard !runs.isEmpty else { throw ValidationError("--runs names nothing") }
    guard logFloor > 0 else { throw ValidationError("--log-floor must be positive") }
    let names = allFamilies(logFloor: logFloor).map(\.name)
    if let family, !names.contains(family) {
      throw ValidationError("--family is one of \(names.joined(separator: ", "))")
    }
  }

  func run() throws {
    let table = try FeatureTable(reading: features)
    guard
      let objective = RegressorFile.Objective.named(
        objective, sets: table.header.sets.keys.sorted(), domains: table.header.domains)
    else {
      throw UsageError("--objective \(objective): there is none such for the sets of \(features)")
    }
    let observed = try readRuns(table)
    let data = try RegressionData(table: table, runs: observed, beta: beta, objective: objective)
    let comparison = try Comparison(allFamilies(logFloor: logFloor), data)
    try write(comparison, objective)
    try report(comparison, objective, table)
  }

  private func readRuns(_ table: FeatureTable) throws -> [ObservedRun] {
    try runs.flatMap { path in
      guard (try? FileManager.default.contentsOfDirectory(atPath: path)) != nil else {
        let runs = try ObservedRun.read(path)
        for run in runs {
          if let correction = run.mixture.correction {
            common.note("fit-regressor: \(path): \(run.id): \(correction)")
          }
        }
        return runs
      }
      return [try ObservedRun(folder: path, measuredLike: table)]
    }
  }

  private func write(_ comparison: Comparison, _ objective: RegressorFile.Objective) throws {
    guard let family = family ?? comparison.best?.family.name else {
      throw UsageError("no family depends on the mixture; choose one with --family")
    }
    let file = RegressorFile(
      provenance: Provenance(
        format: RegressorFile.format, version: RegressorFile.version, tool: "fit-regressor",
        flags: [
          "objective": objective.name, "beta": "\(beta)", "log-floor": "\(logFloor)",
          "family": self.family ?? "best",
        ],
        inputs: try inputs()),
      domains: comparison.data.domains, objective: objective, logFloor: logFloor, beta: beta,
      family: family, families: comparison.families, runs: comparison.runs)
    try replaceFile(common.output, bytes: JSON.encode(file) + [UInt8(ascii: "\n")])
  }

  /// The features and every file of runs.
  private func inputs() throws -> [InputDigest] {
    var paths = [features]
    for path in runs where path != "-" {
      paths += (try? logProbFiles(in: path)) ?? [path]
    }
    return try paths.filter { $0 != "-" }.map { try InputDigest(file: $0) }
  }

  private func report(
    _ comparison: Comparison, _ objective: RegressorFile.Objective, _ table: FeatureTable
  ) throws {
    let lines = comparison.table(objective: objective.name)
    if common.output == "-" {
      for line in lines { common.note(line) }
    } else {
      let table = try LineWriter("-")
      for line in lines { try table.write(line) }
      try table.commit()
    }
    let unused = Set(table.rows.map(\.id)).subtracting(comparison.data.ids).count
    if unused > 0 { common.note("fit-regressor: \(unused) mixtures have features but no run") }
    if let best = comparison.best, let mean = comparison.entry("mean"),
      best.scores.meanSquaredError >= mean.scores.meanSquaredError
    {
      common.note("fit-regressor: no family beats the mean of the runs; do not trust a search")
    }
  }
}
