import Formats
import Foundation
import Parallel
import Storage
import TestSupport
import Testing
@testable import Tokenization

/// Parts of a corpus, merged, are what one process makes of it, byte for byte.
@Suite struct Parts {
  private let scratch: TemporaryFolder
  private let table: DomainTable
  private let tokenizer: Tokenizer
  private let files: [String]

  init() throws {
    scratch = try TemporaryFolder()
    table = try DomainTable(text: "A\tmeta.set=a\nB\tmeta.set=b\n", path: "domains.tsv")
    tokenizer = try tinyTokenizer([("w", "o"), ("r", "d"), ("wo", "rd")])
    var random = TestBits(seed: 3)
    var files: [String] = []
    for file in 0..<5 {
      // Every third text is one of few, many are beginnings of others; B is in two files only.
      let lines = (0..<(30 + 40 * file)).map { line in
        let set = file % 3 == 1 && line % 4 == 0 ? "b" : "a"
        let number = line % 3 == 0 ? random.index(below: 30) : 1000 * file + line
        let text = "document \(number) " + (0..<number % 90).map { "word\($0) " }.joined()
        return #"{"text":"\#(text)","meta":{"set":"\#(set)"}}"#
      }
      files.append(try scratch.write("\(file).jsonl", lines: lines))
    }
    self.files = files
  }

  private func options(
    to folder: String, duplicates: Duplicates?, tokensPerShard: Int
  ) -> ShardBuilder.Options {
    var options = ShardBuilder.Options(
      rule: .fractions(Splitter(validationFraction: 0.1, testFraction: 0.1)),
      tokensPerShard: tokensPerShard)
    (options.folder, options.duplicates) = ("\(scratch.path)/\(folder)", duplicates)
    options.flags = [
      "shard-tokens": "\(tokensPerShard)", "deduplicate": duplicates?.rawValue ?? "false",
    ]
    return options
  }

  private func builder(
    _ files: [String], _ options: ShardBuilder.Options, threads: Int = 1,
    merging parts: TokenParts? = nil
  ) throws -> ShardBuilder {
    try ShardBuilder(
      tokenizer: tokenizer, endOfText: 1000, domains: table, corpusFiles: files, options: options,
      pool: WorkerPool(threads: threads), merging: parts)
  }

  private func add(_ files: [String], to builder: ShardBuilder) throws {
    let corpus = try Corpus(files, domains: table)
    while let documents = try corpus.next() { try builder.add(documents) }
  }

  /// Makes a part and returns its folder.
  private func makePart(
    _ number: Int, of count: Int, duplicates: Duplicates? = nil, tokensPerShard: Int = 300,
    files: [String]? = nil, folder: String = ""
  ) throws -> String {
    let part = try CorpusPart(number, of: count, files: files ?? self.files)
    var options = options(
      to: "\(folder)part-\(number)-of-\(count)", duplicates: duplicates,
      tokensPerShard: tokensPerShard)
    (options.isPart, options.allowsEmpty) = (true, true)
    let builder = try builder(part.files, options)
    try add(part.files, to: builder)
    _ = try builder.finish(recording: part)
    return options.folder ?? ""
  }

  private func parts(
    _ folders: [String], duplicates: Duplicates? = nil, tokensPerShard: Int = 300
  ) throws -> TokenParts {
    try TokenParts(
      folders, tokenizer: tokenizer, domains: table,
      options: options(to: "", duplicates: duplicates, tokensPerShard: tokensPerShard))
  }

  private func contents(_ folder: String) throws -> [String: [UInt8]] {
    var result: [String: [UInt8]] = [:]
    for path in try Storage.files(below: "\(scratch.path)/\(folder)") {
      result[String(path.dropFirst("\(scratch.path)/\(folder)/".count))] = try readFile(path)
    }
    return result
  }

  @Test(arguments: [1, 2, 3, 9], [nil, Duplicates.exact, .near])
  func `merged parts are the bytes of one process`(count: Int, duplicates: Duplicates?) throws {
    for tokensPerShard in [1, 300, 2000, 1_000_000] {
      func options(_ folder: String) -> ShardBuilder.Options {
        self.options(to: folder, duplicates: duplicates, tokensPerShard: tokensPerShard)
      }
      let whole = try builder(files, options("whole"))
      try add(files, to: whole)
      let manifests = try whole.finish()
      #expect(manifests.contains { ($0.duplicates ?? 0) > 0 } == (duplicates != nil))
      #expect(manifests.contains { ($0.nearDuplicates ?? 0) > 0 } == (duplicates == .near))

      // In any order.
      let folders = try (1...count).reversed().map {
        try makePart($0, of: count, duplicates: duplicates, tokensPerShard: tokensPerShard)
      }
      let parts = try parts(folders, duplicates: duplicates, tokensPerShard: tokensPerShard)
      let merged = try builder(parts.files, options("merged"), threads: 3, merging: parts)
      try merged.merge(parts) { _ in }
      #expect(try merged.finish() == manifests)
      #expect(try contents("merged") == contents("whole"))
    }
  }

  @Test func `blocks inside a shard are found again`() throws {
    // Documents of many tokens, so that a shard has several blocks.
    let long = try (0..<4).map { file in
      try scratch.write(
        "long-\(file).jsonl",
        lines: (0..<120).map { line in
          let text = String(repeating: "x\(line % 7) ", count: 500 + 97 * (line % 11))
          return #"{"text":"\#(text)\#(file) \#(line)","meta":{"set":"a"}}"#
        })
    }
    func options(_ folder: String) -> ShardBuilder.Options {
      var options = self.options(to: folder, duplicates: nil, tokensPerShard: 400_000)
      options.allowsEmpty = true
      return options
    }
    let whole = try builder(long, options("whole"))
    try add(long, to: whole)
    _ = try whole.finish()
    let shard = try TokenFileReader("\(scratch.path)/whole/A/train-001.tok.zst")
    #expect(shard.blockCount > 2)
    let folders = try (1...3).map { try makePart($0, of: 3, tokensPerShard: 400_000, files: long) }
    let parts = try parts(folders, tokensPerShard: 400_000)
    let merged = try builder(parts.files, options("merged"), threads: 2, merging: parts)
    try merged.merge(parts) { _ in }
    _ = try merged.finish()
    #expect(try contents("merged") == contents("whole"))
  }

  @Test func `a merge after a kill takes over the shards that were finished`() throws {
    let parts = try parts([try makePart(1, of: 2), try makePart(2, of: 2)])
    func merging(_ folder: String) throws -> ShardBuilder {
      try builder(
        parts.files, options(to: folder, duplicates: nil, tokensPerShard: 300), merging: parts)
    }
    let whole = try merging("whole")
    try whole.merge(parts) { _ in }
    // What a kill leaves before the shards are put in place.
    try FileManager.default.copyItem(
      atPath: "\(scratch.path)/whole", toPath: "\(scratch.path)/killed")
    let left = "\(scratch.path)/killed/A/train-001.tok.zst"
    try FileManager.default.removeItem(atPath: "\(left).partial-finished")
    let kept = "\(scratch.path)/killed/A/train-002.tok.zst"
    func identity(_ path: String) throws -> UInt64? {
      try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? UInt64
    }
    let before = try identity("\(kept).partial-finished")
    _ = try whole.finish()
    let again = try merging("killed")
    try again.merge(parts) { _ in }
    _ = try again.finish()
    #expect(try contents("killed") == contents("whole"))
    #expect(try identity(kept) == before && isFile(left))
  }

  @Test func `a part after a kill records the documents of shards that were finished too`() throws {
    let part = try CorpusPart(2, of: 2, files: files)
    var options = options(to: "killed", duplicates: .exact, tokensPerShard: 300)
    (options.isPart, options.allowsEmpty) = (true, true)
    let first = try builder(part.files, options)
    try add(part.files, to: first)
    try first.add([])  // writes the shards that are complete
    try FileManager.default.copyItem(
      atPath: "\(scratch.path)/killed", toPath: "\(scratch.path)/again")
    options.folder = "\(scratch.path)/again"
    let again = try builder(part.files, options)
    #expect(again.plan?.isResumed == true)
    try add(part.files, to: again)
    _ = try again.finish(recording: part)
    _ = try makePart(2, of: 2, duplicates: .exact)
    #expect(try contents("again") == contents("part-2-of-2"))
  }

  @Test func `parts that do not belong together are refused, each by name`() throws {
    let (first, second) = (try makePart(1, of: 2), try makePart(2, of: 2))
    func refusal(_ folders: [String], duplicates: Duplicates? = nil) -> String {
      do {
        _ = try parts(folders, duplicates: duplicates)
        return ""
      } catch {
        return (error as? FileError)?.message ?? "\(error)"
      }
    }
    #expect(refusal([first, second]) == "")
    #expect(refusal([first]).contains("is one of 2 parts, of which part 2 was not given"))
    #expect(refusal([first, second, first]).contains("is part 1 of 2, like \(first)/part.zst"))
    #expect(refusal([first, try makePart(3, of: 3)]).contains("is part 3 of 3, but \(first)"))
    #expect(
      refusal([first, second], duplicates: .exact).contains(
        "was made with --deduplicate false, not exact"))
    try scratch.write("4.jsonl", try readFile(files[4]) + [10])
    let other = try makePart(2, of: 2, folder: "other-")
    try createFolder("\(scratch.path)/older")
    #expect(refusal([first, other]).contains("is of another corpus than \(first)/part.zst"))
    #expect(
      throws: FileError.content(
        path: "\(first)/part.zst",
        problem: "was made with another tokenizer; merge as the parts were made")
    ) {
      try TokenParts(
        [first, second], tokenizer: try tinyTokenizer(), domains: table,
        options: options(to: "", duplicates: nil, tokensPerShard: 300))
    }
    let record = try TokenPartReader("\(second)/part.zst")
    var (header, blocks) = (record.header, [PartDocuments]())
    for domain in header.domains.indices {
      for block in record.blocks(of: domain) { blocks.append(try record.block(block)) }
    }
    header.provenance.revision += 1
    try writeTokenPart("\(scratch.path)/older/part.zst", header: header, blocks: blocks)
    #expect(refusal([first, "\(scratch.path)/older"]).contains("of the tool, and this is "))
    let selectors = try DomainTable(text: "A\tmeta.set=a\nB\tmeta.set=c\n", path: "domains.tsv")
    #expect(
      throws: FileError.content(
        path: "\(first)/part.zst",
        problem: "was made with meta.set=b for B, not the meta.set=c of domains.tsv; "
          + "merge as the parts were made")
    ) {
      try TokenParts(
        [first, second], tokenizer: tokenizer, domains: selectors,
        options: options(to: "", duplicates: nil, tokensPerShard: 300))
    }
  }

  @Test func `parts in order are the files in order, and about equal`() throws {
    let sizes = try files.map(fileSize)
    for count in 1...12 {
      let parts = try (1...count).map { try CorpusPart($0, of: count, files: files) }
      #expect(parts.flatMap(\.files) == files)
      #expect(Set(parts.map(\.corpus)).count == 1)
      for part in parts {
        let bytes = part.range.reduce(0) { $0 + sizes[$1] }
        #expect(bytes <= sizes.reduce(0, +) / count + (sizes.max() ?? 0))
      }
    }
  }
}
