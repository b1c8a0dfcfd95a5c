import Foundation
import Storage
import Testing

/// Tables of scores, of which more is better: `fit-regressor --higher-is-better`, and the search.
struct ScoreColumnTests {
  private let workspace: Workspace

  /// Accuracy is best at half of each domain, and is in per cent in another table.
  init() throws {
    workspace = try Workspace()
    let weights = (0...20).map { Double($0) / 20 }
    let lines = weights.enumerated().map { "r\($0),\($1),\(1 - $1)\n" }
    try workspace.write("weights.csv", "run,code,web\n" + lines.joined())
    for (name, scale) in [("scores", 1.0), ("percent", 100)] {
      let scores = weights.enumerated().map { index, code in
        "r\(index),\(scale * (0.6 - (code - 0.5) * (code - 0.5))),\(scale * 0.25)\n"
      }
      try workspace.write("\(name).csv", "run,arc,other\n" + scores.joined())
    }
  }

  private func fit(_ table: String, _ arguments: String...) throws -> ToolRun {
    try ToolRun(
      "fit-regressor",
      ["--runs", "weights.csv", "\(table).csv", "--families", "mean", "gp", "-o", "out/r.json"]
        + arguments, directory: workspace.path)
  }

  @Test(arguments: [("scores", 0.4), ("percent", 40.0)])
  func `the mixture of the highest score is found`(table: String, lowest: Double) throws {
    let fitted = try fit(table, "--higher-is-better", "arc", "--objective", "arc")
    try #require(fitted.end == .exit(0), "\(fitted.error)")
    let search = try ToolRun(
      "search-mixture", ["--regressor", "out/r.json", "-o", "out/p.json"],
      directory: workspace.path)
    try #require(search.end == .exit(0), "\(search.error)")
    let proposal = try JSON.decode(
      Found.self, from: workspace.bytes("out/p.json"), path: "p.json")
    #expect(abs((proposal.weights["code"] ?? 0) - 0.5) < 0.05)
    #expect(abs(proposal.candidates[0].objective - lowest) < 0.02 * lowest)
    #expect(proposal.objective.name == "arc/shortfall")
    #expect(search.error.contains("below the highest score predicted"))
  }

  @Test func `a column that is not there is named`() throws {
    let run = try fit("scores", "--higher-is-better", "ark")
    #expect(
      run.end == .exit(64)
        && run.error.contains("--higher-is-better ark: is no column of the runs; did you mean arc?")
    )
  }

  @Test func `all columns may be scores`() throws {
    let run = try fit("scores", "--higher-is-better", "all", "--objective", "arc")
    #expect(run.end == .exit(0), "\(run.error)")
  }

  @Test func `scores that are no shares are refused`() throws {
    try workspace.write(
      "scores.csv",
      String(decoding: workspace.bytes("scores.csv"), as: UTF8.self)
        .replacing("r0,", with: "r0,1"))
    let low = String(decoding: try workspace.bytes("scores.csv"), as: UTF8.self)
      .replacing("0.25", with: "-3")
    try workspace.write("scores.csv", low)
    let run = try fit("scores", "--higher-is-better", "other")
    #expect(run.end == .exit(64) && run.error.contains("other: its scores are not from 0 to 1"))
  }

  private struct Found: Decodable {
    struct Objective: Decodable { let name: String }
    struct Candidate: Decodable { let objective: Double }
    let weights: [String: Double]
    let objective: Objective
    let candidates: [Candidate]
  }
}
