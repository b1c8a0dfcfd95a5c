import Formats
import Storage
import Testing

/// Proxies that repeat domains as often as a larger run will: 512 tokens for one of 2048.
struct PoolToolTests {
  private let workspace: Workspace
  private static let train = Stage.trainMixture("natural", file: "2-mixtures/natural.json")
  private static let pooled = train.adding("--pool-for", "2048")

  init() throws { workspace = try Workspace(on: Pipeline.shared.get()) }

  private func record(_ invocation: Invocation) throws -> RunRecord {
    try workspace.clearOutput()
    try workspace.complete(invocation)
    return try RunRecord(file: "\(workspace.path)/out/natural/run.json")
  }

  @Test func `a model of pools says which, and repeats as its target does`() throws {
    let (whole, part) = (try record(Self.train), try record(Self.pooled))
    #expect(whole.pool == nil && part.provenance.flags["pool-for"] == "2048")
    for (domain, tokens) in try #require(part.pool) {
      #expect(part.epochs[domain] == Double(part.tokens[domain] ?? 0) / Double(tokens))
      let folder = try TokenFolder("\(workspace.path)/1-tokens/\(domain)")
      #expect(abs(Double(tokens) / Double(folder.tokens("train")) - 0.25) < 0.1)
    }
    #expect(part.tokens == whole.tokens && part.pool?.keys.sorted() == part.tokens.keys.sorted())
  }

  @Test func `a model that is trained on a stream of pools is the same, byte for byte`() throws {
    let expected = try workspace.complete(Self.pooled)
    try workspace.clearOutput()
    let mixed = Stage.mixTokens.arguments + ["--pool-for", "2048", "-o", "pooled"]
    #expect(try ToolRun("mix-tokens", mixed, directory: workspace.path).end == .exit(0))
    let flags = Self.train.arguments.filter {
      !["--mixture", "2-mixtures/natural.json"].contains($0)
    }
    let onStream = Invocation(
      tool: "train-expert", arguments: ["--stream", "pooled/rank-000.stream.zst"] + flags,
      output: Self.train.output, lastFile: "model.safetensors")
    #expect(try workspace.complete(onStream) == expected)
  }

  @Test func `the target's inventory is that of a table of domains`() throws {
    try workspace.write("target.tsv", "Code\tmeta.set=Code\t4e3\nOther\tmeta.set=Other\t9\n")
    let part = try record(Self.pooled.adding("--domains", "target.tsv"))
    #expect(abs((part.pool?["Code"] ?? 0) - 1000) < 300)
    #expect(part.provenance.flags["available-tokens"] == "Code=4000")
  }

  @Test func `where the target has more than there is, all is seen, and that is said`() throws {
    try workspace.write("target.tsv", "Code\tmeta.set=Code\t1e9\n")
    let run = try ToolRun(
      "mix-tokens",
      Stage.mixTokens.arguments + [
        "--pool-for", "2048", "--domains", "target.tsv", "-o", "large",
      ], directory: workspace.path)
    #expect(run.end == .exit(0))
    let folder = try TokenFolder("\(workspace.path)/1-tokens/Code")
    let found = folder.tokens("train")
    #expect(
      run.error.hasPrefix(
        "mix-tokens: 1-tokens/Code/manifest.json: has \(found) tokens where --pool-for takes "
          + "250000000: all are seen"))
    let record = try RunRecord(file: "\(workspace.path)/large/run.json")
    #expect(record.pool?["Code"] == found)
  }

  @Test func `pools that make no sense are refused`() throws {
    let mix = Stage.mixTokens
    for (flags, problem) in [
      (["--pool-for", "448"], "--pool-for 448: this run learns 512 tokens, more than the one"),
      (["--pool-for", "0.5"], "--pool-for must be a number of tokens, not 0.5"),
      (["--pool-for", "nan"], "--pool-for must be a number of tokens, not nan"),
      (["--domains", "domains.tsv"], "--domains belongs to --pool-for"),
    ] {
      for stage in [Self.train, mix] {
        try workspace.expectRefusal(
          64, problem,
          Invocation(
            tool: stage.tool, arguments: stage.arguments + flags, output: stage.output,
            lastFile: stage.lastFile))
      }
    }
    let onStream = Invocation(
      tool: "train-expert",
      arguments: [
        "--stream", "3-streams/natural/rank-000.stream.zst", "1-tokens/Code", "--pool-for", "2048",
      ], output: Self.train.output, lastFile: "model.safetensors")
    try workspace.expectRefusal(64, "--pool-for: give it to mix-tokens", onStream)
    try workspace.write("target.tsv", "Code\tmeta.set=Code\t3\n")
    try workspace.expectRefusal(
      65, "1-tokens/Code/manifest.json: Code: its pool of 1 tokens is less than half of its first",
      Self.pooled.adding("--domains", "target.tsv"))
    try workspace.expectRefusal(
      66, "none.tsv: ", Self.pooled.adding("--domains", "none.tsv"))
  }
}
