import Glibc
package import Storage

/// The bytes of memory that this process can have at most: the least of the machine's, its control
/// group's and its own limit.
package func memoryLimit() -> Int {
  var limits = [sysconf(CInt(_SC_PHYS_PAGES)) * sysconf(CInt(_SC_PAGESIZE))]
  if let text = try? readFile("/sys/fs/cgroup/memory.max"),
    let bytes = Int(String(decoding: text, as: UTF8.self).prefix { $0.isNumber })
  {
    limits.append(bytes)
  }
  var limit = rlimit()
  if unsafe getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0,
    limit.rlim_cur < rlim_t(Int.max)
  {
    limits.append(Int(limit.rlim_cur))
  }
  return limits.min() ?? .max
}

/// More memory is needed than there is; exit code 1.
package struct MemoryError: ReportableError {
  package let message: String
  package var kind: FailureKind { .computation }

  /// - Parameter remedy: What to do about it.
  package init(needed: Int, limit: Int, remedy: String) {
    func gigabytes(_ bytes: Int) -> String { "\((Double(bytes) / 1e8).rounded() / 10) GB" }
    message =
      "needs \(gigabytes(needed)) of memory, and \(gigabytes(limit)) are there; \(remedy)"
  }
}
