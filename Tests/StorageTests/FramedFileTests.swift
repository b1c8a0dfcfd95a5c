import Storage
import TestSupport
import Testing

struct FramedFileTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private let blocks: [[UInt8]] = [[], Array("abcabcabc".utf8), (0..<300).map { UInt8($0 % 251) }]

  private func write(_ name: String) throws -> [UInt8] {
    let file = try FramedWriter(folder.file(name), header: Array(#"{"a":1}"#.utf8))
    for block in blocks { try file.append(block) }
    try file.commit()
    return try readFile(folder.file(name))
  }

  private func content(of path: String) throws -> [[UInt8]] {
    let file = try FramedReader(path)
    return try [file.header] + (0..<file.blockCount).map { try file.block($0) }
  }

  @Test func `what was written is read, in any order`() throws {
    _ = try write("a")
    let file = try FramedReader(folder.file("a"))
    #expect(file.header == Array(#"{"a":1}"#.utf8))
    #expect(file.blockCount == 3)
    for index in [2, 0, 1] { #expect(try file.block(index) == blocks[index]) }
  }

  @Test func `every truncation is an error`() throws {
    let bytes = try write("a")
    for count in 0..<bytes.count {
      try folder.write("b", Array(bytes[..<count]))
      let error = #expect(throws: FileError.self, "\(count) bytes") {
        try content(of: folder.file("b"))
      }
      #expect(error?.kind == .badData)
    }
  }

  @Test func `every flipped bit is an error or changes nothing`() throws {
    let bytes = try write("a")
    let whole = try content(of: folder.file("a"))
    var errors = 0
    for bit in 0..<bytes.count * 8 {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << (bit % 8)
      try folder.write("b", damaged)
      do { #expect(try content(of: folder.file("b")) == whole, "bit \(bit)") } catch is FileError {
        errors += 1
      }
    }
    #expect(errors > bytes.count * 7)
  }
}
