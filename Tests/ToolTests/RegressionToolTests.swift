import Formats
import Foundation
import Mixtures
import Parallel
import Regression
import Storage
import Tasks
import Search
import TestSupport
import Testing

/// `fit-regressor` and `search-mixture` on runs from anyone's training: tables of weights and
/// losses.
struct RegressionToolTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try writeRuns("ratios.csv", "metrics.csv", count: 14, seed: 1)
    try writeRuns("ratios-test.csv", "metrics-test.csv", count: 20, seed: 2)
  }

  private let domains = ["web", "code", "books"]

  /// Losses by a law of the weights; `edit` changes a line of weights or losses.
  private func writeRuns(
    _ ratios: String, _ metrics: String, count: Int, seed: UInt64,
    edit: (_ run: Int, _ weights: [String], _ losses: [String]) -> ([String], [String]) = {
      ($1, $2)
    }
  ) throws {
    var random = RandomStream(seed: seed, purpose: "tool runs")
    var (left, right) = ("run,\(domains.map { "mix_\($0)" }.joined(separator: ","))\n", "")
    right = "run,\(domains.map { "eval/\($0)/loss" }.joined(separator: ","))\n"
    for run in 0..<count {
      let w = dirichlet([1, 1, 1], using: &random)
      let losses = w.map { 2 + exp(0.5 - 2 * $0) + 0.01 * random.unit() }
      let (a, b) = edit(run, w.map { "\($0)" }, losses.map { "\($0)" })
      left += "r\(seed)-\(run),\(a.joined(separator: ","))\n"
      right += "r\(seed)-\(run),\(b.joined(separator: ","))\n"
    }
    try folder.write(ratios, left)
    try folder.write(metrics, right)
  }

  private func run(_ tool: String, _ flags: String) throws -> ToolRun {
    try ToolRun(tool, flags.split(separator: " ").map(String.init), directory: folder.path)
  }

  private let runs = "--runs ratios.csv metrics.csv"

  @Test func `tables of anyone's runs are fitted, audited and searched without experts`() throws {
    let fit = try run(
      "fit-regressor",
      "\(runs) --test ratios-test.csv metrics-test.csv --audit a.jsonl --learning-runs 7 --draws 2 "
        + "--families mean ridge-lambda ridge-log law trees gp -j 2 -o r.json")
    #expect(fit.end == .exit(0), "\(fit.error)")
    for word in ["avg-sp", "Runs held out", "Learning curve", "Recommended: ", "Noise: unknown"] {
      #expect(fit.output.contains(word), "\(word)")
    }
    let file = try RegressorFile(reading: "\(folder.path)/r.json")
    #expect(file.domains == ["books", "code", "web"] && file.data.mdeSets.isEmpty)
    #expect(Set(file.families.map(\.name)).isSuperset(of: ["law", "trees", "gp"]))
    let lines = try AuditLine.read("\(folder.path)/a.jsonl")
    let learned = lines.compactMap { line in
      if case .learning(let line) = line { line } else { nil }
    }
    #expect(!learned.isEmpty)
    for line in learned {
      let error = try #require(line.heldOutSquaredError)
      #expect(abs(error.value - line.meanSquaredError.mean) < 1e-12 * error.value)
      #expect(error.low < error.value && error.value < error.high, "\(line.family)")
      #expect((line.heldOutSpearman == nil) == (line.family == "mean"))
    }
    guard case .conclusion(let conclusion) = lines.last else {
      Issue.record("no conclusion")
      return
    }
    #expect(conclusion.recommended == file.family)

    for family in ["law", "trees", "gp"] {
      let search = try run(
        "search-mixture", "--regressor r.json --family \(family) --draws 300 -o p-\(family).json")
      #expect(search.end == .exit(0), "\(search.error)")
      let proposal = try ProposalFile(reading: "\(folder.path)/p-\(family).json")
      #expect(proposal.certificate == nil && proposal.winnersCurse?.refits == 40)
      #expect(proposal.verdicts.count == 1 && proposal.candidates[0].mde == nil)
      // The law is symmetric, so the best is in the middle.
      #expect(proposal.weights.weights.allSatisfy { abs($0 - 1 / 3) < 0.15 }, "\(family)")
    }
    let again = try run(
      "fit-regressor",
      "\(runs) --families mean ridge-lambda ridge-log law trees gp -j 1 -o one.json")
    #expect(again.end == .exit(0))
    #expect(
      try RegressorFile(reading: "\(folder.path)/one.json").families.map(\.model)
        == file.families.map(\.model))
  }

  @Test func `a regressor is there only where its audit is`() throws {
    try writeRuns("x.csv", "y.csv", count: 12, seed: 3)
    let fit = "--runs x.csv y.csv --families mean ridge-lambda"
    let found = try run("fit-regressor", "\(fit) --audit none/a.jsonl -o x.json")
    #expect(found.end == .exit(66) || found.end == .exit(74), "\(found.error)")
    #expect(found.error.contains("none/a.jsonl") && !isFile("\(folder.path)/x.json"))
  }

  @Test func `bad runs are refused in one line, or used where they can be`() throws {
    func outcome(
      _ edit: @escaping (Int, [String], [String]) -> ([String], [String])
    ) throws -> ToolRun {
      try writeRuns("x.csv", "y.csv", count: 12, seed: 3, edit: edit)
      return try run(
        "fit-regressor", "--runs x.csv y.csv --families mean ridge-lambda law -o x.json")
    }
    let heavy = try outcome { n, w, l in (n == 2 ? ["0.5", "0.5", "0.5"] : w, l) }
    #expect(heavy.end == .exit(65) && heavy.error.contains("x.csv: run r3-2: weights sum to 1.5"))
    let light = try outcome { n, w, l in (n == 2 ? ["0.5", "0.3", "0.195"] : w, l) }
    #expect(light.end == .exit(0) && light.error.contains("run r3-2: weights sum to 0.995"))
    let infinite = try outcome { n, w, l in (w, n == 4 ? ["inf", l[1], l[2]] : l) }
    #expect(
      infinite.end == .exit(65) && infinite.error.contains("y.csv: line 6: eval/web/loss is inf"))
    for absent in ["", "nan"] {
      let missing = try outcome { n, w, l in (w, n == 4 ? [absent, l[1], l[2]] : l) }
      #expect(
        missing.end == .exit(0) && missing.error.contains("web was measured in 11 of 12 runs"))
    }
    let constant = try outcome { n, w, l in (["0", w[1], "\(1 - (Double(w[1]) ?? 0))"], l) }
    #expect(constant.end == .exit(0), "\(constant.error)")
    let text = try outcome { n, w, l in (n == 0 ? ["much", "0", "0"] : w, l) }
    #expect(text.end == .exit(65) && text.error.split(separator: "\n").count == 1)

    try writeRuns("few.csv", "few-losses.csv", count: 6, seed: 4)
    let few = try run("fit-regressor", "--runs few.csv few-losses.csv --families all -o few.json")
    #expect(
      few.end == .exit(0) && few.error.contains("left out, as they need more runs of every set:"),
      "\(few.error)")
    try writeRuns("two.csv", "two-losses.csv", count: 2, seed: 5)
    #expect(try run("fit-regressor", "--runs two.csv two-losses.csv").end == .exit(1))
    #expect(try run("fit-regressor", "--runs ratios.csv").end == .exit(64))
    #expect(try run("fit-regressor", "\(runs) --family gp-mde").end == .exit(64))
    #expect(try run("fit-regressor", "\(runs) --objective none").end == .exit(64))
    let same = try run("fit-regressor", "\(runs) --test ratios.csv metrics.csv --audit a.jsonl")
    #expect(same.end == .exit(64) && same.error.contains("has the weights of a run that is fitted"))
    let twice = try run("fit-regressor", "\(runs) ratios.csv metrics.csv")
    #expect(twice.end == .exit(65) && twice.error.contains("was given twice"))
  }
}
