import Glibc

/// SIGINT and SIGTERM, held back so that they can be asked for between two pieces of work.
package struct StopSignals {
  private var signals = sigset_t()

  /// Holds the signals back from this thread and from those that it starts later.
  package init() {
    unsafe sigemptyset(&signals)
    unsafe sigaddset(&signals, SIGINT)
    unsafe sigaddset(&signals, SIGTERM)
    unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
  }

  /// Whether one of the signals has come since the last time this was asked.
  package var haveArrived: Bool {
    var (signals, noTime) = (signals, timespec())
    return unsafe sigtimedwait(&signals, nil, &noTime) > 0
  }
}
