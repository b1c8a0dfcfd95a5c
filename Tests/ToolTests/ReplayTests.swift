import Foundation
import Mixtures
import Parallel
import TestSupport
import Testing

/// `bench-design` on a small table of a known law.
struct ReplayTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    var random = RandomStream(seed: 1, purpose: "replay test")
    var (weights, losses) = ("run,a,b\n", "run,a,b\n")
    for run in 0..<24 {
      let share = 0.02 + 0.04 * Double(run)
      weights += "\(run),\(share),\(1 - share)\n"
      let noise = 0.001 * random.unit()
      losses += "\(run),\(2 + exp(-3 * share) + noise),\(2 + exp(-3 * (1 - share)))\n"
    }
    try folder.write("weights.csv", weights)
    try folder.write("losses.csv", losses)
  }

  private func replay(_ flags: String) throws -> ToolRun {
    try ToolRun(
      "bench-design",
      ["--runs", "weights.csv", "losses.csv"] + flags.split(separator: " ").map(String.init),
      directory: folder.path)
  }

  private struct Line: Decodable {
    let design: String
    let runs: Int
    let regret: Double
  }

  @Test func `a replay has the same regrets at any number of threads`() throws {
    let flags = "--designs random gain/4 space --sizes 4 8 12 --replications 6 -q"
    let found = try replay("\(flags) -j 2 --table table.md")
    #expect(found.end == .exit(0), "\(found.error)")
    #expect(try replay("\(flags) -j 1").output == found.output)
    let lines = try found.output.split(separator: "\n").map {
      try JSONDecoder().decode(Line.self, from: Data($0.utf8))
    }
    #expect(lines.map(\.runs) == [4, 8, 12, 4, 8, 12, 4, 8, 12])
    #expect(lines.allSatisfy { $0.regret >= 0 })
    #expect(lines[5].regret <= lines[2].regret)
    let table = String(decoding: try folder.bytes("table.md"), as: UTF8.self)
    #expect(table.contains("| gain/4 |"))
  }

  @Test func `noise is on what is seen, and regrets are without it`() throws {
    func regret(_ noise: String) throws -> Double {
      let found = try replay("--designs random --sizes 12 --replications 20 -q \(noise)")
      #expect(found.end == .exit(0), "\(found.error)")
      return try JSONDecoder().decode(Line.self, from: Data(found.output.utf8)).regret
    }
    let exact = try regret("")
    #expect(try regret("--noise 0") == exact)
    // Losses lie within .3 nats of the best, and so do regrets, whatever is seen.
    let blind = try regret("--noise 5")
    #expect(exact < 0.01 && blind > 3 * exact && blind < 0.5)
  }

  @Test func `what cannot be replayed is a usage error`() throws {
    #expect(try replay("--designs best").end == .exit(64))
    #expect(try replay("--designs order").end == .exit(64))
    #expect(try replay("--objective c").end == .exit(64))
    #expect(try replay("--share 0").end == .exit(64))
    #expect(try replay("--noise -1").end == .exit(64))
  }
}
