import Formats
import Storage
import TestSupport
import Testing
@testable import Tokenization

/// Files of other programs, written by hand, with the documents `ab`, `c` and `dab`.
@Suite struct tokenized_corpora {
  private let folder: TemporaryFolder
  private let tokenizer: Tokenizer
  private static let end: UInt16 = 1000
  /// Each document, and its end of text: byte b has id b.
  private let ids: [UInt16] = [97, 98, end, 99, end, 100, 97, 98, end]

  init() throws {
    folder = try TemporaryFolder()
    tokenizer = try tinyTokenizer()
  }

  private func file(_ name: String, _ parts: [UInt8]...) throws -> String {
    try folder.write(name, Array(parts.joined()))
  }

  private func bytes<Number: BitwiseCopyable>(_ numbers: [Number]) -> [UInt8] {
    var writer = ByteWriter()
    writer.append(contentsOf: numbers)
    return writer.bytes
  }

  private func texts(_ files: String...) throws -> [String] {
    let corpus = TokenizedCorpus(files, tokenizer: tokenizer, endOfText: Int32(Self.end))
    var texts: [String] = []
    while let documents = try corpus.next() {
      for document in documents {
        texts.append(String(decoding: document.text, as: UTF8.self))
        #expect(document.tokens == document.text.map { Int32($0) })
      }
    }
    return texts
  }

  private func megatron(_ code: UInt8, lengths: [Int32], offsets: [Int64], bounds: [Int64])
    -> [UInt8]
  {
    Array("MMIDIDX\0\0".utf8) + bytes([UInt64(1)]) + [code]
      + bytes([UInt64(lengths.count), UInt64(bounds.count)]) + bytes(lengths) + bytes(offsets)
      + bytes(bounds)
  }

  @Test func `llm.c's documents end at the end of text, and go on over pieces`() throws {
    let header = bytes([Int32(20_240_520), 1, 9] + [Int32](repeating: 0, count: 253))
    #expect(try texts(file("a.bin", header, bytes(ids))) == ["ab", "c", "dab"])
    let long = [UInt16](repeating: 97, count: 600_000)
    let large = bytes([Int32(20_240_520), 1, 600_004] + [Int32](repeating: 0, count: 253))
    #expect(
      try texts(file("b.bin", large, bytes(long + [Self.end, 98, 99, 100]))).map(\.count)
        == [600_000, 3])
    let wide = bytes([Int32(20_240_801), 7, 9] + [Int32](repeating: 0, count: 253))
    #expect(try texts(file("c.bin", wide, bytes(ids.map { UInt32($0) }))) == ["ab", "c", "dab"])
  }

  @Test func `Megatron's documents are sequences of its index`() throws {
    let bin = try file("a.bin", bytes(ids.map { Int32($0) }))
    // The first document has no end of text of its own; the last has two sequences.
    try folder.write(
      "a.idx",
      megatron(4, lengths: [2, 2, 1, 3], offsets: [0, 12, 20, 24], bounds: [0, 1, 2, 4]))
    #expect(try texts(bin) == ["ab", "c", "dab"])
  }

  @Test func `OLMo-core's documents are lines of spans, or end at the end of text`() throws {
    let array = try file("a.npy", bytes(ids))
    #expect(try texts(array) == ["ab", "c", "dab"])
    try folder.write("a.csv", "0,3,id,source,1\r\n3,5,id,source,2\r\n5,9,id,source,3\r\n")
    try folder.shell("gzip a.csv")
    #expect(try texts(array, array) == ["ab", "c", "dab", "ab", "c", "dab"])
  }

  @Test func `datatrove's documents end where its index says`() throws {
    let ds = try file("a.ds", bytes([97, 98, 99, 100, 97, 98].map { UInt32($0) }))
    try folder.write("a.ds.index", bytes([UInt64(2), 3, 6]))
    try folder.write("a.ds.metadata", "x|4\n6\n6.00 T")
    #expect(try texts(ds) == ["ab", "c", "dab"])
  }

  @Test func `what does not fit together is refused`() throws {
    let array = try file("a.npy", bytes(ids))
    let spans = try file("b.npy", bytes(ids))
    try folder.write("b.csv", "0,3\n3,10\n")
    try folder.shell("gzip b.csv")
    let short = try file("c.bin", bytes([Int32(20_240_520), 1, 9]))
    let other = try file("d.bin", bytes(ids))
    try folder.write(
      "d.idx", megatron(8, lengths: [3, 2], offsets: [0, 7], bounds: [0, 1, 2]))
    let odd = try file("e.npy", bytes(ids) + [1])
    let foreign = try file("f.npy", bytes([UInt16(1001), Self.end]))
    let unknown = try file("g.txt", bytes(ids))
    for path in [spans, short, other, odd, foreign, unknown, "\(array).gone.ds"] {
      #expect(throws: FileError.self, "\(path)") { try texts(path) }
    }
  }
}
