import Foundation
import Storage

/// A folder for one test, removed with everything in it when the test lets go of it.
package final class TemporaryFolder: Sendable {
  package let path = FileManager.default.temporaryDirectory.path + "/mde-\(UUID().uuidString)"

  package init() throws { try createFolder(path) }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of `name` in the folder, whether there is such a file or not.
  package func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file, in folders that are made for it, without waiting for the disk: tests of damage
  /// write thousands.
  ///
  /// - Returns: The file's path.
  @discardableResult
  package func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    if let slash = name.lastIndex(of: "/") { try createFolder(file(String(name[..<slash]))) }
    try Data(bytes).write(to: URL(filePath: file(name)))
    return file(name)
  }

  @discardableResult
  package func write(_ name: String, _ text: String) throws -> String {
    try write(name, Array(text.utf8))
  }

  /// Writes lines, compressed if the name ends in `.zst`.
  @discardableResult
  package func write(_ name: String, lines: [String]) throws -> String {
    let writer = try LineWriter(file(name))
    for line in lines { try writer.write(line) }
    try writer.commit()
    return file(name)
  }

  package func bytes(_ name: String) throws -> [UInt8] { try readFile(file(name)) }

  /// The names in the folder, sorted.
  package var names: [String] {
    get throws { try Storage.names(inFolder: path) }
  }

  /// Runs a shell command in the folder.
  ///
  /// - Throws: `FailedCommand` unless it succeeds.
  package func shell(_ command: String) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", command]
    process.currentDirectoryURL = URL(filePath: path)
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw FailedCommand(command: command) }
  }

  package struct FailedCommand: Error {
    package let command: String
  }
}
