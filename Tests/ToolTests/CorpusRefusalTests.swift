import Storage
import Testing

/// What the readers of a corpus refuse, each named by file and line.
struct CorpusRefusalTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace(on: Pipeline.shared.get()) }

  private static let readers = [Stage.trainTokenizer, Stage.tokenizeShards].map {
    $0.replacing("0-corpus", by: "bad.jsonl")
  }
  private static let good = FixtureCorpus.line(domain: "Code", text: "let x")

  @Test(arguments: readers) func `a malformed line`(reader: Invocation) throws {
    try workspace.write("bad.jsonl", "\(Self.good)\n{\"text\": \"x\"\n\(Self.good)\n")
    try workspace.expectRefusal(65, "bad.jsonl: line 2: is not valid JSON", reader)
  }

  @Test(arguments: readers) func `invalid UTF-8`(reader: Invocation) throws {
    let line = FixtureCorpus.line(domain: "Code", text: "let ?")
    let broken = line.utf8.map { $0 == UInt8(ascii: "?") ? 0xFF : $0 }
    try workspace.write("bad.jsonl", Array("\(Self.good)\n".utf8) + broken + [10])
    try workspace.expectRefusal(65, "bad.jsonl: line 2: is not valid JSON", reader)
  }

  @Test(arguments: readers) func `a line without text`(reader: Invocation) throws {
    try workspace.write(
      "bad.jsonl", "\(Self.good)\n{\"meta\":{\"redpajama_set_name\":\"FixtureCode\"}}\n")
    try workspace.expectRefusal(65, "bad.jsonl: line 2: has no field \"text\", but \"", reader)
  }

  @Test(arguments: readers) func `text that is a number`(reader: Invocation) throws {
    try workspace.write(
      "bad.jsonl", "{\"text\":1,\"meta\":{\"redpajama_set_name\":\"FixtureCode\"}}\n")
    try workspace.expectRefusal(65, "bad.jsonl: line 1: \"text\" is not a string", reader)
  }

  @Test(arguments: readers) func `a domain that the table lacks`(reader: Invocation) throws {
    try workspace.write(
      "bad.jsonl", "\(Self.good)\n\(FixtureCorpus.line(domain: "Law", text: "whereas"))\n")
    try workspace.expectRefusal(65, "bad.jsonl: line 2: ", reader)
  }

  @Test(arguments: readers) func `an empty file`(reader: Invocation) throws {
    try workspace.write("bad.jsonl", "")
    try workspace.expectRefusal(65, "bad.jsonl: is empty", reader)
  }

  @Test(arguments: readers) func `a file that is not there`(reader: Invocation) throws {
    try workspace.expectRefusal(66, "bad.jsonl: cannot open for reading", reader)
  }

  @Test(arguments: readers) func `a table of domains with a bad line`(reader: Invocation) throws {
    try workspace.write("bad.tsv", "Code\tmeta.redpajama_set_name=FixtureCode\nMaths\n")
    try workspace.write("bad.jsonl", "\(Self.good)\n")
    try workspace.expectRefusal(
      65, "bad.tsv: line 2: ", reader.replacing("domains.tsv", by: "bad.tsv"))
  }

  @Test func `skip-bad-lines counts malformed lines instead`() throws {
    try workspace.write("bad/more.jsonl", "{\"text\": \"x\"\nnonsense\n")
    let run = try ToolRun(
      "tokenize-shards",
      Stage.tokenizeShards.arguments + ["bad", "--skip-bad-lines", "-o", "out/t"],
      directory: workspace.path)
    #expect(run.end == .exit(0))
    #expect(run.error == "tokenize-shards: 2 malformed lines skipped\n")
    let without = try workspace.contents("out/t")
    #expect(
      without["out/t/Code/train-000.tok.zst"]
        == (try workspace.bytes("1-tokens/Code/train-000.tok.zst")))
  }

  @Test func `an error far into the corpus leaves older shards as they are`() throws {
    try workspace.complete(Stage.tokenizeShards)
    let older = try workspace.contents("out")
    // More than is read before the first shards of 50 tokens are written.
    let padding = String(repeating: "x", count: 1 << 20)
    let long = Self.good.dropLast() + #","padding":"\#(padding)"}"#
    try workspace.write("z.jsonl", String(repeating: long + "\n", count: 9) + "nonsense\n")
    let run = try ToolRun(
      "tokenize-shards",
      Stage.tokenizeShards.arguments + ["z.jsonl", "--shard-tokens", "50", "-o", "out/1-tokens"],
      directory: workspace.path)
    #expect(run.end == .exit(65))
    #expect(run.error.hasPrefix("tokenize-shards: z.jsonl: line 10: is not valid JSON"))
    #expect(try workspace.contents("out") == older)
  }
}
