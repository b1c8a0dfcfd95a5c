import Formats
import Glibc
import Storage

/// The most memory that this program has had resident so far, in bytes.
///
/// `getrusage` would count what the process that started it had before the program was loaded.
/// Source: `VmHWM` in proc_pid_status(5).
package func peakBytes() -> Int {
  let status = (try? readFile("/proc/self/status")) ?? []
  let line = status.split(separator: UInt8(ascii: "\n")).first {
    $0.starts(with: Array("VmHWM:".utf8))
  }
  let digits = (line ?? []).filter { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
  let kibibytes = Int(String(decoding: digits, as: UTF8.self)) ?? resourceUsage().ru_maxrss
  return kibibytes << 10
}

private func resourceUsage() -> rusage {
  var usage = rusage()
  unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return usage
}

/// A clock that starts when a run does.
struct RunClock {
  private let start = ContinuousClock.now

  /// What the run took so far.
  func cost(of tool: String) -> RunCost {
    let usage = resourceUsage()
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + 1e-6 * Double(time.tv_usec) }
    return RunCost(
      tool: tool, seconds: (ContinuousClock.now - start) / .seconds(1),
      processorSeconds: seconds(usage.ru_utime) + seconds(usage.ru_stime),
      peakBytes: peakBytes())
  }
}

extension RunCost {
  /// For a person.
  var summary: String {
    func short(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
    return "\(short(seconds)) s, \(short(processorSeconds)) s of processors, \(peakBytes >> 20) MiB"
  }
}
