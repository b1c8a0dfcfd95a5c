/// An error that a tool can report as one line and turn into an exit code.
///
/// Every error type of every library module conforms. `message` reads
/// `path: where: what; what to do`, without the tool's name and without a line break.
package protocol ReportableError: Error {
  var kind: FailureKind { get }
  var message: String { get }
}

/// What went wrong, in the classes of `sysexits.h` that the tools promise.
package enum FailureKind: Int32, Sendable {
  /// The computation could not be done: it diverged, or no mixture satisfies the constraints.
  case computation = 1
  /// The flags contradict each other or the input.
  case usage = 64
  /// An input is malformed, truncated, corrupted, or does not belong with the others.
  case badData = 65
  /// An input does not exist or cannot be opened.
  case missingInput = 66
  /// Reading or writing failed: the disk is full, permission is missing, the output was closed.
  case inputOutput = 74
  /// The tool was asked to stop, and saved a resume point.
  case stopped = 75
}
