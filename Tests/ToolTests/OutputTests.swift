import Storage
import Testing

/// Inputs that are not there, and outputs that cannot be written.
struct OutputTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace(on: Pipeline.shared.get()) }

  /// One input of each tool.
  private static let inputs = [
    "1-tokens/tokenizer.json", "baselines.jsonl", "2-mixtures/natural.json",
    "1-tokens/Prose/test-000.tok.zst", "2-mixtures/observed.jsonl", "5-features/observed.jsonl.zst",
    "6-regressors/regressor.json", "tasks.jsonl",
  ]

  @Test(arguments: inputs) func `an input that is not there is named`(input: String) throws {
    let reader = try #require(Stage.all.first { $0.arguments.contains(input) })
    try workspace.expectRefusal(
      66, "absent.json: cannot open for reading: No such file",
      reader.replacing(input, by: "absent.json"))
  }

  @Test(arguments: [
    (Stage.scoreLogprobs("natural", "test", "Prose"), "3-models/natural"),
    (Stage.evaluateTasks, "3-models/natural"),
    (Stage.mdeFeatures, "4-logprobs/expert-Code/validation"), (Stage.renderReport, "."),
    (Stage.trainExpert("Code"), "1-tokens/Code"),
  ]) func `a folder that is not there is named`(reader: Invocation, folder: String) throws {
    let absent = folder == "1-tokens/Code" ? "absent/Code" : "absent"
    try workspace.expectRefusal(66, absent, reader.replacing(folder, by: absent))
  }

  /// The output is below a file, where root may not write either.
  @Test(arguments: Stage.all)
  func `an output in a place that is no folder is an error of output`(stage: Invocation) throws {
    let run = try ToolRun(
      stage.tool, stage.arguments + ["-q", "-o", "domains.tsv/x/y"], directory: workspace.path)
    #expect(run.end == .exit(74), "\(run.error)")
    #expect(run.error.hasPrefix("\(stage.tool): domains.tsv/x/y"), "\(run.error)")
    #expect(run.error.split(separator: "\n").count == 1, "\(run.error)")
  }

  /// Nothing is read for what cannot be written: the first input is not even there.
  @Test(arguments: [
    (Stage.fitRegressor, "5-features/observed.jsonl.zst", ["--audit", "no/audit.jsonl"]),
    (Stage.searchMixture, "6-regressors/regressor.json", ["--mixture-output", "no/m.json"]),
    (Stage.searchMixture, "6-regressors/regressor.json", ["--export", "olmo=no/mix.yaml"]),
    (Stage.renderReport, ".", ["--summary", "no/summary.txt"]),
    (Stage.evaluateTasks, "tasks.jsonl", ["--details", "no/details.jsonl"]),
    (Stage.trainTokenizer, "0-corpus", ["--fertility", "no/fertility.json"]),
    (Stage.sampleMixtures, "baselines.jsonl", ["--split-into", "domains.tsv/x"]),
    (Stage.mdeFeatures, "2-mixtures/observed.jsonl", ["--log", "no/log"]),
    (Stage.scoreLogprobs("natural", "test", "Prose"), "3-models/natural", ["-o", "no/a.lp.zst"]),
  ]) func `an output is tried before the work`(
    stage: Invocation, input: String, flags: [String]
  ) throws {
    let place = try #require(flags.last?.split(separator: "=").last)
    let run = try ToolRun(
      stage.tool, stage.replacing(input, by: "absent").arguments + ["-q", "-o", "-"] + flags,
      directory: workspace.path)
    #expect(run.end == .exit(74), "\(run.error)")
    #expect(run.error.hasPrefix("\(stage.tool): \(place): cannot "), "\(run.error)")
    #expect(run.error.split(separator: "\n").count == 1, "\(run.error)")
  }

  /// The tools that write one file; the others refuse `-` as usage.
  private static let streaming = Stage.all.filter { $0.lastFile == nil }

  @Test(arguments: streaming) func `a full disk is an error of output`(stage: Invocation) throws {
    let run = try ToolRun(
      stage.tool, stage.arguments + ["-q"], directory: workspace.path, output: .full)
    #expect(run.end == .exit(74))
    #expect(
      run.error == "\(stage.tool): standard output: cannot write: No space left on device\n")
  }

  @Test(arguments: streaming)
  func `standard output that is closed early is an error of output`(stage: Invocation) throws {
    let run = try ToolRun(
      stage.tool, stage.arguments + ["-q"], directory: workspace.path, output: .closed)
    #expect(run.end == .exit(74))
    #expect(run.error == "\(stage.tool): standard output: cannot write: Broken pipe\n")
  }

  @Test func `a tool without an output folder says so`() throws {
    for stage in [Stage.tokenizeShards, Stage.trainExpert("Code")] {
      let run = try ToolRun(stage.tool, stage.arguments, directory: workspace.path)
      #expect(run.end == .exit(64))
      #expect(run.error.hasPrefix("\(stage.tool): -o must name a folder"))
    }
  }
}
