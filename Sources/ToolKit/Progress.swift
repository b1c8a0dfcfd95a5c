import Glibc
import Storage

/// A line on standard error that says how far the work is: rate, fraction done, time left.
///
/// On a terminal the line is redrawn in place, at most six times a second; elsewhere, with
/// `always`, a line is added every ten seconds. `auto` shows nothing where standard error is not a
/// terminal.
package final class Progress {
  private let label: String
  private let unit: String
  private let total: Double
  private let before: Double
  private let isShown: Bool
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let start = now()
  private var lastDrawn = 0.0

  /// Starts the clock; nothing is shown before the first update.
  ///
  /// - Parameters:
  ///   - label: What is being done, such as `train ArXiv`.
  ///   - unit: What is counted, such as `tokens`.
  ///   - total: How many there will be; 0 if nobody knows.
  ///   - done: How many of them an earlier run did.
  package init(
    _ label: String, unit: String, total: Int, done: Int = 0, options: CommonOptions
  ) {
    (self.label, self.unit) = (label, unit)
    (self.total, before) = (Double(total), Double(done))
    isShown =
      switch options.progress {
      case .always: true
      case .never: false
      case .auto: isTerminal && !options.quiet
      }
  }

  /// Shows that `done` of the total are done; `detail` is added at the end of the line.
  package func update(_ done: Int, detail: @autoclosure () -> String = "") {
    guard isShown else { return }
    let time = now()
    guard time - lastDrawn >= (isTerminal ? 1.0 / 6 : 10) else { return }
    lastDrawn = time
    draw(done: Double(done), seconds: time - start, detail: detail())
  }

  /// Removes the line from a terminal.
  package func finish() {
    if isShown && isTerminal { put("\r\u{1B}[K") }
  }

  private func draw(done: Double, seconds: Double, detail: String) {
    let rate = seconds > 0 ? (done - before) / seconds : 0
    var parts = ["\(label): \(short(rate)) \(unit)/s"]
    if total > 0 {
      parts.append("\(Int(100 * done / total)) %")
      if rate > 0 { parts.append("\(duration((total - done) / rate)) left") }
    }
    if !detail.isEmpty { parts.append(detail) }
    let line = parts.joined(separator: ", ").spelled
    put(isTerminal ? "\r\(line)\u{1B}[K" : "\(line)\n")
  }

  private func put(_ text: String) {
    let bytes = Array(text.utf8)
    _ = unsafe write(STDERR_FILENO, bytes, bytes.count)
  }
}

/// A number with about three digits, and with k, M or G.
private func short(_ value: Double) -> String {
  for (limit, suffix) in [(1e9, "G"), (1e6, "M"), (1e3, "k")] where value >= limit {
    return "\((value / limit * 10).rounded() / 10)\(suffix)"
  }
  return value >= 10 ? "\(Int(value))" : "\((value * 10).rounded() / 10)"
}

/// A number of seconds as `42 s`, `3 min` or `2.5 h`.
private func duration(_ seconds: Double) -> String {
  if seconds < 90 { return "\(Int(seconds.rounded(.up))) s" }
  if seconds < 5400 { return "\(Int((seconds / 60).rounded())) min" }
  return "\((seconds / 360).rounded() / 10) h"
}

/// The time in seconds on a clock that never jumps.
private func now() -> Double {
  var time = timespec()
  unsafe clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}
