import ArgumentParser
import Formats
import Mixtures
import Storage
import ToolKit

@main
struct CollectRuns: Tool {
  static let configuration = CommandConfiguration(
    commandName: "collect-runs",
    abstract: "Write what trained models reached as a table of runs.",
    discussion: """
      Examples:
        collect-runs 4-logprobs/mixture-*/validation -o 5-runs/fitted.jsonl
        collect-runs 4-logprobs/{proposal,natural}/test -o 5-runs/finals.jsonl

      Reads the log-probabilities of every model once. The first line says what \
      the losses were measured on, which has to be the same for all; then there \
      is a line for each model, in the order given: weights, tokens, epochs, \
      parameters, and losses with their standard errors.
      """,
    version: projectVersion)

  @Argument(help: .init("Folders of .lp.zst files, each of one model.", valueName: "folder"))
  var folders: [String]
  @Option(
    parsing: .upToNextOption,
    help: .init(
      "Logs of the models, 3-models/ID/log.jsonl, for a line at each checkpoint too; only fits "
        + "for a target take them.", valueName: "file"))
  var logs: [String] = []
  @OptionGroup var common: CommonOptions

  func run() throws {
    let measured = try folders.map { try MeasuredFolder($0) }
    if let difference = LogProbHeader.Model.difference(measured.map(\.model)) {
      common.note("collect-runs: \(difference)")
    }
    var pathOf: [String: String] = [:]
    var sets: [String: (data: EvaluationData, path: String)] = [:]
    for folder in measured {
      if let other = pathOf.updateValue(folder.folder, forKey: folder.model.id) {
        throw FileError.content(
          path: folder.folder,
          problem: "is of model \(folder.model.id), as \(other) is; give one of them")
      }
      for (set, found) in folder.sets.sorted(by: { $0.key < $1.key }) {
        if let known = sets[set], !found.data.isSame(as: known.data) {
          throw FileError.content(
            path: found.path,
            problem:
              "was scored on other data of \(set) than \(known.path); score both the same way")
        }
        sets[set] = (found.data, folder.folder)
      }
    }
    let paths = measured.flatMap { $0.sets.sorted { $0.key < $1.key }.map(\.value.path) }
    let header = RunTable.Header(
      provenance: Provenance(
        format: RunTable.format, version: RunTable.version, tool: .collectRuns,
        inputs: try (paths + logs).map { try InputDigest(file: $0) }), sets: sets.mapValues(\.data))
    let checkpoints = try checkpoints(of: Set(measured.map(\.model.id)))
    let output = try LineWriter(common.output)
    try output.write(JSON.encode(header))
    for folder in measured {
      let run = try folder.run()
      for checkpoint in checkpoints[run.id]?.runs(before: run) ?? [] {
        try output.write(checkpoint.line)
      }
      try output.write(run.line)
    }
    try output.commit()
  }

  /// Reads the logs, by model.
  ///
  /// - Throws: `FileError` if a log is of no model that was scored, or two are of one.
  private func checkpoints(of models: Set<String>) throws -> [String: Checkpoints] {
    var found: [String: Checkpoints] = [:]
    for path in logs {
      let log = try Checkpoints(log: path)
      guard models.contains(log.model) else {
        throw FileError.content(
          path: path, problem: "is of model \(log.model), whose log-probabilities are not given")
      }
      if let other = found.updateValue(log, forKey: log.model) {
        throw FileError.content(
          path: path, problem: "is of model \(log.model), as \(other.path) is; give one of them")
      }
    }
    return found
  }
}
