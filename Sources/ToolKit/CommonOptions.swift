package import ArgumentParser
import Foundation
package import Storage

/// The flags that every tool has, with the same meaning everywhere.
package struct CommonOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: "What to write; '-' is standard output.")
  package var output = "-"

  @Option(
    name: [.customShort("j", allowingJoined: true), .long],
    help: "Threads; the result does not depend on it. 0: all cores.")
  package var threads = 0

  @Option(help: "Seed of everything random.")
  package var seed: UInt64 = 1

  @Option(help: "Append what the run took to this file, as one line of JSON.")
  package var log: String?

  @Flag(name: .shortAndLong, help: "Only errors on standard error.")
  package var quiet = false

  @Flag(name: .shortAndLong, help: "Tell on standard error what the run took, and more.")
  package var verbose = false

  @Option(help: "Show progress on standard error: auto, always or never.")
  package var progress = ProgressMode.auto

  @Option(
    name: .customLong("check"), parsing: .upToNextOption,
    help: .init(
      "Given first: read these files, each by the reader of its format, and do nothing else.",
      valueName: "file"))
  package var check: [String] = []

  @Flag(
    help:
      """
      Given alone: print the revision of what this tool writes, which grows when equal input \
      gives other results.
      """)
  package var revision = false

  package init() {}

  /// More threads than this help nobody, and some systems end with so many.
  private static let mostThreads = 1024

  /// The number of threads to use, at least 1.
  package var threadCount: Int {
    threads > 0 ? threads : ProcessInfo.processInfo.activeProcessorCount
  }

  /// Checks that the flags make sense together.
  ///
  /// - Throws: `ValidationError` if they do not.
  package mutating func validate() throws {
    guard threads >= 0 else { throw ValidationError("-j must not be negative") }
    guard threads <= Self.mostThreads else {
      throw ValidationError("-j must be at most \(Self.mostThreads)")
    }
    guard log != "-" else { throw ValidationError("--log needs the name of a file") }
    guard check.isEmpty else {
      throw ValidationError("--check comes first, followed by nothing but files")
    }
    guard !revision else { throw ValidationError("--revision comes alone") }
  }

  /// Tells a person something that is not an error.
  package func note(_ line: String) {
    if !quiet { printToStandardError(line) }
  }
}

/// When progress is shown: on a terminal, always or never.
package enum ProgressMode: String, ExpressibleByArgument, CaseIterable, Sendable {
  case auto, always, never
}

/// A combination of flags and input that makes no sense; exit code 64.
package struct UsageError: ReportableError {
  package let message: String
  package var kind: FailureKind { .usage }
  package init(_ message: String) { self.message = message }
}
