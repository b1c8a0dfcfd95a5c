import Glibc

/// What went wrong with a file, in the words that the tools print.
///
/// A pointer to it is what is thrown and kept: a `Result` is 8 bytes and its tag, not 49, and no
/// tag lies in bytes that a success leaves unset, which memory checkers report.
package indirect enum FileError: ReportableError, Equatable {
  /// A system call that was to do `action` failed on `path`; `code` is its errno.
  case system(path: String, action: String, code: CInt)
  /// The content of `path` is not what it has to be; `place` is a line or a block, or empty.
  case content(path: String, place: String = "", problem: String)
  /// Another process works in the folder `path`.
  case taken(path: String, by: String)

  package var kind: FailureKind {
    switch self {
    case .system(_, "open for reading", let code) where ![EMFILE, ENFILE, EIO].contains(code):
      .missingInput
    case .system, .taken: .inputOutput
    case .content: .badData
    }
  }

  package var message: String {
    switch self {
    case .system(let path, let action, let code):
      "\(path): cannot \(action): \(unsafe String(cString: strerror(code)))"
        + Self.remedy(code, path, action)
    case .content(let path, let place, let problem):
      place.isEmpty ? "\(path): \(problem)" : "\(path): \(place): \(problem)"
    case .taken(let path, let holder):
      "\(path): is worked on by \(holder); wait for it, or give another folder"
    }
  }

  private static func remedy(_ code: CInt, _ path: String, _ action: String) -> String {
    switch code {
    case ENOENT where path == "-": "; standard input cannot be read here, give a file"
    case ENOENT where action == "create": "; make its folder first"
    case ENOENT where path.unicodeScalars.contains("\u{FFFD}"):
      "; its name is not UTF-8, so give it another"
    case ENOENT: nearestPath(to: path).map { "; did you mean \($0)?" } ?? ""
    case EACCES where action == "replace":
      "; it is read-only, let it be written to (chmod u+w) or name another"
    case EMFILE: "; allow this process more (ulimit -n)"
    case EFBIG: "; allow this process larger ones (ulimit -f)"
    default: ""
    }
  }
}

/// Calls `call`, and again if a signal interrupts it, and returns what it returns.
///
/// - Throws: `FileError.system` with its errno if the result is negative.
@discardableResult
func check<Result: FixedWidthInteger & SignedInteger>(
  _ path: String, _ action: String, _ call: () -> Result
) throws(FileError) -> Result {
  while true {
    let result = call()
    if result >= 0 { return result }
    if errno != EINTR { throw .system(path: path, action: action, code: errno) }
  }
}
