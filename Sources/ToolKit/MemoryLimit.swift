import Glibc
package import Storage

/// The bytes of memory that this process can have at most: the least of the machine's, its control
/// group's and its own limit.
package func memoryLimit() -> Int {
  var limits = [sysconf(CInt(_SC_PHYS_PAGES)) * sysconf(CInt(_SC_PAGESIZE))]
  limits += controlGroupLimits()
  var limit = rlimit()
  if unsafe getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0,
    limit.rlim_cur < rlim_t(Int.max)
  {
    limits.append(Int(limit.rlim_cur))
  }
  return limits.min() ?? .max
}

/// What the control groups of this process, and those that they are in, may have together.
///
/// A container sees its own group as the root; a job of Slurm is some levels below it.
/// Source: cgroups(7), versions 1 and 2.
private func controlGroupLimits() -> [Int] {
  func text(_ path: String) -> String {
    String(decoding: (try? readFile(path)) ?? [], as: UTF8.self)
  }
  var limits: [Int] = []
  for line in text("/proc/self/cgroup").split(separator: "\n") {
    let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    guard fields.count == 3, fields[1].isEmpty || fields[1].split(separator: ",").contains("memory")
    else { continue }
    let (root, file) =
      fields[1].isEmpty
      ? ("/sys/fs/cgroup", "memory.max") : ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")
    var group = fields[2].split(separator: "/")
    while true {
      let path = ([Substring(root)] + group + [Substring(file)]).joined(separator: "/")
      if let bytes = Int(text(path).prefix { $0.isNumber }) { limits.append(bytes) }
      if group.popLast() == nil { break }
    }
  }
  return limits
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
