import Foundation
import Storage

/// Workers for many seeds, as many at once as there are cores; what they do not bear is kept.
struct Campaign {
  private let found: String
  private let memory = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : "/tmp"

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
      let (seed, start) = (seeds[index], ContinuousClock.now)
      do {
        let (found, accepted) = try run(seed, numbers, "\(memory)/fuzz-\(getpid())-\(index)")
        let seconds = Int((ContinuousClock.now - start) / .seconds(1))
        results.add(
          "\(seed): \(numbers.count) inputs in \(seconds) s, \(accepted) accepted", found)
      } catch {
        results.add("\(seed): was not tried", ["\(error)"])
      }
    }
    return results.total
  }

  /// - Returns: What was found, the input, kept in the folder, and what it does; and how many
  ///   inputs their reader accepted.
  private func run(
    _ seed: String, _ numbers: Range<UInt64>, _ folder: String
  ) throws -> (found: [String], accepted: UInt64) {
    try Seed.layOthers(than: seed, in: folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let progress = Worker.progress(in: folder)
    _ = FileManager.default.createFile(atPath: progress, contents: Data(count: 16))
    let name = seed.split(separator: "/").last ?? ""
    var (findings, seen, next) = ([String](), Set<String>(), numbers.lowerBound)
    var ends = 0
    while next < numbers.upperBound, seen.count < 20, ends < 200 {
      let (number, what) = work(seed, next..<numbers.upperBound, folder)
      guard let what else { break }
      (next, ends) = (number + 1, ends + 1)
      // The same words without their numbers are the same fault.
      guard seen.insert(what.filter { !$0.isNumber }).inserted else { continue }
      let kept = "\(found)/\(number)-\(name)"
      try? FileManager.default.removeItem(atPath: kept)
      try? FileManager.default.copyItem(atPath: "\(folder)/\(name)", toPath: kept)
      findings.append("\(kept): \(what)")
    }
    return (findings, word(1, of: progress) ?? 0)
  }

  /// Lets a worker read those inputs.
  ///
  /// - Returns: The number of the input that ended it, and in what way; nil if none did.
  private func work(
    _ seed: String, _ numbers: Range<UInt64>, _ folder: String
  ) -> (UInt64, String?) {
    let process = Process()
    process.executableURL = URL(filePath: CommandLine.arguments[0])
    process.arguments = [seed, "\(numbers.count)", "\(numbers.lowerBound)", folder]
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["SWIFT_BACKTRACE": "enable=no"]) { $1 }
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    guard (try? process.run()) != nil else { return (numbers.upperBound, "cannot be started") }
    let said = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard let number = word(0, of: Worker.progress(in: folder)), number < numbers.upperBound else {
      return (numbers.upperBound, nil)
    }
    let kind = process.terminationReason == .uncaughtSignal ? "signal" : "code"
    let words = String(decoding: said, as: UTF8.self).split(separator: "\n").prefix(2)
    return (number, "\(kind) \(process.terminationStatus): \(words.joined(separator: " / "))")
  }

  /// What a worker has written, 0: the number of its input, 1: how many were accepted.
  private func word(_ index: Int, of progress: String) -> UInt64? {
    (try? Data(contentsOf: URL(filePath: progress)))?.withUnsafeBytes {
      $0.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self)
    }
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
