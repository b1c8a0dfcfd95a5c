import Foundation
import Storage
import TestSupport
import Testing

/// What a person may have meant by a name, or a path, that nothing has.
struct NearNameTests {
  static let known = ["ArXiv", "Book", "Github", "Wikipedia", "ridge-log", "mean", "runs.jsonl"]

  @Test(
    arguments: [
      ("Githb", "Github"), ("GITHUB", "Github"), ("arxiv", "ArXiv"), ("maen", "mean"),
      ("ridge_log", "ridge-log"), ("Wiki", "Wikipedia"), ("Bo", "Book"), ("Books", "Book"),
      ("Web", nil), ("rans.jsonl", "runs.jsonl"), ("absent.jsonl", nil), ("x", nil), ("", nil),
      ("Book", nil),
    ] as [(String, String?)])
  func `a name is like one of which a third is other, or that it begins`(
    name: String, near: String?
  ) throws {
    #expect(nearestName(to: name, among: Self.known) == near)
    // make has the same rule.
    let process = Process()
    process.executableURL = URL(filePath: Repository.file("data/make/nearest"))
    process.arguments = [name] + Self.known
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    #expect(said == (near.map { "did you mean \($0)? \n" } ?? ""))
  }

  @Test func `of names that are as like the first is told, and all are named`() {
    #expect(nearestName(to: "ax", among: ["ab", "ac"]) == "ab")
    #expect(choices(["A", "Bee"], insteadOf: "Bea") == "did you mean Bee? Known are A, Bee")
    #expect(choices(["A", "Bee"], insteadOf: "Web") == "known are A, Bee")
    #expect(choices([], insteadOf: "Web") == "known are none")
  }

  @Test func `a file that is not there is told by one of a like name`() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write("runs.jsonl", "{}")
    try FileManager.default.createDirectory(
      atPath: folder.file("5-runs"), withIntermediateDirectories: true)
    _ = try folder.write("5-runs/fitted.jsonl", "{}")
    func message(_ name: String) throws -> String? {
      #expect(throws: FileError.self) { try readFile(folder.file(name)) }?.message
    }
    let absent = "cannot open for reading: No such file or directory"
    for (name, meant) in [
      ("rnus.jsonl", "runs.jsonl"), ("5-run/fitted.jsonl", "5-runs/fitted.jsonl"),
      ("5-runs/fited.jsonl", "5-runs/fitted.jsonl"),
    ] {
      #expect(
        try message(name)
          == "\(folder.file(name)): \(absent); did you mean \(folder.file(meant))?")
    }
    for name in ["5-run/other", "elsewhere.txt", "rnus.jsonl/x"] {
      #expect(try message(name) == "\(folder.file(name)): \(absent)")
    }
  }

  @Test func `a folder that is not there for an output has to be made`() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: FileError.self) { try AtomicFile(folder.file("no/a")) }
    #expect(error?.message.hasSuffix("No such file or directory; make its folder first") == true)
  }
}
