import Formats
import Reuse
import Storage
import TestSupport
import Testing

/// What became of domains, found in their text.
struct TextFlowTests {
  private let folder: TemporaryFolder
  /// Documents of 100 random tokens.
  private let documents: [[Int32]]

  init() throws {
    folder = try TemporaryFolder()
    var random = TestBits(seed: 1)
    documents = (0..<400).map { _ in (0..<100).map { _ in Int32(random.index(below: 4000)) } }
  }

  /// Writes a domain of the documents `train`, with others held out.
  private func domain(
    _ run: String, _ name: String, train: some Sequence<Int>, validation: [Int] = []
  ) throws -> TokenFolder {
    let path = "\(folder.path)/\(run)/\(name)"
    try createFolder(path)
    var splits: [String: TokenManifest.Split] = [:]
    for (split, numbers) in [("train", Array(train)), ("validation", validation)]
    where !numbers.isEmpty {
      let file = "\(path)/\(split)-000.tok.zst"
      let provenance = Provenance(format: TokenHeader.format, version: 1, tool: .tokenizeShards)
      let writer = try TokenFileWriter(
        file,
        header: TokenHeader(
          provenance: provenance, tokenizer: "t", vocabulary: 4000, endOfText: 0, domain: name,
          split: split))
      var amount = TokenManifest.Amount()
      for number in numbers {
        try writer.append(documents[number], bytes: 300)
        (amount.documents, amount.tokens) = (amount.documents + 1, amount.tokens + 100)
        amount.bytes += 300
      }
      try writer.commit()
      let shard = TokenManifest.Shard(
        name: "\(split)-000.tok.zst", sha256: try sha256(file: file), amount: amount)
      splits[split] = .init(amount: amount, shards: [shard])
    }
    let manifest = TokenManifest(
      provenance: Provenance(
        format: TokenManifest.format, version: TokenManifest.version, tool: .tokenizeShards),
      domain: name, tokenizer: "t", vocabulary: 4000, endOfText: 0, splits: splits, duplicates: nil)
    try replaceFile("\(path)/manifest.json", bytes: JSON.encode(manifest))
    return try TokenFolder(path)
  }

  private func expect(
    _ shares: [[Double]], _ expected: [[Double]], _ location: SourceLocation = #_sourceLocation
  ) {
    for (row, other) in zip(shares, expected) {
      for (share, value) in zip(row, other) {
        #expect(abs(share - value) < 0.03, "\(shares)", sourceLocation: location)
      }
    }
  }

  @Test func `domains that are the same are not read`() throws {
    let olds = [try domain("old", "A", train: 0..<100)]
    let news = [
      try domain("new", "A", train: 0..<100), try domain("new", "B", train: 100..<200),
    ]
    try removeFile("\(folder.path)/old/A/train-000.tok.zst")
    let flow = try TextFlow(olds: olds, news: news)
    #expect(flow.lineage.ofOld == [[1, 0]] && flow.lineage.ofNew == [[1, 0]])
    #expect(flow.lineage.kind(of: 1) == .added && flow.seen.isEmpty)
  }

  @Test func `renamed, split, merged and removed domains are found`() throws {
    let olds = [
      try domain("old", "A", train: 0..<100), try domain("old", "B", train: 100..<200),
      try domain("old", "C", train: 200..<250), try domain("old", "D", train: 250..<300),
    ]
    let news = [
      try domain("new", "A1", train: 0..<30), try domain("new", "A2", train: 30..<100),
      try domain("new", "BC", train: 100..<250), try domain("new", "E", train: 300..<400),
    ]
    let lineage = try TextFlow(olds: olds, news: news).lineage
    expect(lineage.ofOld, [[0.3, 0.7, 0, 0], [0, 0, 1, 0], [0, 0, 1, 0], [0, 0, 0, 0]])
    expect(
      lineage.ofNew, [[1, 1, 0, 0], [0, 0, 2.0 / 3, 0], [0, 0, 1.0 / 3, 0], [0, 0, 0, 0]])
    #expect((0..<4).map { lineage.kind(of: $0) } == [.split, .split, .merged, .added])
    #expect(lineage.removed == ["D"])
    let renamed = try TextFlow(
      olds: [olds[0]], news: [try domain("new", "Z", train: (0..<100).reversed())]
    ).lineage
    #expect(renamed.kind(of: 0) == .renamed && renamed.ofOld == [[1]])
  }

  @Test func `text that is held out elsewhere is the same text`() throws {
    let olds = [try domain("old", "A", train: 0..<90, validation: Array(90..<100))]
    let news = [try domain("new", "B", train: 10..<100, validation: Array(0..<10))]
    let flow = try TextFlow(olds: olds, news: news)
    #expect(flow.lineage.ofOld == [[1]] && flow.lineage.ofNew == [[1]])
  }

  @Test func `held-out text that old models learned from is told`() throws {
    let olds = [try domain("old", "A", train: 0..<80, validation: Array(80..<100))]
    let news = [
      try domain("new", "A1", train: 0..<40, validation: Array(80..<90)),
      try domain("new", "A2", train: 45..<80, validation: Array(90..<100) + Array(40..<45)),
    ]
    let seen = try TextFlow(olds: olds, news: news).seen
    #expect(seen["A1"] == 0)
    // Of about 320 runs that are looked at; three standard errors.
    #expect(abs(try #require(seen["A2"]) - 1.0 / 3) < 0.08)
  }
}
