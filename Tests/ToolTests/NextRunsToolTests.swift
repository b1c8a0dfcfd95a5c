import Formats
import Foundation
import Mixtures
import Parallel
import Storage
import TestSupport
import Testing

/// The choice of the next runs by a process on the weights.
struct NextRunsToolTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let domains = ["a", "b", "c", "d", "e", "f", "g"]
    var random = RandomStream(seed: 1, purpose: "next runs test")
    var (weights, losses) = ("run,\(domains.joined(separator: ","))\n", "")
    losses = weights
    for run in 0..<24 {
      let mixture = dirichlet([Double](repeating: 0.7, count: domains.count), using: &random)
      let row = mixture.map { 3 + 2 * exp(-3 * ($0 + 0.1)) + 0.01 * normal(using: &random) }
      weights += "\(run),\(mixture.map { "\($0)" }.joined(separator: ","))\n"
      losses += "\(run),\(row.map { "\($0)" }.joined(separator: ","))\n"
    }
    try folder.write("weights.csv", weights)
    try folder.write("losses.csv", losses)
  }

  private func run(_ tool: String, _ arguments: String) throws {
    let found = try ToolRun(
      tool, arguments.split(separator: " ").map(String.init), directory: folder.path)
    #expect(found.end == .exit(0), "\(found.error)")
  }

  /// What a choice takes has to depend on the numbers of draws, refits and steps, which are fixed,
  /// and never on how soon a search happens to end: 1 to 3 processor seconds.
  @Test func `four runs after twenty-four are chosen in seconds of a processor`() throws {
    try run(
      "fit-regressor", "--families gp --runs weights.csv losses.csv --folds 5 -o regressor.json")
    try run(
      "search-mixture",
      "--regressor regressor.json --next 4 --next-output next.jsonl --log log.jsonl -o p.json")
    #expect(try folder.bytes("next.jsonl").split(separator: 10).count == 4)
    let line = try #require(folder.bytes("log.jsonl").split(separator: 10).last)
    let cost = try JSON.decode(RunCost.self, from: line, path: "log.jsonl")
    #expect(cost.processorSeconds < 30)
  }
}
