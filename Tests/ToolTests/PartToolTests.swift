import Storage
import Testing

/// A corpus that is tokenized in parts, by the real tool.
struct PartToolTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace(on: Pipeline.shared.get()) }

  @Test func `merged parts are what one process makes`() throws {
    let merged = try workspace.complete(Stage.mergeParts)
    for domain in FixtureCorpus.domains {
      for name in ["train-000.tok.zst", "test-000.tok.zst", "manifest.json"] {
        #expect(
          try merged["out/merged/\(domain)/\(name)"]
            == workspace.bytes("1-tokens/\(domain)/\(name)"), "\(domain)/\(name)")
      }
    }
    #expect(merged.count == 4 * FixtureCorpus.domains.count)
  }

  @Test func `parts that are not all parts of this corpus are refused by name`() throws {
    let merge = Stage.mergeParts
    try workspace.expectRefusal(
      65, "parts/1/part.zst: is one of 2 parts, of which part 2 was not given",
      merge.replacing("parts/2", by: "-v"))
    try workspace.expectRefusal(
      65, "parts/1/part.zst: is part 1 of 2, like parts/1/part.zst; give each part once",
      merge.replacing("parts/2", by: "parts/1"))
    try workspace.expectRefusal(
      66, "1-tokens/part.zst: cannot open for reading: No such file",
      merge.replacing("parts/2", by: "1-tokens"))
    try workspace.expectRefusal(
      65, "parts/1/part.zst: was made with --shard-tokens 4000000, not 500",
      merge.adding("--shard-tokens", "500"))
  }

  @Test func `an empty split is judged where parts are merged`() throws {
    let rare = ["--test-fraction", "0.00001"]
    for part in 1...2 {
      let stage = Stage.tokenizePart(part)
      let run = try ToolRun(
        stage.tool, stage.arguments + rare + ["-q", "-o", "out/\(part)"],
        directory: workspace.path)
      #expect(run.end == .exit(0), "\(run.error)")
    }
    let merge = Stage.mergeParts.replacing("parts/1", by: "out/1")
      .replacing("parts/2", by: "out/2")
    let arguments = merge.arguments + rare + ["-q", "-o", "out/merged"]
    let run = try ToolRun(merge.tool, arguments, directory: workspace.path)
    #expect(run.end == .exit(65))
    #expect(
      run.error
        == "tokenize-shards: domain Code: no document falls into its test split; "
        + "raise --test-fraction, or give --allow-empty\n")
    #expect(try workspace.contents("out/merged").isEmpty)
    let allowed = try ToolRun(
      merge.tool, arguments + ["--allow-empty"], directory: workspace.path)
    #expect(allowed.end == .exit(0), "\(allowed.error)")
  }
}
