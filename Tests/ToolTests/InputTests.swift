import Foundation
import Storage
import Testing

/// The ways in which a corpus comes in, and documents come back out.
struct InputTests {
  private let workspace: Workspace
  private let stage = Stage.tokenizeShards

  init() throws {
    workspace = try Workspace(on: Pipeline.shared.get())
    try workspace.shell("mkdir plain && zstd -qd 0-corpus/*.zst --output-dir-flat plain")
  }

  /// What `--stats` says of a corpus.
  private func amounts(_ corpus: String, input: [UInt8] = []) throws -> String {
    let arguments = stage.replacing("0-corpus", by: corpus).arguments + ["--stats"]
    let run = try ToolRun(stage.tool, arguments, directory: workspace.path, input: input)
    #expect(run.end == .exit(0) && run.error == "", "\(run.error)")
    return run.output
  }

  @Test(arguments: [
    "mkdir c && gzip -c plain/chunk-0.jsonl > c/a.jsonl.gz && xz -c plain/chunk-1.jsonl > "
      + "c/b.jsonl.xz",
    "mkdir c && cp plain/chunk-0.jsonl c/a.jsonl && bzip2 -c plain/chunk-1.jsonl > c/b.jsonl.bz2",
    "mkdir c && tar -cf c/all.tar plain", "mkdir c && tar -czf c/all.tgz plain",
    "mkdir c && tar -cf - plain | zstd -q > c/all.tar.zst",
    "mkdir c && cd plain && python3 -m zipfile -c ../c/all.zip .",
    "mkdir c && zstd -q --ultra -22 --long=30 plain/* --output-dir-flat c",
    "mkdir c && cat 0-corpus/*.zst > c/both.jsonl.zst",
  ])
  func `any compression or archive gives the same documents`(command: String) throws {
    try workspace.shell(command)
    #expect(try amounts("c") == amounts("0-corpus"))
  }

  @Test func `standard input takes the windows that files may have`() throws {
    try workspace.shell(
      "mkdir c && cat plain/* | zstd -q --long=31 --zstd=wlog=31 --single-thread > c/a.jsonl.zst")
    #expect(
      try amounts("-", input: workspace.bytes("c/a.jsonl.zst")) == amounts("0-corpus"))
  }

  @Test func `standard input gives the same token files as files do`() throws {
    let files = try workspace.complete(stage)
    let text = try (0..<2).flatMap { try workspace.bytes("plain/chunk-\($0).jsonl") }
    let piped = try ToolRun(
      stage.tool, stage.replacing("0-corpus", by: "-").arguments + ["-q", "-o", "out/piped"],
      directory: workspace.path, input: text)
    #expect(piped.end == .exit(0) && piped.error == "", "\(piped.error)")
    #expect(try amounts("-", input: text) == amounts("0-corpus"))
    // Standard input has no hash, so headers differ, and documents do not.
    for domain in FixtureCorpus.domains {
      #expect(
        try decoded("out/piped/\(domain)/train-000.tok.zst")
          == decoded("out/1-tokens/\(domain)/train-000.tok.zst"))
    }
    #expect(!files.isEmpty)
  }

  private func decoded(_ tokens: String) throws -> String {
    let run = try ToolRun(
      stage.tool, [tokens, "--decode", "--tokenizer", "1-tokens/tokenizer.json"],
      directory: workspace.path)
    #expect(run.end == .exit(0) && run.error == "", "\(run.error)")
    return run.output
  }

  @Test func `decode prints every document back`() throws {
    var texts: [String: Int] = [:]
    for split in ["train", "validation", "test"] {
      for domain in FixtureCorpus.domains {
        for line in try decoded("1-tokens/\(domain)/\(split)-000.tok.zst").split(separator: "\n") {
          texts[String(line), default: 0] += 1
        }
      }
    }
    var expected: [String: Int] = [:]
    for name in ["chunk-0", "chunk-1"] {
      let text = String(decoding: try workspace.bytes("plain/\(name).jsonl"), as: UTF8.self)
      for line in text.split(separator: "\n") {
        expected[String(line.prefix { $0 != "," }) + "}", default: 0] += 1
      }
    }
    #expect(texts == expected)
  }

  @Test func `a domain can be a folder in an archive`() throws {
    try workspace.shell("mkdir -p b/prose b/code && cp plain/chunk-0.jsonl b/prose/x.jsonl")
    try workspace.shell("cp plain/chunk-1.jsonl b/code/x.jsonl && tar -cf b.tar b")
    try workspace.write("paths.tsv", "P\tpath=prose/*\nC\tpath=code/*\n")
    try workspace.run(
      "tokenize-shards", "b.tar", "--domains", "paths.tsv", "--stats", "--text-field", "text",
      printing: """
        domain\tdocuments\tbytes
        P\t150\t\(try bytes("chunk-0"))
        C\t150\t\(try bytes("chunk-1"))

        """)
  }

  /// The bytes of the texts of a file, which have no escapes.
  private func bytes(_ name: String) throws -> Int {
    String(decoding: try workspace.bytes("plain/\(name).jsonl"), as: UTF8.self)
      .split(separator: "\n").reduce(0) { $0 + $1.split(separator: "\"")[3].utf8.count }
  }
}
