import Formats
import Storage
import TestSupport
import Testing

struct DocumentFileTests {
  private let folder: TemporaryFolder
  private var path: String { folder.file("a") }

  init() throws { folder = try TemporaryFolder() }

  private func tokenHeader(vocabulary: Int) -> TokenHeader {
    TokenHeader(
      provenance: Provenance(format: TokenHeader.format, version: 1, tool: .tokenizeShards),
      tokenizer: "t", vocabulary: vocabulary, endOfText: 0, domain: "ArXiv", split: "test")
  }

  @Test(arguments: [1 << 16, 1 << 16 + 1])
  func `documents of tokens are read as written`(vocabulary: Int) throws {
    let last = Int32(vocabulary - 1)
    let documents: [[Int32]] = [[1, 2, 3], [], [last], Array(repeating: 5, count: 70_000), [4]]
    let writer = try TokenFileWriter(path, header: tokenHeader(vocabulary: vocabulary))
    for document in documents { try writer.append(document, bytes: document.count * 2) }
    try writer.commit()

    let reader = try TokenFileReader(path)
    #expect(reader.header == tokenHeader(vocabulary: vocabulary))
    #expect(reader.blockCount == 2)
    let blocks = try (0..<reader.blockCount).map { try reader.block($0) }
    #expect(
      blocks.flatMap { block in (0..<block.documentCount).map { Array(block[$0]) } } == documents)
    #expect(blocks.flatMap(\.bytes) == documents.map { $0.count * 2 })
  }

  @Test func `documents with tokens that are not scored, and the questions they belong to`() throws
  {
    var header = tokenHeader(vocabulary: 100)
    header.provenance.version = TokenHeader.versionWithContexts
    header.questions = QuestionGroups(choices: [3], answers: [1])
    let writer = try TokenFileWriter(path, header: header)
    for (document, context) in [([1, 2, 3], 2), ([4], 0), ([5, 6], 1)] as [([Int32], Int)] {
      try writer.append(document, bytes: 7, context: context)
    }
    try writer.commit()
    let reader = try TokenFileReader(path)
    #expect(reader.header == header)
    let block = try reader.block(0)
    #expect(block.contexts == [2, 0, 1] && Array(block[2]) == [5, 6])
  }

  @Test func `a context longer than its document, and impossible answers, are refused`() throws {
    var header = tokenHeader(vocabulary: 100)
    header.provenance.version = TokenHeader.versionWithContexts
    var writer = try FramedWriter(path, header: JSON.encode(header))
    // One document of one token and one byte, of which two tokens are not scored; uint16 values.
    try writer.append([1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 9, 0])
    try writer.commit()
    let reader = try TokenFileReader(path)
    #expect(throws: FileError.self) { try reader.block(0) }

    for groups in [
      QuestionGroups(choices: [2], answers: [2]), QuestionGroups(choices: [2, 2], answers: [0]),
      QuestionGroups(choices: [0], answers: [0]), QuestionGroups(choices: [1], answers: [0]),
    ] {
      header.questions = groups
      writer = try FramedWriter(path, header: JSON.encode(header))
      try writer.commit()
      let error = #expect(throws: FileError.self) { try TokenFileReader(path) }
      #expect(error?.message == "\(path): header: its choices and answers disagree")
    }
  }

  @Test func `an id outside the vocabulary is refused`() throws {
    let writer = try TokenFileWriter(path, header: tokenHeader(vocabulary: 100))
    try writer.append([99, 100], bytes: 2)
    try writer.commit()
    let reader = try TokenFileReader(path)
    #expect(throws: FileError.self) { try reader.block(0) }
  }

  @Test func `a file of another format is refused by both names`() throws {
    try TokenFileWriter(path, header: tokenHeader(vocabulary: 100)).commit()
    let error = #expect(throws: FileError.self) { try LogProbFileReader(path) }
    #expect(error?.message == "\(path): is a file of format mde.tokens, not mde.logprobs")
  }

  @Test func `log-probabilities above 0 or not finite are refused`() throws {
    let header = LogProbHeader(
      provenance: Provenance(format: LogProbHeader.format, version: 1, tool: .scoreLogprobs),
      tokenizer: "t", model: .init(id: "m", sha256: "s"),
      evaluation: .init(set: "ArXiv", split: "test", sha256: "e"))
    for (value, isValid) in [
      (Float(-1.5), true), (0, true), (0.1, false), (-.infinity, false), (.nan, false),
    ] {
      let writer = try LogProbFileWriter(path, header: header)
      try writer.append([-2, value], bytes: 3)
      try writer.commit()
      let reader = try LogProbFileReader(path)
      if isValid {
        #expect(try reader.block(0).values == [-2, value])
      } else {
        #expect(throws: FileError.self) { try reader.block(0) }
      }
    }
  }
}
