import Formats
import Mixtures
import Regression
import Storage
import Testing

struct CollectedRunsTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace(on: Pipeline.shared.get()) }

  private func run(_ invocation: Invocation) throws -> ToolRun {
    try ToolRun(
      invocation.tool, invocation.arguments(under: "out"), directory: workspace.path)
  }

  @Test func `a table of runs says what was trained, on what it was measured, and what it reached`()
    throws
  {
    #expect(try run(Stage.collectRuns).end == .exit(0))
    let table = try RunTable(reading: "\(workspace.path)/out/fitted.jsonl")
    #expect(table.runs.map(\.id) == (1...5).map { "mixture-00\($0)" })
    let features = try FeatureTable(reading: "\(workspace.path)/5-features/observed.jsonl.zst")
    #expect(table.header?.sets == features.header.sets)
    #expect(table.header?.provenance.inputs.count == 5 * FixtureCorpus.domains.count)
    for run in table.runs {
      let tokens = try #require(run.tokens)
      let total = Double(tokens.values.reduce(0, +))
      for (domain, weight) in run.mixture.byName {
        #expect(abs(Double(tokens[domain] ?? 0) / total - weight) < 0.1, "\(run.id) \(domain)")
      }
      #expect(Set(run.losses.keys) == Set(FixtureCorpus.domains))
      #expect(run.losses.values.allSatisfy { $0.standardError != nil })
      #expect(run.epochs?.count == tokens.count)
      let record = try RunRecord(file: "\(workspace.path)/3-models/\(run.id)/run.json")
      #expect(run.parameters == record.parameters && run.model?.count == 64)
    }
  }

  @Test func `folders are collected first, and lines without a header are runs`() throws {
    let folder = "4-logprobs/mixture-001/validation"
    try workspace.expectRefusal(
      65, "\(folder): is a folder; collect-runs makes a table of folders of .lp.zst files",
      Stage.fitRegressor.replacing("5-runs/fitted.jsonl", by: folder))
    let lines = try workspace.bytes("5-runs/fitted.jsonl").split(separator: 10).dropFirst()
    try workspace.write(
      "plain.jsonl", lines.map { String(decoding: $0, as: UTF8.self) + "\n" }.joined())
    let plain = try run(Stage.fitRegressor.replacing("5-runs/fitted.jsonl", by: "plain.jsonl"))
    #expect(plain.end == .exit(0), "\(plain.error)")
    #expect(
      try RegressorFile(reading: "\(workspace.path)/out/regressor.json").value
        == RegressorFile(reading: "\(workspace.path)/6-regressors/regressor.json").value)
  }

  @Test func `logs give a line for each checkpoint, which only a target takes`() throws {
    let models = ["mixture-001", "mixture-003"]
    let folders = models.map { "4-logprobs/\($0)/validation" }
    let logs = models.map { "3-models/\($0)/log.jsonl" }
    let stage = Invocation(
      tool: "collect-runs", arguments: folders + ["--logs"] + logs, output: "runs.jsonl")
    let collected = try run(stage)
    try #require(collected.end == .exit(0), "\(collected.error)")
    let runs = try RunTable(reading: "\(workspace.path)/out/runs.jsonl").runs
    for model in models {
      let points = runs.filter { $0.id == model }
      let steps = try workspace.bytes("3-models/\(model)/log.jsonl").split(separator: 10).count {
        String(decoding: $0, as: UTF8.self).contains("\"validation\"")
      }
      #expect(points.count == steps && steps > 1)
      #expect(
        points.compactMap { $0.scale?.tokens } == points.compactMap { $0.scale?.tokens }.sorted())
      #expect(points.last?.tokens != nil && points.dropLast().allSatisfy { $0.tokens == nil })
      #expect(points.allSatisfy { !$0.losses.isEmpty && $0.mixture == points[0].mixture })
    }
    try workspace.expectRefusal(
      65, "3-models/natural/log.jsonl: is of model natural, whose log-probabilities are not given",
      stage.replacing(logs[0], by: "3-models/natural/log.jsonl"))
  }

  @Test func `one model twice is an error`() throws {
    let folder = "4-logprobs/mixture-001/validation"
    let stage = Invocation(tool: "collect-runs", arguments: [folder, folder], output: "runs.jsonl")
    try workspace.expectRefusal(
      65, "\(folder): is of model mixture-001, as \(folder) is; give one of them", stage)
  }

  @Test func `models that were not trained alike are told apart`() throws {
    let record = String(decoding: try workspace.bytes("3-models/natural/run.json"), as: UTF8.self)
    let other = record.replacing(#/"precision":"[a-z0-9]*"/#, with: #""precision":"float8""#)
    try workspace.replace("3-models/natural/run.json", Array(other.utf8))
    try createFolder("\(workspace.path)/scored")
    try workspace.run(
      "score-logprobs", "-q", "--model", "3-models/natural", "1-tokens/Prose/test-000.tok.zst",
      "-o",
      "scored/Prose.lp.zst")
    let run = try ToolRun(
      "collect-runs", ["scored", "4-logprobs/proposal/test", "-o", "table.jsonl"],
      directory: workspace.path)
    #expect(run.end == .exit(0))
    #expect(
      run.error.hasPrefix(
        "collect-runs: models were trained in different ways, which moves losses as mixtures do: "
          + "proposal "))
    #expect(run.error.hasSuffix(" by train-expert, natural float8 by train-expert\n"))
  }
}
