import Foundation
import Storage

/// Workers for many seeds, as many at once as there are cores; what they do not bear is kept.
struct Campaign {
  private let found: String
  private let folder = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : "/tmp"

  init(found: String) throws(FileError) {
    try createFolder(found)
    self.found = found
  }

  /// Reads the inputs of all seeds, and prints what came of each.
  ///
  /// - Returns: The number of inputs that a reader did not bear.
  func run(_ seeds: [String], _ numbers: Range<UInt64>) throws -> Int {
    let results = Results()
    DispatchQueue.concurrentPerform(iterations: seeds.count) { index in
      let start = ContinuousClock.now
      let findings = run(seeds[index], numbers, "\(folder)/fuzz-\(getpid())-\(index)")
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      results.add(
        "\(seeds[index]): \(numbers.count) inputs in \(Int(seconds)) s", findings)
    }
    return results.total
  }

  /// - Returns: What was found: the input, kept in the folder, and what it does.
  private func run(_ seed: String, _ numbers: Range<UInt64>, _ progress: String) -> [String] {
    _ = FileManager.default.createFile(atPath: progress, contents: Data(count: 8))
    defer { unlink(progress) }
    let name = seed.split(separator: "/").last ?? ""
    let target = "\(progress)-\(name)"
    defer { unlink(target) }
    var (findings, seen, next) = ([String](), Set<String>(), numbers.lowerBound)
    var ends = 0
    let beside = Seed.copyBeside(seed, to: target)
    defer { for path in beside { unlink(path) } }
    while next < numbers.upperBound, seen.count < 20, ends < 200 {
      let (number, what) = work(seed, next..<numbers.upperBound, progress)
      guard let what else { break }
      (next, ends) = (number + 1, ends + 1)
      // The same words without their numbers are the same fault.
      guard seen.insert(what.filter { !$0.isNumber }).inserted else { continue }
      let kept = "\(found)/\(number)-\(name)"
      try? FileManager.default.removeItem(atPath: kept)
      try? FileManager.default.copyItem(atPath: target, toPath: kept)
      findings.append("\(kept): \(what)")
    }
    return findings
  }

  /// Lets a worker read those inputs.
  ///
  /// - Returns: The number of the input that ended it, and in what way; nil if none did.
  private func work(
    _ seed: String, _ numbers: Range<UInt64>, _ progress: String
  ) -> (UInt64, String?) {
    let process = Process()
    process.executableURL = URL(filePath: CommandLine.arguments[0])
    process.arguments = [seed, "\(numbers.count)", "\(numbers.lowerBound)", progress]
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["SWIFT_BACKTRACE": "enable=no"]) { $1 }
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    guard (try? process.run()) != nil else { return (numbers.upperBound, "cannot be started") }
    let said = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let number = (try? Data(contentsOf: URL(filePath: progress)))?.withUnsafeBytes {
      $0.loadUnaligned(as: UInt64.self)
    }
    guard let number, number < numbers.upperBound else { return (numbers.upperBound, nil) }
    let kind = process.terminationReason == .uncaughtSignal ? "signal" : "code"
    let words = String(decoding: said, as: UTF8.self).split(separator: "\n").prefix(2)
    return (number, "\(kind) \(process.terminationStatus): \(words.joined(separator: " / "))")
  }
}

/// What workers found, printed as it comes.
private final class Results: @unchecked Sendable {
  private let lock = NSLock()
  private(set) var total = 0

  func add(_ line: String, _ findings: [String]) {
    lock.withLock {
      total += findings.count
      let lines = [line + (findings.isEmpty ? "" : ", \(findings.count) found")]
      let text = (lines + findings.map { "  " + $0 }).map { $0 + "\n" }.joined()
      FileHandle.standardOutput.write(Data(text.utf8))
    }
  }
}
