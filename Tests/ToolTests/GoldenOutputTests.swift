import Foundation
import Storage
import TestSupport
import Testing

/// What the tools print, to the letter: help, what they say of good runs, and errors.
///
/// After a change that is meant, the files in `Golden` are written anew:
///
///     UPDATE_GOLDEN=1 swift test -c release -Xcc -march=native --filter GoldenOutputTests
struct GoldenOutputTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace(on: Pipeline.shared.get()) }

  private static let isUpdating = ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil

  private func expectGolden(_ text: String, _ name: String) throws {
    let path = Repository.file("Tests/ToolTests/Golden/\(name)")
    if Self.isUpdating { try replaceFile(path, keepIfEqual: true, bytes: Array(text.utf8)) }
    let golden = isFile(path) ? String(decoding: try readFile(path), as: UTF8.self) : ""
    guard text != golden else { return }
    func lines(_ text: String) -> [Substring] {
      text.split(separator: "\n", omittingEmptySubsequences: false) + ["(the end)"]
    }
    let (said, expected) = (lines(text), lines(golden))
    let same = zip(said, expected).prefix { $0 == $1 }.count
    Issue.record("Golden/\(name):\(same + 1): \(expected[same])\nnow it is: \(said[same])")
  }

  @Test(arguments: CommandLineTests.tools) func `help is as it was`(tool: String) throws {
    let run = try ToolRun(tool, ["--help"], directory: workspace.path)
    #expect(run.end == .exit(0) && run.error == "")
    try expectGolden(run.output, "help-\(tool).txt")
  }

  // MARK: Good runs

  /// A command, how it ended and what it said, with every line of standard error after `!`.
  private func transcript(
    _ tool: String, _ arguments: [String], input: [UInt8] = [], output: ToolRun.Output = .captured
  ) throws -> String {
    let run = try ToolRun(
      tool, arguments, directory: workspace.path, input: input, output: output)
    var text = "$ \(([tool] + arguments).joined(separator: " "))\n"
    if run.end != .exit(0) {
      if case .exit(let code) = run.end { text += "exit \(code)\n" } else { text += "killed\n" }
    }
    text += run.output
    for line in run.error.split(separator: "\n") { text += "! \(line)\n" }
    return text + "\n"
  }

  /// `text` without times, and without numbers that the kind of the CPU has a say in.
  private func withoutMeasurements(_ text: String) -> String {
    text.replacing(/[-−]?[0-9]+\.[0-9]+/, with: "N").replacing(/in N s: .*/, with: "in N s: …")
  }

  @Test func `what the tools say of models is as it was`() throws {
    let stages = [
      Stage.tokenizeTasks, Stage.trainMixture("natural", file: "2-mixtures/natural.json"),
      Stage.scoreLogprobs("natural", "test", "Prose"), Stage.scoreChoices("natural", "last"),
      Stage.mdeFeatures, Stage.collectRuns, Stage.evaluateTasks, Stage.renderReport,
    ]
    let text = try stages.map {
      try transcript($0.tool, $0.arguments + ["-o", $0.location(under: "out")])
    }
    try expectGolden(withoutMeasurements(text.joined()), "models.txt")
  }

  @Test func `what the tools say of a corpus and of tables is as it was`() throws {
    let (fit, search) = try FixtureTables.fit(in: workspace)
    let correlate = try FixtureTables.correlateScores(in: workspace)
    var text = ""
    for stage in [Stage.trainTokenizer, Stage.tokenizeShards, Stage.sampleMixtures] {
      text += try transcript(stage.tool, stage.arguments + ["-o", stage.location(under: "out")])
    }
    text += try transcript(
      "tokenize-shards", ["--domains", "domains.tsv", "--stats", "0-corpus"])
    for stage in [fit, search, correlate] {
      text += try transcript(stage.tool, stage.arguments + ["-o", stage.output])
    }
    // The last bits of an exponential may decide one step more.
    try expectGolden(
      text.replacing(/[0-9]+ evaluations/, with: "N evaluations"), "tables.txt")
  }

  // MARK: Errors

  @Test func `usage errors are as they were`() throws {
    let text = try CommandLineTests.usageErrors.map { try transcript($0.0, $0.1) }
    try expectGolden(text.joined(), "usage-errors.txt")
  }

  /// Files that are wrong, and commands that read them.
  @Test func `errors of input, output and computation are as they were`() throws {
    try workspace.write("empty.json", "")
    try workspace.write("object.json", "{}")
    try workspace.write("heavy.jsonl", #"{"id":"a","weights":{"Code":0.5,"Maths":0.6}}"#)
    try workspace.write("unknown.jsonl", #"{"id":"a","weights":{"Code":0.5,"Web":0.5}}"#)
    try workspace.write("two.jsonl", FixtureCorpus.natural + "\n" + FixtureCorpus.natural + "\n")
    try workspace.write("bad.jsonl", "{\"text\":\"a\"\n")
    try workspace.write("question.jsonl", #"{"task":"t","context":"x","choices":["y"],"answer":1}"#)
    try workspace.write("bad.tsv", "Code\n")
    let score = Stage.scoreLogprobs("natural", "test", "Prose")
    let search = Stage.searchMixture
    let cases: [Invocation] = [
      Stage.trainTokenizer.replacing("domains.tsv", by: "bad.tsv"),
      Stage.trainTokenizer.replacing("0-corpus", by: "bad.jsonl"),
      Stage.trainTokenizer.replacing("0-corpus", by: "empty.json"),
      Stage.trainTokenizer.replacing("0-corpus", by: "absent.jsonl"),
      Stage.tokenizeShards.replacing("1-tokens/tokenizer.json", by: "object.json"),
      Stage.tokenizeShards.replacing("1-tokens/tokenizer.json", by: "absent.json"),
      Stage.tokenizeTasks.replacing("tasks.jsonl", by: "question.jsonl"),
      Stage.sampleMixtures.replacing("baselines.jsonl", by: "heavy.jsonl"),
      Stage.sampleMixtures.replacing("baselines.jsonl", by: "two.jsonl"),
      Stage.trainMixture("natural", file: "unknown.jsonl"),
      Stage.trainMixture("natural", file: "absent.json"),
      Stage.trainExpert("Web"),
      score.replacing("3-models/natural", by: "absent"),
      score.replacing("1-tokens/Prose/test-000.tok.zst", by: "object.json"),
      score.replacing(
        "1-tokens/Prose/test-000.tok.zst", by: "4-logprobs/natural/test/Prose.lp.zst"),
      Stage.mdeFeatures.replacing("2-mixtures/observed.jsonl", by: "unknown.jsonl"),
      Stage.mdeFeatures.replacing(
        "4-logprobs/expert-Prose/validation", by: "4-logprobs/natural/test"),
      Stage.collectRuns.replacing(
        "4-logprobs/mixture-002/validation", by: "4-logprobs/natural/test"),
      Stage.fitRegressor.replacing("5-features/observed.jsonl.zst", by: "object.json"),
      Stage.fitRegressor.replacing("5-runs/fitted.jsonl", by: "5-runs/finals.jsonl"),
      search.replacing("6-regressors/regressor.json", by: "object.json"),
      search.adding("--maximum", "Code=0.1", "Maths=0.1", "Prose=0.1"),
      search.adding("--fix", "Web=0.1"),
      Stage.evaluateTasks.replacing("tasks.jsonl", by: "question.jsonl"),
      Stage.evaluateTasks.replacing("tasks.jsonl", by: "absent.jsonl"),
      Stage.correlateScores.replacing("tasks/mixture-001.jsonl", by: "object.json"),
      Stage.renderReport.replacing(".", by: "absent"),
    ]
    var text = ""
    for stage in cases {
      text += try transcript(stage.tool, stage.arguments + ["-o", stage.location(under: "out")])
    }
    for stage in [score, Stage.mdeFeatures] {
      text += try transcript(stage.tool, stage.arguments + ["-o", "domains.tsv/x"])
      text += try transcript(stage.tool, stage.arguments, output: .full)
    }
    try expectGolden(text, "errors.txt")
  }

  @Test func `what check says of files is as it was`() throws {
    try workspace.write("empty.json", "")
    try workspace.write("object.json", "{}")
    try workspace.write("words.txt", "words\n")
    try workspace.write("other.json", #"{"a":1}"#)
    try workspace.write("future.json", #"{"provenance":{"format":"mde.future"}}"#)
    let whole = try workspace.bytes("4-logprobs/natural/test/Prose.lp.zst")
    try workspace.write("half.lp.zst", Array(whole.dropLast(7)))
    let text = try [
      "empty.json", "object.json", "words.txt", "other.json", "future.json", "half.lp.zst",
      "absent.json", "1-tokens",
    ].map { try transcript("render-report", ["--check", $0]) }
    try expectGolden(text.joined(), "check.txt")
  }
}
