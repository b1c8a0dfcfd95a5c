import Foundation
import Storage
import Testing

/// `fit-regressor` and `search-mixture` on runs of several sizes, for a target.
struct ScaleToolTests {
  let workspace: Workspace
  static let target = ["--target-parameters", "1e9", "--target-tokens", "2e10"]

  init() throws {
    workspace = try Workspace()
    try write("runs.csv", sizes: [1e8, 2e8, 4e8])
  }

  /// A table of weights and losses by a known law, with two checkpoints of each run.
  private func write(
    _ name: String, sizes: [Double], mixtures: Range<Int> = 0..<14, scale: Bool = true
  ) throws {
    var lines = [
      "run,\(scale ? "parameters,tokens," : "")weight_code,weight_web,code_loss,web_loss"
    ]
    for size in sizes {
      for index in mixtures {
        let code = 0.05 + 0.9 * Double((index * 5) % 14) / 13
        for share in scale ? [0.5, 1] : [1] {
          let tokens = 20 * size * share
          let level = 1.5 + pow(size / 1e8, -0.3) + pow(tokens / 2e9, -0.3)
          let losses = [exp(-2 * code), exp(-2 * (1 - code))].map { "\(level + 0.5 * $0)" }
          let place = scale ? "\(Int(size)),\(Int(tokens))," : ""
          lines.append("m\(index),\(place)\(code),\(1 - code),\(losses.joined(separator: ","))")
        }
      }
    }
    try workspace.write(name, lines.joined(separator: "\n") + "\n")
  }

  func fit(_ arguments: [String]) throws -> ToolRun {
    try ToolRun("fit-regressor", arguments + ["-o", "out/r.json"], directory: workspace.path)
  }

  @Test func `a target is fitted, audited and searched, alike on any threads`() throws {
    var files: [[UInt8]] = []
    for threads in ["1", "3"] {
      let run = try fit(
        ["--runs", "runs.csv", "--audit", "out/audit.jsonl", "-j", threads] + Self.target)
      try #require(run.end == .exit(0), "\(run.error)")
      let text = run.output
      #expect(text.contains("400M parameters held out, 14 runs"))
      #expect(text.contains("Fitted up to 200M parameters, tested at 400M parameters"))
      #expect(text.contains("as measured"))
      #expect(text.contains("Predicted: 1B parameters, 20B tokens."))
      files.append(try workspace.bytes("out/r.json") + workspace.bytes("out/audit.jsonl"))
    }
    #expect(files[0] == files[1])
    for file in ["r.json", "audit.jsonl"] {
      let check = try ToolRun(
        "fit-regressor", ["--check", "out/\(file)"], directory: workspace.path)
      #expect(check.end == .exit(0), "\(check.error)")
    }
    let search = try ToolRun(
      "search-mixture", ["--regressor", "out/r.json", "-o", "out/p.json"],
      directory: workspace.path)
    try #require(search.end == .exit(0), "\(search.error)")
    #expect(search.error.contains("losses are predicted of 1B parameters, 20B tokens"))
    struct Found: Decodable {
      struct Curse: Decodable { let expected: Double }
      let weights: [String: Double]
      let winnersCurse: Curse
    }
    let found = try JSON.decode(Found.self, from: workspace.bytes("out/p.json"), path: "p.json")
    #expect(abs((found.weights["code"] ?? 0) - 0.5) < 0.05)
    #expect((0..<0.01).contains(found.winnersCurse.expected))
  }

  @Test func `tables without columns of scale get it from flags`() throws {
    for (name, size) in [("small", 1e8), ("large", 2e8)] {
      try write("\(name).csv", sizes: [size], scale: false)
    }
    let tables = ["--runs", "small.csv", "large.csv", "--tokens", "2e9"]
    let run = try fit(tables + ["--parameters", "1e8", "2e8"] + Self.target)
    #expect(run.end == .exit(0), "\(run.error)")
    let odd = try fit(tables + ["--parameters", "1e8", "2e8", "3e8"] + Self.target)
    #expect(odd.end == .exit(64) && odd.error.contains("gives 3 counts for 2 tables of runs"))
    let none = try fit(["--runs", "small.csv", "large.csv"] + Self.target)
    #expect(
      none.end == .exit(65) && none.error.contains("has no number of parameters or of tokens"))
  }

  @Test func `runs that tell nothing of a target are refused`() throws {
    try write("one.csv", sizes: [1e8])
    let one = try fit(["--runs", "one.csv"] + Self.target)
    #expect(one.end == .exit(65), "\(one.error)")
    #expect(one.error.contains("all models have 100M parameters, which tells nothing of another"))
    let mixed = try fit(["--runs", "runs.csv"])
    #expect(mixed.end == .exit(64) && mixed.error.contains("models have 100M to 400M parameters"))
    let half = try fit(["--runs", "runs.csv", "--target-parameters", "1e9"])
    #expect(half.end == .exit(64) && half.error.contains("are given together"))
    let family = try fit(["--runs", "runs.csv", "--family", "gp"] + Self.target)
    #expect(family.end == .exit(64) && family.error.contains("gp is of runs of one scale"))
    let scale = try fit(["--runs", "one.csv", "--family", "scale-joint"])
    #expect(
      scale.end == .exit(64) && scale.error.contains("scale-joint needs --target-parameters"))
    let text = String(decoding: try workspace.bytes("runs.csv"), as: UTF8.self)
    try workspace.write("zero.csv", text.replacingOccurrences(of: ",100000000,", with: ",0,"))
    let zero = try fit(["--runs", "zero.csv"] + Self.target)
    #expect(zero.end == .exit(65) && zero.error.contains("parameters is 0.0; give a count above 0"))
  }

  @Test func `mixtures that no two sizes share are told of`() throws {
    try write("small.csv", sizes: [1e8], mixtures: 0..<7)
    try write("large.csv", sizes: [2e8], mixtures: 7..<14)
    let run = try fit(["--runs", "small.csv", "large.csv"] + Self.target)
    #expect(run.end == .exit(0), "\(run.error)")
    #expect(run.error.contains("no mixture was trained at two sizes"))
  }

  @Test func `one run of a larger size moves the level`() throws {
    try write("small.csv", sizes: [1e8])
    try write("large.csv", sizes: [2e8], mixtures: 3..<4)
    let run = try fit(["--runs", "small.csv", "large.csv"] + Self.target)
    #expect(run.end == .exit(0), "\(run.error)")
    #expect(run.error.contains("left out, as they need more runs"))
    let family = try fit(
      ["--runs", "small.csv", "large.csv", "--family", "scale-anchored"] + Self.target)
    #expect(family.end == .exit(64) && family.error.contains("too few runs of the largest size"))
  }

  @Test func `a fitted mixture is tested at another scale, but not its own checkpoints`() throws {
    try write("one.csv", sizes: [1e8])
    try write("two.csv", sizes: [2e8])
    let flags = ["--families", "mean", "gp", "--audit", "out/audit.jsonl"]
    let other = try fit(["--runs", "one.csv", "--test", "two.csv"] + flags)
    try #require(other.end == .exit(0), "\(other.error)")
    #expect(other.error.contains("14 earlier checkpoints are left aside"))
    let same = try fit(["--runs", "one.csv", "--test", "one.csv"] + flags)
    #expect(same.end == .exit(64) && same.error.contains("has the weights of a run that is fitted"))
    let lines = String(decoding: try workspace.bytes("one.csv"), as: UTF8.self)
      .split(separator: "\n")
    let early = lines.dropFirst().filter { $0.contains(",1000000000,") }
    let late = lines.dropFirst().filter { $0.contains(",2000000000,") }
    for (name, part) in [("early.csv", early), ("late.csv", late)] {
      try workspace.write(name, ([lines[0]] + part).joined(separator: "\n") + "\n")
    }
    let split = try fit(["--runs", "late.csv", "--test", "early.csv"] + flags)
    #expect(split.end == .exit(64), "\(split.error)")
    #expect(split.error.contains("is a checkpoint of a run that is fitted"))
    let across = try fit(
      ["--runs", "one.csv", "two.csv", "--test", "runs.csv", "--audit", "out/audit.jsonl"]
        + Self.target)
    #expect(across.end == .exit(64) && across.error.contains("at the same scale"))
    try write("four.csv", sizes: [4e8])
    let larger = try fit(
      ["--runs", "one.csv", "two.csv", "--test", "four.csv", "--audit", "out/audit.jsonl"]
        + Self.target)
    #expect(larger.end == .exit(0), "\(larger.error)")
    #expect(larger.output.contains("tested at 400M parameters"))
  }
}
