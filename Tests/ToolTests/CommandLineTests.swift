import Formats
import Storage
import Testing

struct CommandLineTests {
  static let tools = Stage.all.map(\.tool)

  @Test(arguments: tools) func `every tool tells its version`(tool: String) throws {
    try Workspace().run(tool, "--version", printing: "0.1.0\n")
  }

  @Test func `every tool has its row in the table of revisions`() {
    #expect(Set(Self.tools) == Set(ToolRevision.allCases.map(\.name)))
    #expect(Self.tools.count == ToolRevision.allCases.count)
  }

  @Test(arguments: ToolRevision.allCases) func `every tool tells its revision`(
    tool: ToolRevision
  ) throws {
    try Workspace().run(tool.name, "--revision", printing: "\(tool.number)\n")
  }

  @Test func `control characters of a name are spelled out in messages`() throws {
    let run = try ToolRun(
      "render-report", ["--check", "a\u{1B}[31m\nb\u{9B}"], directory: "/")
    #expect(run.end == .exit(66))
    #expect(
      run.error
        == "render-report: a\\u{1B}[31m\\nb\\u{009B}: cannot open for reading: "
        + "No such file or directory\n")
  }

  @Test(arguments: [
    ("fit-regressor", ["--familes", "mean"], "--familes is no flag; did you mean --families? See"),
    ("fit-regressor", ["-families", "mean"], "-families is no flag; did you mean --families? See"),
    ("search-mixture", ["--objectiv=x"], "--objectiv is no flag; did you mean --objective? See"),
    ("train-expert", ["--zzzzzz", "3"], "--zzzzzz is no flag; see"),
  ])
  func `a flag that is none is told before what else is missing`(
    tool: String, arguments: [String], problem: String
  ) throws {
    let run = try ToolRun(tool, arguments, directory: "/")
    #expect(run.end == .exit(64))
    #expect(run.error.hasPrefix("\(tool): \(problem)"), "\(run.error)")
    #expect(run.error.hasSuffix(" '\(tool) --help'\n"))
  }

  @Test func `a revision that cannot be written is an error of output`() throws {
    let run = try ToolRun("train-expert", ["--revision"], directory: "/", output: .full)
    #expect(run.end == .exit(74))
  }

  @Test(arguments: tools) func `help has every common flag`(tool: String) throws {
    let help = try Workspace().run(tool, "--help", printing: nil).output
    for flag in [
      "--output", "-o", "-j", "--threads", "--seed", "--log", "-q", "--quiet", "-v", "--verbose",
      "--progress", "--check", "--revision", "--version", "-h", "--help",
    ] { #expect(help.contains(flag), "\(flag)") }
  }

  @Test(arguments: tools) func `help that cannot be written is an error of output`(
    tool: String
  ) throws {
    let run = try ToolRun(tool, ["--help"], directory: "/", output: .full)
    #expect(run.end == .exit(74))
    #expect(run.error == "\(tool): standard output: cannot write: No space left on device\n")
  }

  /// A tool and flags of it that make no sense.
  static let usageErrors: [(String, [String])] =
    tools.map { ($0, ["--no-such-flag"]) } + tools.map { ($0, ["-j", "many"]) } + [
      ("train-expert", ["--expert", "A", "--steps", "1", "--revision", "t/A", "-o", "m"]),
      ("train-tokenizer", []), ("train-tokenizer", ["x.jsonl"]),
      ("train-tokenizer", ["--domains", "d.tsv", "--vocab-size", "100", "x.jsonl"]),
      ("tokenize-shards", ["--domains", "d.tsv", "x.jsonl"]),
      ("tokenize-shards", ["--domains", "d.tsv", "--tokenizer", "t.json", "x.jsonl"]),
      ("sample-mixtures", []), ("sample-mixtures", ["-n", "0", "--base", "b.jsonl"]),
      ("train-expert", ["1-tokens/A", "-o", "m"]),
      (
        "train-expert",
        ["--expert", "A", "--mixture", "A=1", "--steps", "1", "1-tokens/A", "-o", "m"]
      ),
      ("train-expert", ["--expert", "A", "1-tokens/A", "-o", "m"]),
      ("train-expert", ["--expert", "A", "--steps", "0", "1-tokens/A", "-o", "m"]),
      (
        "train-expert",
        ["--expert", "A", "--steps", "1", "--micro-batch-size", "3", "t/A", "-o", "m"]
      ),
      (
        "train-expert",
        ["--expert", "A", "--steps", "1", "--micro-batch-size", "0", "t/A", "-o", "m"]
      ),
      ("train-expert", ["--expert", "A", "--steps", "1", "-o", "m"]),
      ("train-expert", ["--estimate", "--steps", "1"]),
      ("train-expert", ["--vocab-size", "9", "--expert", "A", "--steps", "1", "t/A", "-o", "m"]),
      ("score-logprobs", ["x.tok.zst"]), ("score-logprobs", ["--model", "m"]),
      ("mde-features", ["--experts", "a"]), ("mde-features", ["--mixtures", "m.jsonl"]),
      ("mde-features", ["--mixtures", "m.jsonl", "--experts", "a", "--beta", "-1"]),
      ("fit-regressor", ["--runs", "r", "--repeats", "2"]),
      ("fit-regressor", ["--features", "f.jsonl.zst"]),
      ("fit-regressor", ["--features", "f", "--runs", "r", "--family", "none-such"]),
      ("search-mixture", ["--baselines", "a"]),
      ("search-mixture", ["--regressor", "r", "--experts", "a", "--draws", "-1"]),
      ("search-mixture", ["--regressor", "r", "--experts", "a", "--minimum", "A:2"]),
      ("evaluate-tasks", ["t.jsonl"]), ("evaluate-tasks", ["--model", "m"]),
      ("evaluate-tasks", ["--model", "m", "t.jsonl", "--details", "x", "-o", "x"]),
      ("evaluate-tasks", ["--model", "m", "t.jsonl", "--shots", "2"]),
      ("evaluate-tasks", ["--model", "m", "t.jsonl", "--train", "u.jsonl"]),
      ("evaluate-tasks", ["--model", "m", "t.jsonl", "--shots", "-1"]),
      ("evaluate-tasks", ["--model", "m", "t.jsonl", "--normalizations", "sum,perWord"]),
      ("evaluate-tasks", ["--model", "m", "t.jsonl", "--normalizations", "sum,sum"]),
      ("evaluate-tasks", ["--model", "m", "t.jsonl", "--max-new-tokens", "0"]),
      ("evaluate-tasks", ["--model", "m", "t.jsonl", "--draw", "twice"]),
      ("collect-runs", []), ("correlate-scores", ["--runs", "r"]),
      ("reuse-runs", []), ("reuse-runs", ["r.jsonl"]), ("reuse-runs", ["."]),
      ("reuse-runs", ["r.jsonl", "--lineage", "l", "--within", "2"]),
      ("reuse-runs", ["a", "b", "c", "--lineage", "l"]), ("reuse-runs", ["r", "-n", "-1"]),
      ("correlate-scores", ["--scores", "s"]),
      ("render-report", []), ("render-report", ["a", "b"]),
      ("train-expert", ["--expert", "A", "--steps", "1", "--precision", "f16", "t/A", "-o", "m"]),
      ("score-logprobs", ["--model", "m", "--precision", "fp32", "x.tok.zst"]),
      ("evaluate-tasks", ["--model", "m", "--precision", "bfloat16", "t.jsonl"]),
    ]

  @Test(arguments: usageErrors)
  func `flags that make no sense are one line and exit code 64`(
    tool: String, arguments: [String]
  ) throws {
    let workspace = try Workspace()
    let run = try ToolRun(tool, arguments, directory: workspace.path)
    #expect(run.end == .exit(64), "\(run.error)")
    #expect(run.output == "")
    #expect(run.error.hasPrefix("\(tool): "))
    #expect(run.error.split(separator: "\n").count == 1, "\(run.error)")
    #expect(try workspace.contents("out").isEmpty)
  }

  @Test(
    arguments: [
      ("bench-mixtures", []), ("bench-mixtures", ["nothing"]),
      ("bench-mixtures", ["features", "many", "1", "1"]), ("bench-mixtures", ["certify", "7"]),
      ("bench-regression", []), ("bench-regression", ["nothing", "1"]),
      ("bench-regression", ["audit", "0"]), ("bench-tokenization", []),
      ("bench-tokenization", ["encode", "t.json", "none", "1", "x.jsonl"]),
      ("bench-engine", ["nothing", "S"]), ("bench-tasks", []),
    ] as [(String, [String])])
  func `a benchmark that is called wrongly says how, with exit code 64`(
    tool: String, arguments: [String]
  ) throws {
    let run = try ToolRun(tool, arguments, directory: "/")
    #expect(run.end == .exit(64) && run.output == "")
    #expect(run.error.contains(tool), "\(run.error)")
    #expect(run.error.split(separator: "\n").count == 1, "\(run.error)")
  }

  @Test(arguments: Stage.all) func `log gets a line about each run, and v tells it`(
    stage: Invocation
  ) throws {
    let workspace = try Workspace(on: Pipeline.shared.get())
    try workspace.complete(stage.adding("--log", "log.jsonl"))
    let run = try ToolRun(
      stage.tool,
      stage.arguments + ["--log", "log.jsonl", "-v", "-o", stage.location(under: "out")],
      directory: workspace.path)
    #expect(run.end == .exit(0))
    let cost = #/[0-9.]+ s, [0-9.]+ s of processors, [0-9]+ MiB\n/#
    let told = try #require(run.error.firstMatch(of: cost), "\(run.error)")
    #expect(run.error[..<told.range.lowerBound].hasSuffix("\(stage.tool): "), "\(run.error)")
    let lines = try workspace.bytes("log.jsonl").split(separator: 10)
    #expect(lines.count == 2)
    for line in lines {
      let cost = try JSON.decode(RunCost.self, from: line, path: "log.jsonl")
      #expect(cost.tool == stage.tool && cost.seconds > 0 && cost.processorSeconds > 0)
      #expect(cost.peakBytes > 1 << 20)
    }
  }
}
