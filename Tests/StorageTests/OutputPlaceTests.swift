import Glibc
import Storage
import TestSupport
import Testing

/// Outputs that are no plain files.
struct OutputPlaceTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  @Test func `a link stays, and what it leads to is replaced or made`() throws {
    try folder.shell("mkdir in; echo old > in/a; ln -s in/a b; ln -s b c; ln -s in/new d")
    try replaceFile(folder.file("c"), bytes: [1])
    #expect(try readFile(folder.file("in/a")) == [1])
    try replaceFile(folder.file("d"), bytes: [2])
    #expect(try readFile(folder.file("in/new")) == [2])
    try folder.shell("test -L b && test -L c && test -L d")
    #expect(try names(inFolder: folder.file("in")) == ["a", "new"])
  }

  @Test func `a FIFO is written to and stays`() throws {
    try folder.shell("mkfifo p")
    // Opened for both, so that neither end waits for the other.
    let reader = unsafe open(folder.file("p"), O_RDWR | O_NONBLOCK)
    defer { close(reader) }
    try replaceFile(folder.file("p"), bytes: Array("some bytes".utf8))
    var got = [UInt8](repeating: 0, count: 100)
    let count = unsafe read(reader, &got, got.count)
    #expect(got.prefix(max(0, count)) == Array("some bytes".utf8)[...])
    try folder.shell("test -p p")
  }

  @Test func `a device is written to and stays`() throws {
    try replaceFile("/dev/null", bytes: [1, 2, 3])
    try folder.shell("test -c /dev/null")
    let full = #expect(throws: FileError.self) { try replaceFile("/dev/full", bytes: [1]) }
    #expect(full?.kind == .inputOutput)
    try folder.shell("test -c /dev/full")
  }

  @Test func `folders and loops of links are refused`() throws {
    try folder.shell("mkdir in; ln -s x y; ln -s y x")
    for name in ["in", "x"] {
      let error = #expect(throws: FileError.self) { try replaceFile(folder.file(name), bytes: []) }
      #expect(error?.kind == .inputOutput)
    }
  }
}
