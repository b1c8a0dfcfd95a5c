import Foundation
import Storage

/// Another implementation of the same work, in a process of its own that works when it is asked.
///
/// It writes a line when it is ready, and answers every line it reads with one of its own.
package final class Peer {
  private let process = Process()
  private let (requests, answers) = (Pipe(), Pipe())
  /// The line that the peer wrote when it was ready.
  package private(set) var greeting = ""

  /// Starts `command` and waits until it is ready.
  package init(_ command: [String]) throws {
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    (process.standardInput, process.standardOutput) = (requests, answers)
    try process.run()
    greeting = try line()
  }

  deinit {
    try? requests.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  /// The `count` numbers that the peer answers with.
  package func numbers(_ request: String = "", count: Int) throws -> [Double] {
    try requests.fileHandleForWriting.write(contentsOf: Data("\(request)\n".utf8))
    let answer = try line()
    let numbers = answer.split(separator: " ").compactMap { Double($0) }
    guard numbers.count == count else {
      throw FileError.content(path: greeting, problem: "answers \(answer)")
    }
    return numbers
  }

  private func line() throws -> String {
    var bytes: [UInt8] = []
    while let byte = try answers.fileHandleForReading.read(upToCount: 1)?.first {
      if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(byte)
    }
    throw FileError.content(path: "peer", problem: "ended without an answer")
  }
}

/// The median of the values; the higher of the two in the middle.
package func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

/// The processor time that all threads of this process have taken so far.
package func processorSeconds() -> Double { Double(clock()) / Double(CLOCKS_PER_SEC) }
