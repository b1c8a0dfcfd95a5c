import Foundation

/// Another implementation of the same work, in a process of its own that measures when it is asked.
///
/// It writes one line when it is ready. For every line it reads, it works for that many seconds and
/// answers with tokens per second.
final class Peer {
  private let process = Process()
  private let (requests, answers) = (Pipe(), Pipe())

  /// Starts `command` and waits until it is ready; nil if it ends before.
  init?(_ command: [String]) {
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    (process.standardInput, process.standardOutput) = (requests, answers)
    guard (try? process.run()) != nil, line() != nil else { return nil }
  }

  deinit {
    try? requests.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  /// Tokens per second over `seconds`; nil if the process is gone.
  func measure(seconds: Double) -> Double? {
    do { try requests.fileHandleForWriting.write(contentsOf: Data("\(seconds)\n".utf8)) } catch {
      return nil
    }
    return line().flatMap(Double.init)
  }

  private func line() -> String? {
    var bytes: [UInt8] = []
    while let byte = try? answers.fileHandleForReading.read(upToCount: 1)?.first {
      if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(byte)
    }
    return nil
  }
}
