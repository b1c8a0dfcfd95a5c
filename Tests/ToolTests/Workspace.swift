import Foundation
import Storage
import Tasks
import TestSupport
import Testing

/// A scratch folder in which the real tools run, removed with everything in it.
final class Workspace: Sendable {
  private let folder: TemporaryFolder
  var path: String { folder.path }

  init() throws {
    folder = try TemporaryFolder()
    try createFolder("\(path)/out")
  }

  /// A workspace that sees the files of the shared pipeline under their names.
  convenience init(on pipeline: Pipeline) throws {
    try self.init()
    for name in try names(inFolder: pipeline.workspace.path) where name != "out" {
      try FileManager.default.createSymbolicLink(
        atPath: "\(path)/\(name)", withDestinationPath: "\(pipeline.workspace.path)/\(name)")
    }
  }

  func write(_ name: String, _ content: [UInt8]) throws { try folder.write(name, content) }

  func write(_ name: String, _ text: String) throws { try folder.write(name, text) }

  func bytes(_ name: String) throws -> [UInt8] { try folder.bytes(name) }

  func shell(_ command: String) throws { try folder.shell(command) }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(path)/\(name)") }

  /// Replaces a linked folder by a folder of links to its content, so that one file can be
  /// replaced.
  func unlink(_ name: String) throws {
    var folder = path
    for part in name.split(separator: "/") {
      folder += "/\(part)"
      let target = URL(filePath: folder).resolvingSymlinksInPath().path
      guard (try? FileManager.default.destinationOfSymbolicLink(atPath: folder)) != nil else {
        continue
      }
      try FileManager.default.removeItem(atPath: folder)
      guard isFolder(target) else { return }
      try createFolder(folder)
      for child in try names(inFolder: target) {
        try FileManager.default.createSymbolicLink(
          atPath: "\(folder)/\(child)", withDestinationPath: "\(target)/\(child)")
      }
    }
  }

  /// Puts `content` where the pipeline has the file `name`, for this workspace only.
  func replace(_ name: String, _ content: [UInt8]) throws {
    try unlink(name)
    try write(name, content)
  }

  /// The files in `name`, or the file itself, with what they hold; empty if there is none.
  func contents(_ name: String) throws -> [String: [UInt8]] {
    let full = "\(path)/\(name)"
    if isFile(full) { return [name: try readFile(full)] }
    guard isFolder(full) else { return [:] }
    var contents: [String: [UInt8]] = [:]
    for file in try FileManager.default.subpathsOfDirectory(atPath: full)
    where isFile("\(full)/\(file)") {
      contents["\(name)/\(file)"] = try readFile("\(full)/\(file)")
    }
    return contents
  }

  var halfWritten: [String] {
    get throws {
      try FileManager.default.subpathsOfDirectory(atPath: path).filter { $0.contains(".partial-") }
    }
  }

  /// Runs a tool of which nothing special is expected: silence and 0.
  ///
  /// - Parameter printing: nil if standard output may say anything.
  @discardableResult
  func run(
    _ tool: String, _ arguments: String..., input: [UInt8] = [], printing: String? = "",
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> ToolRun {
    let run = try ToolRun(tool, arguments, directory: path, input: input)
    let command = "\(tool) \(arguments.joined(separator: " "))"
    #expect(run.end == .exit(0), "\(command)", sourceLocation: sourceLocation)
    #expect(run.error == "", "\(command)", sourceLocation: sourceLocation)
    if let printing {
      #expect(run.output == printing, "\(command)", sourceLocation: sourceLocation)
    }
    return run
  }

  /// Runs `invocation` with its output in `out`, of which nothing special is expected.
  ///
  /// - Returns: What it wrote.
  @discardableResult
  func complete(
    _ invocation: Invocation, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> [String: [UInt8]] {
    let run = try ToolRun(invocation.tool, invocation.arguments(under: "out"), directory: path)
    #expect(run.end == .exit(0), "\(invocation)\n\(run.error)", sourceLocation: sourceLocation)
    #expect(run.error == "", "\(invocation)", sourceLocation: sourceLocation)
    return try contents("out")
  }

  /// Removes what earlier runs wrote.
  func clearOutput() throws {
    try FileManager.default.removeItem(atPath: "\(path)/out")
    try createFolder("\(path)/out")
  }

  /// Runs a tool that has to refuse: with `status`, one line that starts with `line`, no data on
  /// standard output, and the older output `-o` as it was.
  func expectRefusal(
    _ status: Int32, _ line: String, _ invocation: Invocation, input: [UInt8] = [],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let older = invocation.target(under: "out")
    try clearOutput()
    try write(older, "older")
    let run = try ToolRun(
      invocation.tool, invocation.arguments(under: "out"), directory: path, input: input)
    let command = "\(invocation)"
    #expect(run.end == .exit(status), "\(command)\n\(run.error)", sourceLocation: sourceLocation)
    #expect(run.output == "", "\(command)", sourceLocation: sourceLocation)
    #expect(
      run.error.hasPrefix("\(invocation.tool): \(line)"),
      "\(command)\nsays \(run.error)expected \(line)", sourceLocation: sourceLocation)
    #expect(
      run.error.hasSuffix("\n") && run.error.dropLast().allSatisfy { $0 != "\n" },
      "not one line: \(run.error)", sourceLocation: sourceLocation)
    #expect(try contents("out") == [older: Array("older".utf8)], sourceLocation: sourceLocation)
    #expect(try halfWritten == [], sourceLocation: sourceLocation)
  }
}
