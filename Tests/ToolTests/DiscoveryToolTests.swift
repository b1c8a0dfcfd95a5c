import Formats
import Foundation
import Storage
import TestSupport
import Testing

/// Domains that are found, and what is told of input from which none can be.
struct DiscoveryToolTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace(on: Pipeline.shared.get()) }

  private static let discover = Stage.discoverDomains
  private static let usage: [([String], String)] = [
    (["-k", "1"], "1 domains cannot be found"), (["-k", "2000"], "2000 domains cannot be found"),
    ([], "give one of -k"), (["-k", "3", "--choose", "2,4"], "give one of -k"),
    (["-k", "3", "--domains", "domains.tsv"], "--domains goes with"),
    (["--within", "Code=2"], "--domains goes with"),
    (["--domains", "domains.tsv", "--within", "Code"], "--within Code: write NAME=k"),
    (["--domains", "domains.tsv", "--cross"], "--cross needs -k"),
    (["--choose", "4,x"], "--choose 4,x: write different numbers"),
    (["-k", "3", "--floor", "1"], "--floor must be"),
    (["-k", "3", "--groups", "3"], "--groups goes with -k"),
    (["-k", "3", "--cap", "1"], "--floor must be"),
    (["--domains", "domains.tsv", "--within", "Law=2"], "--within Law: is no domain"),
  ]

  @Test(arguments: usage) func `flags that make no sense`(
    flags: [String], line: String
  ) throws {
    let invocation = Invocation(
      tool: "discover-domains", arguments: ["0-corpus"] + flags, output: "0-domains",
      lastFile: "report.jsonl")
    try workspace.expectRefusal(64, line, invocation)
  }

  @Test func `fewer documents than domains, and documents that have nothing in common`() throws {
    let lines = (0..<4).map { FixtureCorpus.line(domain: "Code", text: "let \($0)") }
    try workspace.write("few.jsonl", lines.joined(separator: "\n") + "\n\n")
    try workspace.expectRefusal(
      65, "the corpus has 4 different documents for 5 domains; ask for fewer",
      Self.discover.replacing("0-corpus", by: "few.jsonl").replacing("3", by: "5"))
    let alone = ["a", "b", "c"].map { FixtureCorpus.line(domain: "Code", text: $0) }
    try workspace.write("alone.jsonl", alone.joined(separator: "\n") + "\n")
    try workspace.expectRefusal(
      65, "the corpus has no term in two documents",
      Self.discover.replacing("0-corpus", by: "alone.jsonl"))
  }

  @Test func `groups of like domains stand in the table, and are named after their largest`() throws
  {
    let grouped = Self.discover.adding("--groups", "2").adding("--cap", "1.9")
    let written = try workspace.complete(grouped).first { $0.key.hasSuffix("domains.tsv") }
    let text = String(decoding: try #require(written?.value), as: UTF8.self)
    let table = try DomainTable(text: text, path: "domains.tsv").domains
    let joined = table.filter { $0.group != nil }
    #expect(table.count == 3 && joined.count == 2)
    #expect(Set(joined.map(\.group)).count == 1)
    #expect(joined.contains { "like-\($0.name)" == $0.group })
  }

  @Test func `domains that were made up are found, named and assigned again`() throws {
    let found = try FoundDomains("\(workspace.path)/0-domains/report.jsonl").rows
    #expect(found.map(\.documents) == [100, 100, 100])
    let table = try DomainTable("\(workspace.path)/0-domains/domains.tsv")
    #expect(table.domains.map(\.name) == found.map(\.domain))
    #expect(Set(found.map(\.domain)).count == 3)
    for row in found { #expect(row.samples?.isEmpty == false && row.neighbours?.count == 2) }
    let said = try workspace.run(
      "tokenize-shards", "0-corpus", "--domains", "0-domains/domains.tsv", "--clusters",
      "0-domains/clusters.zst", "--stats", printing: nil)
    for row in found {
      #expect(said.output.contains("\n\(row.domain)\t\(row.documents)\t\(row.bytes)\n"))
    }
  }

  @Test func `the same bytes at any number of threads and in any order of files`() throws {
    var contents: [[String: [UInt8]]] = []
    for arguments in [["-j", "1"], ["-j", "3"]] {
      let again = Invocation(
        tool: "discover-domains", arguments: Self.discover.arguments + arguments,
        output: "0-domains", lastFile: "report.jsonl")
      contents.append(try workspace.complete(again))
      try workspace.clearOutput()
    }
    #expect(contents[0] == contents[1] && contents[0].count == 3)
    try workspace.run(
      "discover-domains", "0-corpus/chunk-1.jsonl.zst", "0-corpus/chunk-0.jsonl.zst", "-k", "3",
      "--dimensions", "8", "--starts", "2", "-q", "-o", "out/0-domains")
    let table = try workspace.bytes("out/0-domains/domains.tsv")
    #expect(table == contents[0]["out/0-domains/domains.tsv"])
  }

  @Test func `parts and their merge assign as one process does`() throws {
    let clustered = ["--domains", "0-domains/domains.tsv", "--clusters", "0-domains/clusters.zst"]
    func run(_ more: [String], to folder: String) throws {
      let arguments =
        clustered + [
          "--tokenizer", "1-tokens/tokenizer.json", "--validation-fraction", "0.1",
          "--test-fraction", "0.1", "-q", "-o", folder,
        ] + more
      let run = try ToolRun("tokenize-shards", arguments, directory: workspace.path)
      #expect(run.end == .exit(0), "\(run.error)")
    }
    try run(["0-corpus"], to: "out/whole")
    for part in 1...2 { try run(["0-corpus", "--part", "\(part)/2"], to: "out/part-\(part)") }
    try run(["--merge", "out/part-1", "out/part-2"], to: "out/merged")
    let whole = try workspace.contents("out/whole")
    let merged = try workspace.contents("out/merged")
    #expect(whole.count >= 12)
    #expect(
      Dictionary(uniqueKeysWithValues: merged.map { ($0.replacing("merged", with: "whole"), $1) })
        == whole)
  }

  @Test func `a domain is divided, and others are kept`() throws {
    try workspace.run(
      "discover-domains", "0-corpus", "--domains", "domains.tsv", "--within", "Prose=2",
      "--dimensions", "8", "-q", "-o", "out/within")
    let table = try DomainTable("\(workspace.path)/out/within/domains.tsv")
    #expect(table.domains.count == 4)
    #expect(table.domains.prefix(2).map(\.name) == ["Code", "Maths"])
    #expect(table.domains.suffix(2).allSatisfy { $0.name.hasPrefix("Prose_") })
    let said = try workspace.run(
      "tokenize-shards", "0-corpus", "--domains", "out/within/domains.tsv", "--clusters",
      "out/within/clusters.zst", "--stats", printing: nil)
    #expect(said.output.contains("\nCode\t100\t"))
  }

  @Test func `every domain is divided by the same topics`() throws {
    try workspace.write("files.tsv", "First\tpath=*-0.jsonl.zst\nSecond\tpath=*-1.jsonl.zst\n")
    try workspace.run(
      "discover-domains", "0-corpus", "--domains", "files.tsv", "--cross", "-k", "3",
      "--dimensions", "8", "-q", "-o", "out/cross")
    let cells = try FoundDomains("\(workspace.path)/out/cross/report.jsonl").rows
    #expect(cells.map(\.documents) == [50, 50, 50, 50, 50, 50])
    let topics = cells.map { $0.domain.split(separator: "_").last }
    #expect(topics.prefix(3) == topics.suffix(3))
    let said = try workspace.run(
      "tokenize-shards", "0-corpus", "--domains", "out/cross/domains.tsv", "--clusters",
      "out/cross/clusters.zst", "--stats", printing: nil)
    for cell in cells {
      #expect(said.output.contains("\n\(cell.domain)\t50\t\(cell.bytes)\n"))
    }
    let rare = Invocation(
      tool: "discover-domains",
      arguments: [
        "0-corpus", "--domains", "domains.tsv", "--cross", "-k", "3", "--dimensions", "8",
      ], output: "0-domains", lastFile: "report.jsonl")
    try workspace.expectRefusal(64, "--least-share 0.01: no domain has two topics", rare)
  }

  @Test func `what does not belong together`() throws {
    let table = "0-domains/domains.tsv"
    let shards = Stage.tokenizeShards.replacing("domains.tsv", by: table)
    try workspace.expectRefusal(65, "\(table): ", shards)
    try workspace.expectRefusal(
      65, "\(table): ", Stage.trainTokenizer.replacing("domains.tsv", by: table))
    try workspace.write("other.tsv", "a\tcluster=none-such\n")
    try workspace.expectRefusal(
      65, "other.tsv: a: 0-domains/clusters.zst has no cluster none-such",
      Stage.tokenizeShards.replacing("domains.tsv", by: "other.tsv")
        .adding("--clusters", "0-domains/clusters.zst"))
    try workspace.expectRefusal(
      64, "--vectors needs --clusters", Stage.tokenizeShards.adding("--vectors", "v.npy"))
    try workspace.expectRefusal(
      65, "1-tokens/Code/train-000.tok.zst: is a file of format mde.tokens, not mde.clusters",
      shards.adding("--clusters", "1-tokens/Code/train-000.tok.zst"))
  }

  @Test func `a model of another version`() throws {
    let file = try FramedReader("\(workspace.path)/0-domains/clusters.zst")
    let header = String(decoding: file.header, as: UTF8.self)
    let other = try FramedWriter(
      "\(workspace.path)/newer.zst",
      header: Array(header.replacing(#""version":1"#, with: #""version":2"#).utf8))
    try other.commit()
    try workspace.expectRefusal(
      65, "newer.zst: mde.clusters: version 2 is not supported, only 1",
      Stage.tokenizeShards.replacing("domains.tsv", by: "0-domains/domains.tsv")
        .adding("--clusters", "newer.zst"))
  }

  @Test func `vectors find and assign domains, and those that are missing are named`() throws {
    // A direction for each of the three domains, by the id of each text.
    var lines: [String] = []
    for file in 0..<2 {
      let reader = try LineReader("\(workspace.path)/0-corpus/chunk-\(file).jsonl.zst")
      while let line = try reader.next() {
        let text = String(decoding: line.bytes, as: UTF8.self)
        let domain = FixtureCorpus.domains.firstIndex { text.contains("Fixture\($0)") } ?? 0
        let body = text.dropFirst(#"{"text":""#.count).prefix { $0 != "\"" }
        let vector = (0..<3).map { $0 == domain ? "5" : "1" }.joined(separator: ",")
        lines.append(#"{"id":"\#(sha256(Array(body.utf8)).prefix(32))","vector":[\#(vector)]}"#)
      }
    }
    try workspace.write("v.jsonl", lines.joined(separator: "\n"))
    let found = Self.discover.adding("--vectors", "v.jsonl")
    try workspace.complete(found)
    let said = try workspace.run(
      "tokenize-shards", "0-corpus", "--domains", "out/0-domains/domains.tsv", "--clusters",
      "out/0-domains/clusters.zst", "--vectors", "v.jsonl", "--stats", printing: nil)
    #expect(said.output.split(separator: "\n").dropFirst().allSatisfy { $0.contains("\t100\t") })

    try workspace.shell("cp -r out/0-domains by-vectors")
    let shards = Stage.tokenizeShards.replacing("domains.tsv", by: "by-vectors/domains.tsv")
      .adding("--clusters", "by-vectors/clusters.zst")
    try workspace.expectRefusal(65, "by-vectors/clusters.zst: its clusters are of vectors", shards)
    try workspace.write("few.jsonl", lines.dropLast().joined(separator: "\n"))
    try workspace.expectRefusal(
      65, "few.jsonl: has no vector of the document ", shards.adding("--vectors", "few.jsonl"))
    try workspace.expectRefusal(
      65, "few.jsonl: has no vector of 1 of the documents, such as ",
      Self.discover.adding("--vectors", "few.jsonl"))
    let longer = lines.map { $0.replacing("]", with: ",0]") }
    try workspace.write("longer.jsonl", longer.joined(separator: "\n"))
    try workspace.expectRefusal(
      65, "longer.jsonl: its vectors have 4 numbers, those of the clusters 3",
      shards.adding("--vectors", "longer.jsonl"))
  }

  @Test func `numbers of domains are compared`() throws {
    let said = try workspace.run(
      "discover-domains", "0-corpus", "--choose", "2,3,6", "--dimensions", "8", "-q", "-o",
      "out/choice.svg", printing: nil)
    #expect(said.output.contains("stability") && said.output.contains("is the most that is as"))
    #expect(try workspace.bytes("out/choice.svg").starts(with: Array("<svg".utf8)))
  }
}
