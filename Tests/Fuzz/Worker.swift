import Foundation
import Storage

/// Reads the inputs of one seed, in a process of its own, which one of them may end.
struct Worker {
  /// The code that the process ends with after a refusal in the wrong words.
  static let wrongWords: Int32 = 3

  private let seed: Seed
  /// Where the number of the input is, for who has to go on after it.
  private let progress: UnsafeMutablePointer<UInt64>
  private let target: String

  init(_ path: String, progress: String) throws {
    seed = try Seed(path)
    let descriptor = open(progress, O_RDWR)
    let memory = mmap(nil, 8, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
    self.progress = memory!.assumingMemoryBound(to: UInt64.self)
    // What is read lies where its reader looks for what belongs beside it.
    target = progress + "-" + (path.split(separator: "/").last ?? "")
  }

  /// Whether a sanitizer is in the process: it reserves terabytes of addresses.
  private static var isSanitized: Bool {
    let pages = (try? readFile("/proc/self/statm"))?.prefix { $0 != UInt8(ascii: " ") } ?? []
    return Int(String(decoding: pages, as: UTF8.self)) ?? 0 > 1 << 28
  }

  func read(_ numbers: Range<UInt64>) throws {
    let isSanitized = Self.isSanitized
    if !isSanitized {
      // A gigabyte more than what is there, of which some is never touched.
      var limit = rlimit(rlim_cur: 3 << 30, rlim_max: 3 << 30)
      setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    }
    for number in numbers {
      progress.pointee = number
      try seed.write(number, to: target)
      let seconds = isSanitized ? 60 : 1
      var time = itimerval(it_interval: timeval(), it_value: timeval(tv_sec: seconds, tv_usec: 0))
      setitimer(__itimer_which_t(ITIMER_PROF.rawValue), &time, nil)
      do { try seed.reader.read(target) } catch { check(error) }
    }
    progress.pointee = numbers.upperBound
    unlink(target)
  }

  /// A spoiled file is bad data, and the message names it.
  private func check(_ error: any Error) {
    let error = error as? any ReportableError
    if let error {
      let names = error.message.contains(target.prefix { $0 != "." })
      // It may name another file, which is not there.
      if error.kind == .missingInput || error.kind == .badData && names { return }
    }
    print("refused as: \(error.map { "\($0.kind): \($0.message)" } ?? "no error of ours")")
    exit(Self.wrongWords)
  }
}
