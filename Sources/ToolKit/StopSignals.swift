import Glibc

/// SIGINT and SIGTERM as something to ask for between two pieces of work, not an interruption.
package struct StopSignals {
  private var signals = sigset_t()

  /// Holds the signals back from this thread and from those that it starts later.
  package init() {
    unsafe sigemptyset(&signals)
    unsafe sigaddset(&signals, SIGINT)
    unsafe sigaddset(&signals, SIGTERM)
    unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
  }

  /// Whether one has come since the last time.
  package var haveArrived: Bool {
    var (signals, noTime) = (signals, timespec())
    return unsafe sigtimedwait(&signals, nil, &noTime) > 0
  }
}
