import Storage
import TestSupport
import Testing

struct LinesTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func lines(_ path: String) throws -> [String] {
    let reader = try LineReader(path)
    var lines: [String] = []
    while let line = try reader.next() {
      lines.append("\(line.number) \(String(decoding: line.bytes, as: UTF8.self))")
    }
    return lines
  }

  @Test(arguments: ["a.txt", "a.txt.zst"])
  func `lines written are lines read`(name: String) throws {
    let long = String(repeating: "x", count: 700_000)  // crosses pieces and buffers
    let writer = try LineWriter(folder.file(name))
    for line in ["", "one", long, "é"] { try writer.write(line) }
    try writer.commit()
    #expect(try lines(folder.file(name)) == ["1 ", "2 one", "3 \(long)", "4 é"])
  }

  @Test func `a last line needs no line break and an empty file has no lines`() throws {
    try replaceFile(folder.file("a"), bytes: Array("one\ntwo".utf8))
    #expect(try lines(folder.file("a")) == ["1 one", "2 two"])
    try replaceFile(folder.file("b"), bytes: [])
    #expect(try lines(folder.file("b")) == [])
  }

  @Test(arguments: ["gzip -k a", "xz -k a", "bzip2 -k a", "zstd -qk a"])
  func `compressed files are read as they are`(command: String) throws {
    try replaceFile(folder.file("a"), bytes: Array("one\ntwo\n".utf8))
    try folder.shell(command)
    let name = try #require(try folder.names.first { $0 != "a" })
    #expect(try lines(folder.file(name)) == ["1 one", "2 two"])
  }

  @Test(arguments: ["gzip -k a", "xz -k a", "xz -k --format=lzma a", "bzip2 -k a", "zstd -qk a"])
  func `a compressed empty file has no lines`(command: String) throws {
    try replaceFile(folder.file("a"), bytes: [])
    try folder.shell(command)
    let name = try #require(try folder.names.first { $0 != "a" })
    #expect(try lines(folder.file(name)) == [])
  }

  @Test func `files in an archive are counted one by one`() throws {
    try replaceFile(folder.file("a"), bytes: Array("one\ntwo".utf8))
    try replaceFile(folder.file("b"), bytes: Array("three\n".utf8))
    try folder.shell("tar -czf c.tar.gz a b")
    #expect(try lines(folder.file("c.tar.gz")) == ["1 one", "2 two", "1 three"])
  }

  @Test func `zstd frames may follow each other, and hold an archive or another compressed file`()
    throws
  {
    try replaceFile(folder.file("a"), bytes: Array("one\ntwo".utf8))
    try replaceFile(folder.file("b"), bytes: Array("half\nthree".utf8))
    try folder.shell("zstd -q a b && cat a.zst b.zst > both.zst")
    #expect(try lines(folder.file("both.zst")) == ["1 one", "2 twohalf", "3 three"])
    try folder.shell("gzip -k a && zstd -q a.gz && tar -cf - a b | zstd -q > ab.tar.zst")
    #expect(try lines(folder.file("a.gz.zst")) == ["1 one", "2 two"])
    #expect(try lines(folder.file("ab.tar.zst")) == ["1 one", "2 two", "1 half", "2 three"])
  }

  @Test func `lines of all lengths about a chunk's come whole`() throws {
    let lengths = [0, 1, 1 << 18, (1 << 18) - 1, (1 << 18) + 1, 3, 3 << 18, 700_001, 0, 5]
    let writer = try LineWriter(folder.file("a.zst"))
    for (index, length) in lengths.enumerated() {
      try writer.write([UInt8](repeating: UInt8(97 + index), count: length))
    }
    try writer.commit()
    try folder.shell("zstd -qdk a.zst")
    for name in ["a", "a.zst"] {
      let reader = try LineReader(folder.file(name))
      for (index, length) in lengths.enumerated() {
        let line = try #require(try reader.next())
        #expect(line.number == index + 1 && line.bytes.count == length)
        #expect(line.bytes.allSatisfy { $0 == UInt8(97 + index) })
      }
      #expect(try reader.next() == nil)
    }
  }

  /// Up to three bytes cannot be recognised as zstd.
  @Test func `a truncated zstd stream is an error from its fourth byte on`() throws {
    let writer = try LineWriter(folder.file("a.zst"))
    try writer.write("some line")
    try writer.commit()
    let bytes = try readFile(folder.file("a.zst"))
    for count in 4..<bytes.count {
      try folder.write("b.zst", Array(bytes[..<count]))
      #expect(throws: FileError.self, "\(count) bytes") { try lines(folder.file("b.zst")) }
    }
  }

  @Test func `JSON errors name path, place and field on one line`() throws {
    struct Item: Decodable { let name: String }
    func message(_ json: String) -> String? {
      #expect(throws: FileError.self) {
        try JSON.decode(Item.self, from: Array(json.utf8), path: "p", place: "line 3")
      }?.message
    }
    #expect(message("{}") == "p: line 3: has no field \"name\"")
    #expect(message(#"{"name":1}"#) == "p: line 3: field \"name\" has the wrong type")
    #expect(
      message("{")
        == "p: line 3: is not valid JSON: at byte 2: it ends inside an object, perhaps truncated, "
        + "or a value over several lines; one stands on a line, as jq -c . writes them")
  }
}
