import Formats
import Foundation
import Storage
import Testing

/// Targets: `tokenize-targets`, and what the later tools know of them.
struct TargetToolTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace(on: Pipeline.shared.get()) }

  private func tokenize(_ table: String, _ arguments: String...) throws -> ToolRun {
    try workspace.write("t.tsv", table)
    return try ToolRun(
      "tokenize-targets",
      ["--table", "t.tsv", "--tokenizer", "1-tokens/tokenizer.json", "-o", "out"] + arguments,
      directory: workspace.path)
  }

  private func header(_ name: String) throws -> TokenHeader {
    try TokenFileReader("\(workspace.path)/\(name)").header
  }

  @Test func `a folder, an archive and lines of JSON give the same texts`() throws {
    try workspace.shell("tar -czhf notes.tgz -C \(workspace.path) notes/")
    let lines = try names(inFolder: "\(workspace.path)/notes").map { name in
      JSON.encode(["text": String(decoding: try workspace.bytes("notes/\(name)"), as: UTF8.self)])
    }
    try workspace.write("notes.jsonl", lines.flatMap { $0 + [10] })
    try workspace.shell("zstd -q \(workspace.path)/notes.jsonl")
    let run = try tokenize("notes\tnotes/\npacked\tnotes.tgz\nlines\tnotes.jsonl.zst\n")
    try #require(run.end == .exit(0), "\(run.error)")
    let first = try TokenManifest("\(workspace.path)/out/notes")
    #expect(first.kind == .target && Set(first.splits.keys) == ["validation", "test"])
    #expect(first.splits.values.allSatisfy { $0.amount.tokens >= 256 })
    let packed = try TokenManifest("\(workspace.path)/out/packed")
    #expect(packed.splits.mapValues(\.amount) == first.splits.mapValues(\.amount))
    #expect(try header("out/notes/test-000.tok.zst").kind == .target)
  }

  @Test func `of prompts with answers only the answers count`() throws {
    let run = try tokenize("asked\tasked.jsonl\n")
    try #require(run.end == .exit(0), "\(run.error)")
    let file = try TokenFileReader("\(workspace.path)/out/asked/validation-000.tok.zst")
    #expect(file.header.hasContexts && file.header.kind == .target)
    let block = try file.block(0)
    #expect(block.documentCount > 10 && block.contexts.allSatisfy { $0 > 0 })
    #expect(zip(block.contexts, block.bytes).allSatisfy { $0 > 0 && $1 > 10 })
  }

  @Test(arguments: [
    ("few\tshort.txt\n", "short.txt: few has 0 tokens to validate with, fewer than 256"),
    ("none\tempty\n", "empty: holds no file; a target needs some text"),
    ("blank\tblank.txt\n", "blank.txt: blank has no text"),
    ("binary\tbinary\n", "binary: is no text in UTF-8; convert it, or leave it out of the target"),
    ("other\tother.jsonl\n", "other.jsonl: line 1: has neither text nor a prompt with an answer"),
    ("mixed\tmixed.jsonl\n", "mixed.jsonl: mixed has 1 texts and 1 prompts with answers"),
    ("a b\tnotes\n", "t.tsv: line 1: a b is no name"),
    ("a\n", "t.tsv: line 1: has 1 columns"),
    ("a\tnotes\na\tnotes\n", "t.tsv: line 2: the target a is there already"),
    ("Prose\tnotes\n", "out/Prose/manifest.json: is of a domain or a task"),
  ]) func `what is no target is refused, and nothing is left`(table: String, said: String) throws {
    try workspace.write("short.txt", "short")
    try workspace.write("blank.txt", "\n\n")
    try createFolder("\(workspace.path)/empty")
    try workspace.write("binary", [1, 0, 2, 10])
    try workspace.write("other.jsonl", "{\"x\":1}\n")
    try workspace.write("mixed.jsonl", "{\"text\":\"a\"}\n{\"prompt\":\"b\",\"answer\":\"c\"}\n")
    try createFolder("\(workspace.path)/out/Prose")
    try workspace.write("out/Prose/manifest.json", workspace.bytes("1-tokens/Prose/manifest.json"))
    let run = try tokenize(table)
    #expect(run.end == .exit(65) && run.error.contains("tokenize-targets: \(said)"), "\(run.error)")
    #expect(run.error.filter { $0 == "\n" }.count == 1)
    let left = try names(inFolder: "\(workspace.path)/out")
    #expect(left == ["Prose"], "\(left)")
  }

  @Test func `a file that is not there is no input`() throws {
    let run = try tokenize("a\tabsent\n")
    #expect(run.end == .exit(66) && run.error.contains("absent: cannot open"))
  }

  @Test func `experts that scored a target answer for it`() throws {
    for expert in FixtureCorpus.domains.map({ "expert-\($0)" }) {
      try createFolder("\(workspace.path)/out/\(expert)")
      let scored = try ToolRun(
        "score-logprobs",
        [
          "--model", "3-models/\(expert)", "1-targets/notes/validation-000.tok.zst", "-o",
          "out/\(expert)/notes.lp.zst",
        ], directory: workspace.path)
      try #require(scored.end == .exit(0), "\(scored.error)")
    }
    let search =
      ["--experts"] + FixtureCorpus.domains.map { "out/expert-\($0)" } + ["-o", "out/p.json"]
    let run = try ToolRun(
      "search-mixture", ["--objective", "avg-target"] + search, directory: workspace.path)
    try #require(run.end == .exit(0), "\(run.error)")
    let proposal = try JSON.decode(
      Found.self, from: workspace.bytes("out/p.json"), path: "p.json")
    #expect(proposal.objective.criteria == [["notes": 1]])
    #expect(proposal.weights["Code"] ?? 1 < 0.05)
    let perByte = try ToolRun(
      "search-mixture", ["--objective", "avg-target/byte"] + search, directory: workspace.path)
    try #require(perByte.end == .exit(0), "\(perByte.error)")
    let inBytes = try JSON.decode(
      Found.self, from: workspace.bytes("out/p.json"), path: "p.json")
    let amount = try TokenManifest("\(workspace.path)/1-targets/notes").splits["validation"]?.amount
    let factor = Double(amount?.tokens ?? 0) / Double(amount?.bytes ?? 0) / log(2)
    #expect(abs((inBytes.objective.criteria[0]["notes"] ?? 0) - factor) < 1e-12)
    for (domain, weight) in proposal.weights {
      #expect(abs((inBytes.weights[domain] ?? 9) - weight) < 1e-3)
    }
    let tasks = try ToolRun(
      "search-mixture", ["--objective", "avg-et"] + search, directory: workspace.path)
    #expect(tasks.end == .exit(64) && tasks.error.contains("known are avg-target, worst"))
  }

  private struct Found: Decodable {
    struct Objective: Decodable { let criteria: [[String: Double]] }
    let objective: Objective
    let weights: [String: Double]
  }
}
