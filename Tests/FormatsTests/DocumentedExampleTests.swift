import Formats
import Storage
import TestSupport
import Testing

/// The files that data/README.md shows in hexadecimal are what it says they are.
struct DocumentedExampleTests {
  private let folder: TemporaryFolder
  private var path: String { folder.file("a") }

  init() throws { folder = try TemporaryFolder() }

  @Test func `the token file decodes as documented`() throws {
    try replaceFile(path, bytes: try DocumentedExample.listing(0))
    let file = try TokenFileReader(path)
    #expect(file.header.domain == "ArXiv")
    #expect(file.header.split == "test")
    #expect(file.header.vocabulary == 4096)
    #expect(file.header.endOfText == 0)
    #expect(file.blockCount == 1)
    let block = try file.block(0)
    #expect(block.documentCount == 2)
    #expect(Array(block[0]) == [72, 105])
    #expect(Array(block[1]) == [4095])
    #expect(block.bytes == [2, 3])
  }

  @Test func `the block of tokens that are not all scored decodes as documented`() throws {
    let header = TokenHeader(
      provenance: Provenance(
        format: TokenHeader.format, version: TokenHeader.versionWithContexts, tool: .tokenizeTasks),
      tokenizer: "t", vocabulary: 4096, endOfText: 0, domain: "COPA", split: "choices",
      questions: QuestionGroups(choices: [2], answers: [1]))
    let bytes = try DocumentedExample.listing(1)
    let writer = try FramedWriter(path, header: JSON.encode(header))
    try writer.append(bytes)
    try writer.commit()
    let block = try TokenFileReader(path).block(0)
    #expect(Array(block[0]) == [72, 105, 1] && Array(block[1]) == [72, 105, 2])
    #expect(block.bytes == [1, 2] && block.contexts == [2, 2])
    let golden = try readFile(path)

    // The writer makes the same.
    let tokens = try TokenFileWriter(path, header: header)
    try tokens.append([72, 105, 1], bytes: 1, context: 2)
    try tokens.append([72, 105, 2], bytes: 2, context: 2)
    try tokens.commit()
    #expect(try readFile(path) == golden)
  }

  @Test func `the record of a part decodes as documented`() throws {
    let bytes = try DocumentedExample.listing(2)
    let writer = try FramedWriter(
      path, header: try DocumentedExample.json("token-part").dropLast())
    try writer.append(bytes)
    try writer.commit()
    let record = try TokenPartReader(path)
    let block = try record.block(0)
    #expect(block.tokens == [2, 1] && block.files == [0, 1] && block.splits == [0, 2])
    let hashes = ["abc", "hello"].map { sha256Digest(Array($0.utf8)) }
    #expect(block.hashes == hashes.map { $0.prefix(16).reduce(0) { $0 << 8 | UInt128($1) } })

    // The writer makes the same.
    let golden = try FramedReader(path).block(0)
    try writeTokenPart(path, header: record.header, blocks: [block])
    #expect(try FramedReader(path).block(0) == golden)
  }

  @Test func `the block of log-probabilities decodes as documented`() throws {
    let bytes = try DocumentedExample.listing(4)
    let header = LogProbHeader(
      provenance: Provenance(format: LogProbHeader.format, version: 1, tool: .scoreLogprobs),
      tokenizer: "t", model: .init(id: "m", sha256: "s"),
      evaluation: .init(set: "ArXiv", split: "test", sha256: "e"))
    let writer = try FramedWriter(path, header: JSON.encode(header))
    try writer.append(bytes)
    try writer.commit()
    let block = try LogProbFileReader(path).block(0)
    #expect(block.documentCount == 1)
    #expect(block.values == [-0.5, -2])
    #expect(block.bytes == [2])
  }
}
