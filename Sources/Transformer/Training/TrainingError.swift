package import Storage

/// Why a model could not be trained or used.
package enum TrainingError: ReportableError, Equatable {
  case file(FileError)
  /// The loss or the gradient stopped being a number.
  case diverged(step: Int, lastLoss: Double?)
  /// A signal asked to stop after `step` of `steps`, and the resume point at `path` was saved.
  case stopped(path: String, step: Int, steps: Int)
  /// The flags contradict each other or the data.
  case impossible(String)

  package var kind: FailureKind {
    switch self {
    case .file(let error): error.kind
    case .diverged: .computation
    case .stopped: .stopped
    case .impossible: .usage
    }
  }

  package var message: String {
    switch self {
    case .file(let error): error.message
    case .diverged(let step, let lastLoss):
      "step \(step): the loss is not a number any more; the last good one was "
        + (lastLoss.map { "\($0)" } ?? "none") + "; lower --learning-rate or raise --warmup"
    case .stopped(let path, let step, let steps):
      "\(path): stopped after step \(step) of \(steps); run the same command again to go on"
    case .impossible(let problem): problem
    }
  }
}

/// The result of `body`, whose error is wrapped.
///
/// - Throws: `TrainingError.file` with the error of `body`.
func wrapping<Value>(_ body: () throws(FileError) -> Value) throws(TrainingError) -> Value {
  do { return try body() } catch { throw .file(error) }
}
