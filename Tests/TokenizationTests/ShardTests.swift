import Formats
import Foundation
import Parallel
import Storage
import TestSupport
import Testing
@testable import Tokenization

@Suite struct Shards {
  private let table: DomainTable
  init() throws {
    table = try DomainTable(text: "A\tmeta.set=a\nB\tmeta.set=b\n", path: "domains.tsv")
  }

  private func line(_ text: String, _ set: String) -> String {
    #"{"text":"\#(text)","meta":{"set":"\#(set)"}}"#
  }

  private func lines(_ set: String, count: Int = 300) -> [String] {
    (0..<count).map {
      line("document \($0) of \(set), " + String(repeating: "word \($0 % 7) ", count: $0 % 50), set)
    }
  }

  @discardableResult
  private func build(
    _ files: [String], to folder: String?, threads: Int = 1, duplicates: Duplicates? = nil,
    tokensPerShard: Int = 10_000
  ) throws -> [TokenManifest] {
    let pool = WorkerPool(threads: threads)
    let corpus = try Corpus(files, domains: table)
    var options = ShardBuilder.Options(
      rule: .fractions(Splitter(validationFraction: 0.1, testFraction: 0.1)),
      tokensPerShard: tokensPerShard
    )
    (options.folder, options.duplicates) = (folder, duplicates)
    let builder = try ShardBuilder(
      tokenizer: try tinyTokenizer([("w", "o"), ("r", "d"), ("wo", "rd")]), endOfText: 1000,
      domains: table, corpusFiles: corpus.files, options: options, pool: pool)
    while let documents = try corpus.next() { try builder.add(documents) }
    return try builder.finish()
  }

  /// All files below `folder`, with their bytes.
  private func contents(_ folder: String) throws -> [String: [UInt8]] {
    var result: [String: [UInt8]] = [:]
    for name in try names(inFolder: folder) {
      let path = "\(folder)/\(name)"
      if isFolder(path) {
        for (inner, bytes) in try contents(path) { result["\(name)/\(inner)"] = bytes }
      } else {
        result[name] = try readFile(path)
      }
    }
    return result
  }

  @Test(arguments: [2, 3, 7])
  func `the files do not depend on the number of threads`(threads: Int) throws {
    let scratch = try TemporaryFolder()
    let file = try scratch.write("ab.jsonl.zst", lines: lines("a") + lines("b"))
    try build([file], to: "\(scratch.path)/one")
    try build([file], to: "\(scratch.path)/many", threads: threads)
    #expect(try contents("\(scratch.path)/one") == contents("\(scratch.path)/many"))
  }

  @Test func `another domain's file changes no byte of a domain's files, nor their times`() throws {
    let scratch = try TemporaryFolder()
    let out = "\(scratch.path)/out"
    let a = try scratch.write("a.jsonl", lines: lines("a"))
    try build([a, try scratch.write("b.jsonl", lines: lines("b", count: 299))], to: out)
    let before = try contents("\(out)/A")
    let manifest = "\(out)/A/manifest.json"
    let time =
      try FileManager.default.attributesOfItem(atPath: manifest)[.modificationDate] as? Date
    try build([a, try scratch.write("b.jsonl", lines: lines("b"))], to: out)
    #expect(try contents("\(out)/A") == before)
    #expect(
      try FileManager.default.attributesOfItem(atPath: manifest)[.modificationDate] as? Date == time
    )
  }

  @Test func `every document is in one split, whole and in order, and the manifest counts it`()
    throws
  {
    let scratch = try TemporaryFolder()
    let file = try scratch.write("ab.jsonl", lines: lines("a") + lines("b"))
    let manifests = try build([file], to: "\(scratch.path)/out", tokensPerShard: 500)
    let tokenizer = try tinyTokenizer([("w", "o"), ("r", "d"), ("wo", "rd")])
    for (manifest, set) in zip(manifests, ["a", "b"]) {
      #expect(try TokenManifest("\(scratch.path)/out/\(manifest.domain)") == manifest)
      var texts: Set<String> = []
      for split in manifest.splits.values {
        var amount = TokenManifest.Amount()
        for shard in split.shards {
          let path = "\(scratch.path)/out/\(manifest.domain)/\(shard.name)"
          #expect(try sha256(file: path) == shard.sha256)
          let reader = try TokenFileReader(path)
          for index in 0..<reader.blockCount {
            let block = try reader.block(index)
            for document in 0..<block.documentCount {
              let text = String(decoding: tokenizer.decode(block[document]), as: UTF8.self)
              #expect(text.utf8.count == block.bytes[document])
              texts.insert(text)
              amount.documents += 1
              amount.tokens += block[document].count
              amount.bytes += block.bytes[document]
            }
          }
        }
        #expect(amount == split.amount)
      }
      #expect(texts.count == 300 && texts.allSatisfy { $0.contains("of \(set),") })
      #expect((manifest.splits["train"]?.shards.count ?? 0) > 1)
    }
  }

  @Test
  func `a run after a kill takes over the shards that were finished, and gives the same files`()
    throws
  {
    let scratch = try TemporaryFolder()
    let file = try scratch.write("ab.jsonl", lines: lines("a") + lines("b"))
    let (whole, killed) = ("\(scratch.path)/whole", "\(scratch.path)/killed")
    let pool = WorkerPool(threads: 2)
    let corpus = try Corpus([file], domains: table)
    var options = ShardBuilder.Options(
      rule: .fractions(Splitter(validationFraction: 0.1, testFraction: 0.1)), tokensPerShard: 500)
    options.folder = whole
    let tokenizer = try tinyTokenizer()
    func builder(_ options: ShardBuilder.Options) throws -> ShardBuilder {
      try ShardBuilder(
        tokenizer: tokenizer, endOfText: 1000, domains: table, corpusFiles: [file],
        options: options, pool: pool)
    }
    let documents = try #require(try corpus.next())
    let complete = try builder(options)
    for start in stride(from: 0, to: documents.count, by: 100) {
      try complete.add(Array(documents[start..<min(documents.count, start + 100)]))
    }
    try FileManager.default.copyItem(atPath: whole, toPath: killed)
    _ = try complete.finish()

    let (left, shard) = (
      "\(killed)/A/train-000.tok.zst.partial-finished", "\(killed)/A/train-000.tok.zst"
    )
    func identity(_ path: String) throws -> UInt64? {
      try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? UInt64
    }
    let before = try identity(left)
    options.folder = killed
    let resumed = try builder(options)
    try resumed.add(documents)
    _ = try resumed.finish()
    #expect(try identity(shard) == before)
    #expect(
      try contents(killed).filter { $0.key != "plan.partial-run" }
        == contents(whole).filter { $0.key != "plan.partial-run" })
  }

  @Test func `shards of a longer earlier run are removed`() throws {
    let scratch = try TemporaryFolder()
    let out = "\(scratch.path)/out"
    try build(
      [try scratch.write("ab.jsonl", lines: lines("a") + lines("b"))], to: out, tokensPerShard: 300)
    try build(
      [try scratch.write("cd.jsonl", lines: lines("a") + lines("b"))], to: out,
      tokensPerShard: 100_000)
    let shards = try names(inFolder: "\(out)/A")
    #expect(
      shards == [
        "manifest.json", "test-000.tok.zst", "train-000.tok.zst", "validation-000.tok.zst",
      ])
  }

  @Test func `a repeated text is left out of its domain, not of another`() throws {
    let scratch = try TemporaryFolder()
    let others = lines("a").map { $0.replacing(#""set":"a""#, with: #""set":"b""#) }
    let file = try scratch.write("x.jsonl", lines: lines("a") + lines("a") + others)
    let manifests = try build([file], to: nil, duplicates: .exact)
    #expect(manifests.map(\.duplicates) == [300, 0])
    #expect(
      manifests.map { $0.splits.values.reduce(0) { $0 + $1.amount.documents } } == [300, 300])
  }

  @Test func `the split is read off the text's hash`() {
    let splitter = Splitter(validationFraction: 0.25, testFraction: 0.25)
    #expect(splitter.split(digest: [0x00] + [UInt8](repeating: 0, count: 31)) == .test)
    #expect(splitter.split(digest: [0x3F] + [UInt8](repeating: 255, count: 31)) == .test)
    #expect(splitter.split(digest: [0x40] + [UInt8](repeating: 0, count: 31)) == .validation)
    #expect(splitter.split(digest: [0x80] + [UInt8](repeating: 0, count: 31)) == .train)
  }

  @Test func `a domain without documents, or without a split's, is named`() throws {
    let scratch = try TemporaryFolder()
    func message(_ lines: [String]) throws -> String? {
      let file = try scratch.write("x.jsonl", lines: lines)
      do { try build([file], to: nil) } catch { return (error as? any ReportableError)?.message }
      return nil
    }
    #expect(
      try message(lines("a"))
        == "domain B: no document of the corpus is of it; correct its selector in domains.tsv, or "
        + "give --allow-empty"
    )
    #expect(
      try message(lines("a") + [line("x", "b")])?.hasPrefix("domain B: no document falls into its ")
        == true)
  }
}
