private import CProcess

/// Ends the process with one line and no half-written files, as an error would that is thrown where
/// none can be: in the middle of what runs a million times a second.
package func endProcess(as kind: FailureKind, _ problem: String) -> Never {
  unsafe end_with(kind.rawValue, problem.spelled)
}
