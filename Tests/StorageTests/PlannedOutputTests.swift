import Foundation
import Storage
import TestSupport
import Testing

/// What is told of an output before anything is done for it. Where root may write everything, only
/// places that are no folders can be tried.
struct PlannedOutputTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func problem(_ output: PlannedOutput) -> String? {
    do throws(FileError) { try output.requireWritable() } catch {
      return error.kind == .inputOutput ? error.message : "\(error.kind): \(error.message)"
    }
    return nil
  }

  @Test func `what can be written is created by nobody yet`() throws {
    try replaceFile(folder.file("old"), bytes: [1])
    try createFolder(folder.file("kept"))
    for output in [
      .file("-"), .file("/dev/null"), .file("new"), .file(folder.file("new")),
      .file(folder.file("old")), .log(folder.file("new")), .log(folder.file("old")),
      .log("/dev/null"), .folder("."), .folder("/"), .folder("new"), .folder("new/below/"),
      .folder(folder.file("kept")), .folder(folder.file("new/below/it/")),
    ] as [PlannedOutput] {
      #expect(problem(output) == nil, "\(output)")
    }
    #expect(try folder.names == ["kept", "old"])
    #expect(try readFile(folder.file("old")) == [1])
  }

  @Test func `a file needs its folder, a folder none`() throws {
    let path = folder.file("no/a")
    let missing = "\(path): cannot create: No such file or directory; make its folder first"
    #expect(problem(.file(path)) == missing)
    #expect(problem(.log(path))?.hasPrefix("\(path): cannot append: No such file") == true)
    #expect(problem(.folder(path)) == nil)
  }

  @Test func `what is no folder takes no file, and a folder is none`() throws {
    try replaceFile(folder.file("old"), bytes: [1])
    for output in [
      .file(folder.file("old/a")), .log(folder.file("old/a")), .folder(folder.file("old")),
      .folder(folder.file("old/a/b")), .file(folder.file("old/a/b")),
    ] as [PlannedOutput] {
      #expect(problem(output)?.hasSuffix(": Not a directory") == true, "\(output)")
    }
    #expect(problem(.file(folder.file("")))?.hasSuffix("Is a directory") == true)
  }

  @Test func `a link stands for what it leads to`() throws {
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("link"), withDestinationPath: "no/a")
    #expect(problem(.file(folder.file("link")))?.contains("cannot create") == true)
    try createFolder(folder.file("no"))
    #expect(problem(.file(folder.file("link"))) == nil)
  }
}
