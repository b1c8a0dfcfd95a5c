import Foundation
import Storage
import TestSupport
import Testing

struct AtomicFileTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  @Test func `a file appears only at commit`() throws {
    let path = folder.file("a")
    let file = try AtomicFile(path)
    try file.write([1, 2, 3])
    #expect(throws: FileError.self) { try readFile(path) }
    try file.commit()
    #expect(try readFile(path) == [1, 2, 3])
    #expect(try folder.names == ["a"])
  }

  @Test func `an abandoned file leaves the older one and nothing else`() throws {
    let path = folder.file("a")
    try replaceFile(path, bytes: [7])
    do {
      let file = try AtomicFile(path)
      try file.write([1, 2, 3])
    }
    #expect(try readFile(path) == [7])
    #expect(try folder.names == ["a"])
  }

  @Test func `keepIfEqual leaves the time of an equal file alone`() throws {
    let path = folder.file("a")
    try replaceFile(path, bytes: [1])
    let long = Date(timeIntervalSince1970: 1)
    func time() throws -> Date? {
      try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
    }
    try FileManager.default.setAttributes([.modificationDate: long], ofItemAtPath: path)
    try replaceFile(path, keepIfEqual: true, bytes: [1])
    #expect(try time() == long)
    try replaceFile(path, keepIfEqual: true, bytes: [2])
    #expect(try time() != long)
    #expect(try readFile(path) == [2])
  }

  @Test func `a missing folder is an output error, a missing input is not`() throws {
    let output = #expect(throws: FileError.self) { try AtomicFile(folder.file("no/a")) }
    #expect(output?.kind == .inputOutput)
    let input = #expect(throws: FileError.self) { try readFile(folder.file("no")) }
    #expect(input?.kind == .missingInput)
    #expect(
      input?.message.hasSuffix("no: cannot open for reading: No such file or directory") == true)
  }

  @Test func `a file that is replaced keeps its mode`() throws {
    let path = folder.file("a")
    for mode in [0o600, 0o640, 0o755] {
      try replaceFile(path, bytes: [1])
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
      try replaceFile(path, bytes: [2])
      let now = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      #expect(now == mode)
    }
  }

  @Test func `a folder is made below folders, and not below or in place of a file`() throws {
    try replaceFile(folder.file("a"), bytes: [1])
    for path in ["a", "a/b"] {
      let error = #expect(throws: FileError.self) { try createFolder(folder.file(path)) }
      #expect(error?.kind == .inputOutput)
      #expect(error?.message.hasSuffix("cannot create the folder: Not a directory") == true)
    }
    try createFolder(folder.file("b/c"))
    try createFolder(folder.file("b/c"))
  }

  @Test func `a folder is kept for one, and a lock that is left behind keeps nobody`() throws {
    let path = folder.file("m")
    do {
      let lock = try FolderLock(path)
      let error = #expect(throws: FileError.self) { try FolderLock(path) }
      #expect(error?.kind == .inputOutput)
      #expect(
        error?.message.hasPrefix("\(path): is worked on by process \(getpid()) on ") == true)
      withExtendedLifetime(lock) {}
    }
    #expect(try names(inFolder: path) == [])
    try replaceFile("\(path)/.lock", bytes: Array("elsewhere 1\n".utf8))
    _ = try FolderLock(path)
    #expect(try names(inFolder: path) == [])
  }

  @Test func `SHA-256 of the standard's example`() throws {
    // FIPS 180-4, "abc"
    let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    #expect(sha256(Array("abc".utf8)) == expected)
    try replaceFile(folder.file("abc"), bytes: Array("abc".utf8))
    #expect(try sha256(file: folder.file("abc")) == expected)
  }

  @Test func `more files than a process may have open are read, and not confused`() throws {
    let paths = (0..<600).map { folder.file("f\($0)") }
    for (i, path) in paths.enumerated() {
      try Data([UInt8(i % 251), 1]).write(to: URL(filePath: path))
    }
    let files = try paths.map { try ReadableFile($0) }
    for (i, file) in files.enumerated() {
      #expect(try file.bytes(at: 0, count: 1) == [UInt8(i % 251)])
    }
    try replaceFile(paths[599], bytes: [9, 9])
    #expect { _ = try files[599].bytes(at: 0, count: 1) } throws: { error in
      (error as? FileError)?.message.contains("was replaced while being read; run again") == true
    }
  }
}
