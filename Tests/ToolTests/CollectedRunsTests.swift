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

  @Test func `a table of runs is fitted like the folders it was made from`() throws {
    #expect(try run(Stage.collectRuns).end == .exit(0))
    let runs = try ObservedRun.read("\(workspace.path)/out/runs.jsonl")
    #expect(runs.map(\.id) == (1...5).map { "mixture-00\($0)" })
    for run in runs {
      let tokens = try #require(run.tokens)
      let total = Double(tokens.values.reduce(0, +))
      for (domain, weight) in run.mixture.byName {
        #expect(abs(Double(tokens[domain] ?? 0) / total - weight) < 0.1, "\(run.id) \(domain)")
      }
      #expect(Set(run.losses.keys).isSuperset(of: FixtureCorpus.domains))
      #expect(run.epochs?.count == tokens.count)
    }
    func families(_ runs: [String]) throws -> [RegressorFile.Family] {
      let stage = Invocation(
        tool: "fit-regressor",
        arguments: ["--features", "5-features/observed.jsonl.zst", "--runs"] + runs,
        output: "6-regressors/regressor.json")
      let fit = try run(stage)
      #expect(fit.end == .exit(0), "\(fit.error)")
      return try RegressorFile(reading: "\(workspace.path)/out/regressor.json").families
    }
    let folders = runs.map { "4-logprobs/\($0.id)/validation" }
    #expect(try families(folders) == families(["out/runs.jsonl"]))
  }

  @Test func `one model twice is an error`() throws {
    let folder = "4-logprobs/mixture-001/validation"
    let stage = Invocation(tool: "collect-runs", arguments: [folder, folder], output: "runs.jsonl")
    try workspace.expectRefusal(
      65, "\(folder): is of model mixture-001, as \(folder) is; give one of them", stage)
  }
}
