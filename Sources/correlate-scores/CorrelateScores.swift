import ArgumentParser
import Formats
import Mixtures
import Reporting
import Storage
import Tasks
import ToolKit

@main
struct CorrelateScores: Tool {
  static let configuration = CommandConfiguration(
    commandName: "correlate-scores",
    abstract:
      "Tell which losses of models go with their scores on tasks: Spearman's rank correlation.",
    discussion: """
      Examples:
        correlate-scores --runs 5-runs/fitted.jsonl \\
          --scores tasks/mixture-*.jsonl
        correlate-scores --runs 5-runs/fitted.jsonl \\
          --scores tasks/mixture-*.jsonl --normalization sum -o found.jsonl

      Models are known by their names. Every evaluation set's loss and the means avg-sp, avg-et, \
      avg-et+sp and avg-target are compared with every task's score and with the mean score; the \
      sign is that of low losses with high scores. A task's score is its exact match, its \
      accuracy by --normalization, or how often the answer is greedy, whichever it has first.
      """,
    version: projectVersion)

  @Option(
    parsing: .upToNextOption,
    help: .init(
      "Losses: tables of runs.", valueName: "file"))
  var runs: [String]
  @Option(
    parsing: .upToNextOption,
    help: .init("Files of task scores, one of each model.", valueName: "file"))
  var scores: [String]
  @Option(help: "Which accuracy among choices: sum, perToken, perByte or unconditional.")
  var normalization = Normalization.perByte
  @OptionGroup var common: CommonOptions

  func run() throws {
    let tables = try runs.map { try RunTable(reading: $0) }
    let observed = tables.flatMap(\.runs)
    let models = try models(observed)
    let domains = Set(observed.flatMap(\.mixture.domains)).sorted()
    let targets = tables.flatMap { $0.header?.sets.targets ?? [] }
    let found = ScoreCorrelations(
      models, domains: domains, targets: targets, seed: common.seed)
    let output = try LineWriter(common.output)
    try output.write(JSON.encode(try header(models)))
    for row in found.rows { try output.write(JSON.encode(row)) }
    try output.commit()
    // Standard output carries data only.
    if common.output == "-" {
      common.note(found.table.text)
    } else {
      try replaceFile("-", bytes: Array(found.table.text.utf8))
    }
  }

  /// Returns the models that have losses and scores, by name.
  ///
  /// A file of scores whose model has no losses is left out with a note.
  private func models(_ runs: [ObservedRun]) throws -> [ScoreCorrelations.Model] {
    var models: [ScoreCorrelations.Model] = []
    for path in scores {
      let file = try TaskScoresFile(path)
      let id = file.header.model.id
      guard !models.contains(where: { $0.id == id }) else {
        throw FileError.content(path: path, problem: "is the second with scores of \(id)")
      }
      guard let run = runs.first(where: { $0.id == id }) else {
        common.note("correlate-scores: \(path): \(id) has no losses; left out")
        continue
      }
      var scores: [String: Double] = [:]
      for row in file.rows {
        guard let score = row.score(by: normalization.rawValue) else {
          throw FileError.content(
            path: path, place: row.task, problem: "has no accuracy by \(normalization.rawValue)")
        }
        scores[row.task] = score.value
      }
      models.append(.init(id: id, losses: run.losses.mapValues(\.nats), scores: scores))
    }
    guard models.count >= 3 else {
      throw UsageError(
        "\(models.count) models have losses and scores; a correlation needs at least 3")
    }
    return models.sorted { $0.id < $1.id }
  }

  private func header(_ models: [ScoreCorrelations.Model]) throws -> CorrelationFile.Header {
    return CorrelationFile.Header(
      provenance: Provenance(
        format: CorrelationFile.format, version: CorrelationFile.version, tool: .correlateScores,
        flags: ["normalization": normalization.rawValue], seed: common.seed,
        inputs: try (runs + scores).compactMap { try InputDigest(unlessStream: $0) }),
      models: models.map(\.id))
  }
}

extension Normalization: ExpressibleByArgument {}
