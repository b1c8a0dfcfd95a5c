import Formats
import Storage
import Streams
import TestSupport
import Testing

/// Streams of two small domains in every format, against the sequences of the mixture itself.
@Suite struct stream_files {
  private let scratch: TemporaryFolder
  private let folders: [WrittenTokens]
  private let domains: [TokenFolder]
  private let weights = ["A": 0.7, "B": 0.3]

  init() throws {
    scratch = try TemporaryFolder()
    folders = try ["A", "B"].map { name in
      try WrittenTokens(name, documents: (0..<40).map { .init(repeating: $0, count: 5) })
    }
    domains = try folders.map { try TokenFolder($0.path) }
  }

  private func source() throws -> MixedStream {
    try MixedStream(domains, weights: weights, context: 6, seed: 1)
  }

  private func header(_ plan: StreamPlan) -> StreamHeader {
    StreamHeader(
      plan, folders: domains, weights: weights,
      provenance: Provenance(
        format: StreamHeader.format, version: StreamHeader.version, tool: .mixTokens, seed: 1))
  }

  /// The ids of the sequences of a plan, in order.
  private func expected(_ plan: StreamPlan) throws -> [[Int32]] {
    let source = try source()
    try source.skip(sequences: plan.indices.lowerBound)
    return try plan.indices.map { _ in Array(try source.next().ids) }
  }

  private func write(
    _ plan: StreamPlan, _ format: StreamFormat, rank: Int = 0, comparing: Bool = false,
    writesBehind: Bool = false
  ) throws -> [StreamHeader.File] {
    let sink = try format.sink(
      scratch.path, header: header(plan).of(rank: rank), comparing: comparing,
      writesBehind: writesBehind)
    try plan.write(try source(), to: [sink], ofRanks: rank...rank) { _ in }
    try sink.commit()
    return sink.files
  }

  private func ids(_ name: String, from start: Int = 0) throws -> [Int32] {
    var reader = ByteReader(Array(try scratch.bytes(name).dropFirst(start)))
    let ids = reader.array(of: UInt16.self, count: reader.remaining / 2)
    return try #require(ids).map { Int32($0) }
  }

  @Test func `ranks have the sequences of every step between them`() throws {
    let plan = StreamPlan(context: 6, batch: 4, steps: 9, fromStep: 2, ranks: 2)
    let all = try expected(plan)
    for rank in 0..<2 {
      let files = try write(plan, .mde, rank: rank)
      #expect(files.map(\.name) == ["rank-00\(rank).stream.zst"])
      let file = try StreamFile(scratch.file(files[0].name))
      #expect(file.header.sequences == 14)
      for index in 0..<14 { #expect(try Array(file.next().ids) == all[2 * index + rank]) }
      #expect(try file.isAtEnd)
    }
  }

  @Test func `a header tells what the mixture comes to`() throws {
    let header = header(StreamPlan(context: 6, batch: 4, steps: 25))
    #expect(header.domains.map(\.sequences) == [70, 30])
    #expect(header.domains.map(\.achieved) == [0.7, 0.3])
    #expect(header.domains.map(\.tokens) == [420, 180])
    #expect(header.domains.map(\.available) == [240, 240])
    #expect(header.domains.map(\.epochs) == [1.75, 0.75])
    let source = try source()
    for _ in 0..<100 { _ = try source.next() }
    #expect(source.taken.map(\.tokens) == header.domains.map(\.tokens))
  }

  @Test func `llm.c reads inputs one after another, and the last target`() throws {
    let plan = StreamPlan(context: 6, batch: 4, steps: 3)
    let all = try expected(plan)
    #expect(try write(plan, .llmc).map(\.name) == ["stream.bin"])
    #expect(try ids("stream.bin", from: 1024) == all.flatMap { $0.dropLast() } + all[11].suffix(1))
    var header = ByteReader(Array(try scratch.bytes("stream.bin").prefix(1024)))
    let first = header.array(of: Int32.self, count: 4)
    #expect(first == [20_240_520, 1, 73, 0])
  }

  @Test func `Megatron reads one document`() throws {
    let plan = StreamPlan(context: 6, batch: 4, steps: 3)
    let all = try expected(plan)
    #expect(try write(plan, .megatron).map(\.name) == ["stream.bin", "stream.idx"])
    #expect(try ids("stream.bin") == all.flatMap { $0.dropLast() } + all[11].suffix(1))
    let index: [[UInt8]] = [
      Array("MMIDIDX\0\0".utf8), [1, 0, 0, 0, 0, 0, 0, 0], [8], [1, 0, 0, 0, 0, 0, 0, 0],
      [2, 0, 0, 0, 0, 0, 0, 0], [73, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0, 0],
    ]
    #expect(try scratch.bytes("stream.idx") == Array(index.joined()))
  }

  @Test func `OLMo-core reads inputs, and the bounds of sequences`() throws {
    let plan = StreamPlan(context: 6, batch: 4, steps: 3)
    #expect(try write(plan, .olmo).map(\.name) == ["stream.npy", "stream.csv.gz"])
    #expect(try ids("stream.npy") == expected(plan).flatMap { $0.dropLast() })
    let lines = try LineReader(scratch.file("stream.csv.gz"))
    for index in 0..<12 {
      let line = try #require(try lines.next())
      #expect(String(decoding: line.bytes, as: UTF8.self) == "\(6 * index),\(6 * index + 6)")
    }
    #expect(try lines.next() == nil)
  }

  @Test func `datatrove reads whole sequences`() throws {
    let plan = StreamPlan(context: 6, batch: 4, steps: 3)
    #expect(
      try write(plan, .datatrove).map(\.name)
        == ["stream.ds", "stream.ds.index", "stream.ds.metadata"])
    #expect(try ids("stream.ds") == expected(plan).flatMap(\.self))
    var ends = ByteReader(try scratch.bytes("stream.ds.index"))
    let found = ends.array(of: UInt64.self, count: 12)
    #expect(found == (1...12).map { 7 * $0 })
    #expect(try scratch.bytes("stream.ds.metadata") == Array("t|2\n84\n84 tokens".utf8))
  }

  @Test(arguments: StreamFormat.allCases)
  func `a comparison finds one changed byte, and a file that ends early`(
    format: StreamFormat
  ) throws {
    let plan = StreamPlan(context: 6, batch: 4, steps: 3)
    let files = try write(plan, format)
    _ = try write(plan, format, comparing: true)
    for file in files {
      let whole = try scratch.bytes(file.name)
      var changed = whole
      changed[whole.count / 2] ^= 1
      for damaged in [changed, Array(whole.dropLast())] {
        try scratch.write(file.name, damaged)
        #expect(throws: (any Error).self) { try write(plan, format, comparing: true) }
      }
      try scratch.write(file.name, whole)
    }
  }

  @Test func `another thread writes the same bytes`() throws {
    let plan = StreamPlan(context: 6, batch: 4, steps: 50_000)
    _ = try write(plan, .llmc)
    let bytes = try scratch.bytes("stream.bin")
    #expect(bytes.count > 2 << 20)
    _ = try write(plan, .llmc, writesBehind: true)
    #expect(try scratch.bytes("stream.bin") == bytes)
    _ = try write(plan, .llmc, comparing: true, writesBehind: true)
    try scratch.write("stream.bin", bytes.dropLast(2) + [1, 1])
    #expect(throws: FileError.self) {
      try write(plan, .llmc, comparing: true, writesBehind: true)
    }
  }

  @Test func `what a format cannot hold is refused`() throws {
    let plan = StreamPlan(context: 1 << 20, batch: 1 << 12, steps: 1)
    #expect(throws: StreamError.self) {
      try StreamFormat.megatron.sink(
        scratch.path, header: header(plan).of(rank: 0), comparing: false)
    }
  }
}
