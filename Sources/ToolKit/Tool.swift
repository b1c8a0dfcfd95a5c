package import ArgumentParser
import Artifacts
private import CProcess
import Formats
import Glibc
package import Storage

/// A command of this project, whose failures are one line and the right exit code.
package protocol Tool: ParsableCommand {
  var common: CommonOptions { get }
  /// What the run writes, which is checked before its work begins; by default the file of `-o`.
  var outputs: [PlannedOutput] { get }
}

/// The version of all tools, printed by `--version`.
package let projectVersion = "0.1.0"

extension Tool {
  package var outputs: [PlannedOutput] { [.file(common.output)] }

  /// Parses the command line, runs the command, and ends the process with its exit code.
  package static func main() {
    end_tidily()
    do {
      let arguments = CommandLine.arguments.dropFirst()
      if let problem = emptyArgument(in: arguments) { throw UsageError(problem) }
      if arguments.first == "--check" {
        for path in arguments.dropFirst() { try verifyArtifact(path) }
      } else if arguments.elementsEqual(["--revision"]), let revision {
        try replaceFile("-", bytes: Array("\(revision.number)\n".utf8))
      } else {
        let clock = RunClock()
        var command = try parseAsRoot()
        try (command as? Self)?.requireNumbers(in: arguments)
        try (command as? Self)?.requireOutputs(besides: arguments)
        try command.run()
        try (command as? Self).map { try $0.report(clock) }
      }
    } catch {
      exit(withReport: error)
    }
  }

  /// The name of the command, as in messages.
  private static var name: String { configuration.commandName ?? _commandName }

  /// The revision of what the tool writes; nil for a benchmark, which writes nothing to keep.
  private static var revision: ToolRevision? { ToolRevision(rawValue: name) }

  /// Checks that what the run is going to write can be written, each to a place of its own.
  private func requireOutputs(besides arguments: some Sequence<String>) throws {
    let planned = outputs + [common.log].compactMap(\.self).map(PlannedOutput.log)
    for output in planned { try output.requireWritable() }
    if let path = writtenTwice(planned.map(\.path)) {
      throw UsageError("\(path): two outputs cannot be one file; name another for one of them")
    }
    for path in planned.map(\.path) where namesTwice(path, in: arguments) {
      throw UsageError("\(path): is read, and cannot be an output too; name another")
    }
  }

  /// Reports what the run took, for `--log`, and for a person who asked with `-v`.
  private func report(_ clock: RunClock) throws(FileError) {
    let cost = clock.cost(of: Self.name)
    if let log = common.log { try appendToFile(log, JSON.encode(cost) + [UInt8(ascii: "\n")]) }
    if common.verbose { common.note("\(Self.name): \(cost.summary)") }
  }

  /// Prints what happened, the way each kind of error is printed, and ends the process.
  private static func exit(withReport error: any Error) -> Never {
    removeEmptyFolders()
    if let error = error as? any ReportableError {
      printToStandardError("\(name): \(error.message)")
      Glibc.exit(error.kind.rawValue)
    }
    let code = exitCode(for: error)
    if code == .success || code == .validationFailure {
      // Help, version and usage errors, as the argument parser words them.
      let message = fullMessage(for: error)
      if code == .success {
        do { try replaceFile("-", bytes: Array("\(message)\n".utf8)) } catch {
          printToStandardError("\(name): \(error.message)")
          Glibc.exit(error.kind.rawValue)
        }
      } else {
        let lines = message.split(separator: "\n", omittingEmptySubsequences: false)
        var first = lines[0].hasPrefix("Error: ") ? lines[0].dropFirst(7) : lines[0]
        if first.hasSuffix(".") { first = first.dropLast() }
        // A flag that is none counts more than one that is missing, which it may be meant for.
        let problem = unknownFlag(in: CommandLine.arguments.dropFirst()) ?? "\(first); see"
        printToStandardError("\(name): \(problem) '\(name) --help'")
      }
      Glibc.exit(code.rawValue)
    }
    printToStandardError("\(name): \(error)")
    Glibc.exit(FailureKind.computation.rawValue)
  }
}

/// The most characters of a line that are shown; few paths are so long.
private let longestLine = 2000

/// Writes `line` to standard error at once; a closed standard error is nobody's problem.
///
/// Control characters, which may come from a file's name or content, are spelled out: a line stays
/// one, and does nothing to a terminal. Of a very long one the middle is left out. On a terminal it
/// takes the place of what another tool that runs beside this one shows of its progress.
package func printToStandardError(_ line: String) {
  let start = isatty(STDERR_FILENO) == 1 ? "\r\u{1B}[K" : ""
  let spelled = line.spelled
  let shown =
    spelled.count > longestLine
    ? "\(spelled.prefix(longestLine / 2)) … \(spelled.suffix(longestLine / 2))" : spelled
  let bytes = Array((start + shown + "\n").utf8)
  _ = unsafe write(STDERR_FILENO, bytes, bytes.count)
}
