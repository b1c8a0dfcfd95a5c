import ArgumentParser
import Formats
import Mixtures
import Storage
import ToolKit

@main
struct CollectRuns: Tool {
  static let configuration = CommandConfiguration(
    commandName: "collect-runs",
    abstract: "Write trained models as a table of runs: weights, losses, tokens and epochs.",
    discussion: """
      A line for each model, in the order given, as fit-regressor and correlate-scores read them in place of the \
      folders: what to publish of many models. All have to be measured on the same data.

      Example: collect-runs 4-logprobs/mixture-*/validation -o runs.jsonl
      """,
    version: projectVersion)

  @Argument(help: .init("Folders of .lp.zst files, each of one model.", valueName: "folder"))
  var folders: [String]
  @OptionGroup var common: CommonOptions

  func run() throws {
    let runs = try ObservedRun.read(folders: folders)
    var paths: [String: String] = [:]
    for (run, folder) in zip(runs, folders) {
      if let other = paths.updateValue(folder, forKey: run.id) {
        throw FileError.content(
          path: folder, problem: "is of model \(run.id), as \(other) is; give one of them")
      }
    }
    let output = try LineWriter(common.output)
    for run in runs { try output.write(run.line) }
    try output.commit()
  }
}
