import Storage
import TestSupport
import Testing

/// Whatever byte of a compressed file changes: the text is the same, or it is an error.
///
/// But for the first bytes, by which it is told: without them it is text as it is.
struct CompressionTests {
  private static let told = 10

  let folder: TemporaryFolder
  init() throws {
    folder = try TemporaryFolder()
    let lines = (0..<40).map { "line \($0) of some text, \($0 * 7919 % 1000)\n" }
    try replaceFile(folder.file("a"), bytes: Array(lines.joined().utf8))
    try replaceFile(folder.file("b"), bytes: Array(lines.reversed().joined().utf8))
  }

  private func text(_ path: String) throws -> [[UInt8]] {
    let reader = try LineReader(path)
    var lines: [[UInt8]] = []
    while let line = try reader.next() { lines.append(Array(line.bytes)) }
    return lines
  }

  @Test(arguments: [
    "gzip -c a > x", "gzip -c a > x; gzip -c b >> x", "xz -c a > x", "bzip2 -c a > x",
    "zstd -qc --check a > x", "tar -cf - a b | gzip > x", "tar -cf - a b | zstd -qc --check > x",
    "tar -cf - a b | xz > x",
  ])
  func `every bit counts, or none does`(command: String) throws {
    try folder.shell(command)
    let whole = try readFile(folder.file("x"))
    let lines = try text(folder.file("x"))
    #expect(lines.count >= 40)
    var refusals = 0
    for index in whole.indices.dropFirst(Self.told) {
      var damaged = whole
      damaged[index] ^= 1 << (index % 8)
      try folder.write("y", damaged)
      do { #expect(try text(folder.file("y")) == lines, "byte \(index)") } catch {
        refusals += 1
        #expect((error as? FileError)?.kind == .badData)
      }
    }
    #expect(refusals > whole.count / 2)
  }

  @Test func `a truncated gzip file is an error, and zeros after it are not`() throws {
    try folder.shell("gzip -c a > x")
    let whole = try readFile(folder.file("x"))
    for count in 2..<whole.count {
      try folder.write("y", Array(whole[..<count]))
      #expect(throws: FileError.self, "\(count) bytes") { try text(folder.file("y")) }
    }
    try folder.write("y", whole + [0, 0, 0])
    #expect(try text(folder.file("y")) == text(folder.file("a")))
    try folder.write("y", whole + [1])
    #expect(throws: FileError.self) { try text(folder.file("y")) }
  }
}
