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
        inputs: try paths.map { try InputDigest(file: $0) }), sets: sets.mapValues(\.data))
    let output = try LineWriter(common.output)
    try output.write(JSON.encode(header))
    for folder in measured { try output.write(try folder.run().line) }
    try output.commit()
  }
}
