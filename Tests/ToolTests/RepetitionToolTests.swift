import Formats
import Foundation
import Mixtures
import Parallel
import Search
import Storage
import TestSupport
import Testing

/// `law-repeat` of short runs, searched for a run that repeats domains four times as often.
struct RepetitionToolTests {
  private static let domains = ["books", "code", "web"]
  /// Epochs in a run of weight 1: of the runs, and of the target, 4000 tokens of these domains.
  private static let (fitted, target) = ([5.0, 10, 0.2], [20.0, 40, 0.8])
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    var random = RandomStream(seed: 3, purpose: "repetition tool runs")
    var lines: [String] = []
    for run in 0..<24 {
      let w = dirichlet([1, 1, 1], using: &random)
      func object(_ values: [Double]) -> String {
        "{" + zip(Self.domains, values).map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
      }
      lines.append(
        """
        {"id":"r\(run)","weights":\(object(w)),"losses":\(object(Self.losses(w, Self.fitted))),\
        "epochs":\(object(zip(w, Self.fitted).map { $0 * $1 }))}
        """)
    }
    try folder.write("runs.jsonl", lines.joined(separator: "\n") + "\n")
    try folder.write(
      "target.tsv", "books\tx=b\t200\t-\ncode\tx=c\t100\t-\nweb\tx=w\t5000\t-\n")
  }

  /// A law in effective weights with R* = 4, of runs with these epochs.
  private static func losses(_ weights: [Double], _ epochs: [Double]) -> [Double] {
    zip(weights, epochs).map { weight, scale in
      2 + exp(0.5 - 2 * RepeatedEpochs(weight * scale, constant: 4).worth / scale)
    }
  }

  private func run(_ tool: String, _ flags: String) throws -> ToolRun {
    try ToolRun(tool, flags.split(separator: " ").map(String.init), directory: folder.path)
  }

  private func proposal(_ more: String) throws -> Proposal.Candidate {
    let search = try run("search-mixture", "--regressor r.json --draws 500 -o p.json \(more)")
    #expect(search.end == .exit(0), "\(search.error)")
    let file = try ProposalFile(reading: "\(folder.path)/p.json")
    return try #require(file.value.candidates.first)
  }

  @Test func `the search predicts at the target's epochs, without a cap or within one`() throws {
    let fit = try run(
      "fit-regressor", "--runs runs.jsonl --folds 4 --families law-repeat -o r.json")
    #expect(fit.end == .exit(0), "\(fit.error)")
    let inventory = "--train-tokens 4000 --domains target.tsv"
    let (own, free) = (try proposal(""), try proposal(inventory))
    let capped = try proposal(inventory + " --max-epochs 4")
    for (found, epochs) in [(own, Self.fitted), (free, Self.target), (capped, Self.target)] {
      let weights = Self.domains.map { found.weights[$0] }
      let mean = Self.losses(weights, epochs).reduce(0, +) / 3
      #expect(abs((found.objective ?? 0) - mean) < 2e-3)
    }
    // What is repeated forty times there gets less weight than where it is repeated ten times.
    #expect(free.weights["code"] < own.weights["code"] - 0.02)
    #expect(free.epochs?["code"] ?? 0 > 4 && capped.epochs?["code"] ?? 5 <= 4.0001)
    #expect(capped.objective ?? 0 > free.objective ?? 9)
  }

  @Test func `a constant that is no number, and runs without epochs, are refused`() throws {
    let bad = try run(
      "fit-regressor", "--runs runs.jsonl --repetition-constant 0 --families law -o r.json")
    #expect(bad.end == .exit(64))
    #expect(bad.error.hasPrefix("fit-regressor: --repetition-constant must be positive"))
    let text = try String(decoding: folder.bytes("runs.jsonl"), as: UTF8.self)
    try folder.write("plain.jsonl", text.replacingOccurrences(of: "epochs", with: "other"))
    let unknown = try run(
      "fit-regressor", "--runs plain.jsonl --families law-repeat -o r.json")
    #expect(unknown.end == .exit(64))
    #expect(unknown.error.hasPrefix("fit-regressor: law-repeat does not apply to these runs"))
  }
}
