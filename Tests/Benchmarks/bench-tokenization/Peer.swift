import Foundation
import Storage

/// Another implementation of the same work, in a process of its own that works when it is asked.
///
/// It writes a line when it is ready. For every line it reads it works once, and answers with the seconds that took
/// and a number that has to be ours too.
final class Peer {
  private let process = Process()
  private let (requests, answers) = (Pipe(), Pipe())
  let name: String

  /// Starts `command` and waits until it is ready.
  init(_ command: [String]) throws {
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    (process.standardInput, process.standardOutput) = (requests, answers)
    try process.run()
    name = try Self.line(answers)
  }

  deinit {
    try? requests.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  func work() throws -> (seconds: Double, result: Int) {
    try requests.fileHandleForWriting.write(contentsOf: Data("\n".utf8))
    let fields = try Self.line(answers).split(separator: " ")
    guard fields.count == 2, let seconds = Double(fields[0]), let result = Int(fields[1]) else {
      throw FileError.content(path: name, problem: "answers \(fields.joined(separator: " "))")
    }
    return (seconds, result)
  }

  private static func line(_ pipe: Pipe) throws -> String {
    var bytes: [UInt8] = []
    while let byte = try pipe.fileHandleForReading.read(upToCount: 1)?.first {
      if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(byte)
    }
    throw FileError.content(path: "peer", problem: "ended without an answer")
  }
}
