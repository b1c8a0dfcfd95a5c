import Formats
import Foundation
import Storage
import Testing

/// All tools on a small corpus, and `--check` on all that they wrote.
struct PipelineTests {
  @Test func `every tool has its stage in the pipeline, and wrote its output`() throws {
    let workspace = try Workspace(on: Pipeline.shared.get())
    #expect(Set(Stage.all.map(\.tool)) == Set(ToolRevision.allCases.map(\.name)))
    for stage in Stage.all {
      let file = stage.output + (stage.lastFile.map { "/\($0)" } ?? "")
      #expect(try !workspace.bytes(file).isEmpty, "\(stage.tool)")
    }
  }

  @Test func `check accepts every file of the pipeline`() throws {
    let pipeline = try Pipeline.shared.get().workspace
    let files = try FileManager.default.subpathsOfDirectory(atPath: pipeline.path).filter { name in
      ["json", "jsonl", "zst", "safetensors", "tsv"].contains { name.hasSuffix(".\($0)") }
    }
    #expect(files.count > 50)
    let run = try ToolRun("render-report", ["--check"] + files, directory: pipeline.path)
    #expect(run.end == .exit(0) && run.output == "" && run.error == "", "\(run.error)")
  }

  /// By the file of the pipeline that it stands for.
  private static let bad = [
    ("6-regressors/regressor.json", "{}", "is an empty JSON object"),
    ("7-proposal/proposal.json", #"{"provenance":{}}"#, #"has no field "provenance.format""#),
    ("2-mixtures/natural.json", "", "is empty; make it again"),
    (
      "2-mixtures/observed.jsonl", #"{"id":"a","weights":{"A":0.5}}"#,
      "line 1: weights sum to 0.5; they must sum to 1 within 0.01"
    ),
    (
      "3-models/natural/log.jsonl", #"{"step":1,"loss":NaN}"#,
      "is not valid JSON: at byte 18: NaN is nothing that JSON has; write null"
    ),
    ("3-models/natural/config.json", #"{"num_hidden_layers":1}"#, #"has no field "vocab_size""#),
    ("tasks/scores.jsonl", "[]", "is of no known format"),
  ]

  @Test(arguments: bad) func `check refuses what another file would be, with exit code 65`(
    name: String, content: String, problem: String
  ) throws {
    let workspace = try Workspace(on: Pipeline.shared.get())
    try workspace.replace(name, Array(content.utf8))
    for tool in ["render-report", "train-expert"] {
      let run = try ToolRun(tool, ["--check", "domains.tsv", name], directory: workspace.path)
      #expect(run.end == .exit(65) && run.output == "")
      #expect(run.error == "\(tool): \(name): \(problem)\n")
    }
  }

  @Test func `check names the file that is damaged, and the one that is not there`() throws {
    let workspace = try Workspace(on: Pipeline.shared.get())
    let file = "4-logprobs/natural/test/Code.lp.zst"
    var bytes = try workspace.bytes(file)
    bytes[bytes.count / 2] ^= 4
    try workspace.write("damaged.lp.zst", bytes)
    let damaged = try ToolRun(
      "mde-features", ["--check", file, "damaged.lp.zst"], directory: workspace.path)
    #expect(damaged.end == .exit(65))
    #expect(damaged.error.hasPrefix("mde-features: damaged.lp.zst: "))
    let absent = try ToolRun(
      "mde-features", ["--check", file, "absent.lp.zst"], directory: workspace.path)
    #expect(absent.end == .exit(66))
    #expect(absent.error.hasPrefix("mde-features: absent.lp.zst: cannot open"))
  }
}
