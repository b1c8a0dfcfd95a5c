import Formats
import Foundation
import Mixtures
import Storage
import Testing

/// What stays valid of runs whose domains changed.
struct ReuseToolTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace(on: Pipeline.shared.get()) }

  @Test func `a table of runs is read over the new domains`() throws {
    let old = try RunTable(reading: "\(workspace.path)/5-runs/fitted.jsonl")
    let new = try RunTable(reading: "\(workspace.path)/5-runs/reused.jsonl")
    // A set has another name, so nothing tells what the losses were measured on.
    #expect(new.header == nil)
    #expect(new.runs.map(\.id) == old.runs.map(\.id))
    for (before, now) in zip(old.runs, new.runs) {
      #expect(now.mixture.domains == ["Programs", "Proofs", "Prose", "Sums"])
      #expect(abs(now.mixture["Programs"] - before.mixture["Code"]) < 1e-12)
      #expect(abs(now.mixture["Sums"] - before.mixture["Maths"] / 2) < 1e-12)
      // The set of Maths is no more; that of Code has another name.
      #expect(Set(now.losses.keys) == ["Programs", "Prose"])
      #expect(now.losses["Programs"] == before.losses["Code"])
    }
  }

  @Test func `a table whose sets keep their names says what they are`() throws {
    try workspace.write("split.tsv", "Maths\tProofs\t0.5\nMaths\tSums\t0.5\n")
    try workspace.run(
      "reuse-runs", "-q", "5-runs/fitted.jsonl", "--lineage", "split.tsv", "-o", "split.jsonl")
    let old = try RunTable(reading: "\(workspace.path)/5-runs/fitted.jsonl")
    let new = try RunTable(reading: "\(workspace.path)/split.jsonl")
    #expect(new.header?.sets == old.header?.sets.filter { $0.key != "Maths" })
    try workspace.run("collect-runs", "--check", "split.jsonl")
  }

  @Test func `two tables of anyone's are read likewise, and are fitted`() throws {
    try workspace.write("weights.csv", "run,A,B\n1,0.2,0.8\n2,0.4,0.6\n3,0.9,0.1\n4,0.5,0.5\n")
    try workspace.write("losses.csv", "run,A,other\n1,3,5\n2,2,4\n3,1,6\n4,2,5\n")
    try workspace.write("became.tsv", "A\tC\t1\t0.5\nB\tC\t1\t0.5\n-\tD\n")
    let run = try ToolRun(
      "reuse-runs", ["weights.csv", "losses.csv", "--lineage", "became.tsv", "--within", "0.15"],
      directory: workspace.path)
    #expect(run.end == .exit(0), "\(run.error)")
    #expect(
      run.output == """
        {"id":"2","losses":{"other":{"nats":4}},"weights":{"C":1,"D":0}}
        {"id":"4","losses":{"other":{"nats":5}},"weights":{"C":1,"D":0}}

        """)
    #expect(
      run.error == """
        reuse-runs: 2 of 4 runs are reused
        reuse-runs: set aside, as too many of their tokens would be others: 1, 3
        reuse-runs: left out, as no domain has their text alone: losses on A

        """)
  }

  @Test func `a run reuses itself whole`() throws {
    let run = try ToolRun(
      "reuse-runs",
      [".", "--tokens", "1-tokens/Code", "1-tokens/Maths", "1-tokens/Prose", "-o", "kept"],
      directory: workspace.path)
    #expect(run.end == .exit(0), "\(run.error)")
    #expect(
      run.error.hasPrefix("reuse: 0 experts and 0 runs to train; 3 experts and 7 runs reused; "))
    #expect(
      try workspace.bytes("kept/reused-001/model.safetensors")
        == workspace.bytes("3-models/mixture-001/model.safetensors"))
    let scores = "validation/Code.lp.zst"
    #expect(
      try workspace.bytes("kept/expert-Code/\(scores)")
        == workspace.bytes("4-logprobs/expert-Code/\(scores)"))
  }

  private static let refused: [(Int32, String, [String])] = [
    (66, "absent: cannot open", ["absent", "--lineage", "lineage.tsv"]),
    (66, "absent: cannot open", [".", "--tokens", "absent"]),
    (66, "1-tokens/3-models: cannot open", ["1-tokens", "--tokens", "1-tokens/Code"]),
    (
      65, "wrong.tsv: line 1: Verse is none of the old domains; known are Code, Maths, Prose",
      ["5-runs/fitted.jsonl", "--lineage", "wrong.tsv"]
    ),
    (
      65, "lineage.tsv: line 1: Programs is none of the new domains; known are Code, Maths, Prose",
      [
        ".", "--tokens", "1-tokens/Code", "1-tokens/Maths", "1-tokens/Prose", "--lineage",
        "lineage.tsv",
      ]
    ),
    (
      65, "moved.tsv: says that 0 % of the text of Code is in Code, where 100 % is",
      [
        ".", "--tokens", "1-tokens/Code", "1-tokens/Maths", "1-tokens/Prose", "--lineage",
        "moved.tsv",
      ]
    ),
  ]

  @Test(arguments: refused) func `what cannot be reused is one line`(
    code: Int32, problem: String, arguments: [String]
  ) throws {
    try workspace.write("wrong.tsv", "Verse\tPoems\n")
    try workspace.write("moved.tsv", "Code\tProse\t1\t0.5\nProse\tProse\t1\t0.5\n")
    let ofFolder = [".", "1-tokens"].contains(arguments[0])
    try workspace.expectRefusal(
      code, problem,
      Invocation(
        tool: "reuse-runs", arguments: arguments, output: "reused",
        lastFile: ofFolder ? "plan.txt" : nil))
  }
}
