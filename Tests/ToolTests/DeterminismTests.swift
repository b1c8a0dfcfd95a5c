import Formats
import Storage
import Regression
import Reporting
import Search
import Testing

struct DeterminismTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace(on: Pipeline.shared.get()) }

  private func contents(_ stage: Invocation) throws -> [String: [UInt8]] {
    try workspace.clearOutput()
    return try workspace.complete(stage)
  }

  @Test(arguments: Stage.all + Stage.further) func `every number of threads gives the same bytes`(
    stage: Invocation
  ) throws {
    let one = try contents(stage.adding("-j", "1"))
    #expect(try contents(stage.adding("-j", "2")) == one)
    #expect(try contents(stage.adding("-j", "3")) == one)
  }

  private static let seeded = [
    "discover-domains", "sample-mixtures", "mix-tokens", "train-expert", "search-mixture",
    "correlate-scores", "fit-regressor",
  ]

  @Test(arguments: Stage.all.filter { !seeded.contains($0.tool) })
  func `a tool without randomness does not depend on the seed`(stage: Invocation) throws {
    #expect(try contents(stage.adding("--seed", "1")) == contents(stage.adding("--seed", "2")))
  }

  @Test func `another seed samples other mixtures`() throws {
    let name = "out/observed.jsonl"
    let (one, two) = (
      try contents(Stage.sampleMixtures.adding("--seed", "1"))[name],
      try contents(Stage.sampleMixtures.adding("--seed", "2"))[name]
    )
    #expect(one != nil && one != two)
  }

  @Test func `another seed trains another model`() throws {
    let name = "out/expert-Code/model.safetensors"
    let (one, two) = (
      try contents(Stage.trainExpert("Code").adding("--seed", "1"))[name],
      try contents(Stage.trainExpert("Code").adding("--seed", "2"))[name]
    )
    #expect(one != nil && one != two)
  }

  @Test func `another seed draws other models for the intervals of correlations`() throws {
    let stage = try FixtureTables.correlateScores(in: workspace)
    func intervals(_ seed: String) throws -> [[Double]] {
      _ = try contents(stage.adding("--seed", seed))
      return try CorrelationFile.read("\(workspace.path)/out/correlations.jsonl").rows
        .compactMap(\.interval)
    }
    let one = try intervals("1")
    #expect(!one.isEmpty)
    #expect(try intervals("2") != one)
  }

  @Test func `another seed draws other runs for the intervals of scores`() throws {
    func family(_ seed: String) throws -> FittedFamily {
      _ = try contents(Stage.fitRegressor.adding("--seed", seed))
      let file = try RegressorFile(reading: "\(workspace.path)/out/regressor.json")
      return try #require(file.families.first { $0.name == "ridge-lambda" })
    }
    let (one, two) = (try family("1"), try family("2"))
    #expect(one.model == two.model && one.outOfFold == two.outOfFold)
    #expect(one.scores?.meanSquaredError.value == two.scores?.meanSquaredError.value)
    #expect(one.scores?.meanSquaredError.low != two.scores?.meanSquaredError.low)
  }

  @Test func `another seed draws other mixtures to beat`() throws {
    func best(seed: String) throws -> Double {
      _ = try contents(Stage.searchMixture.adding("--seed", seed))
      return try ProposalFile(reading: "\(workspace.path)/out/proposal.json").search.bestRandom ?? 0
    }
    #expect(try best(seed: "1") != best(seed: "2"))
  }
}
