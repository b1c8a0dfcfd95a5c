import Foundation
import Storage

/// Files that a reader must bear: it reads them, or refuses them in the words for bad data, within
/// a second of processor time and a gigabyte of memory. One that it does not bear ends the process.
struct Inputs {
  /// The code that the process ends with after a refusal in the wrong words.
  static let wrongWords: Int32 = 3

  let seed: Seed
  /// Where each input is written to be read.
  let target: String
  private let seconds: Int
  private let isSanitized: Bool
  /// What a message names the input by: another file of its may lie beside it.
  private let stem: String

  init(of seed: Seed, in folder: String) {
    self.seed = seed
    let target = "\(folder)/\(seed.name)"
    (self.target, stem) = (target, String(target.prefix { $0 != "." }))
    // A sanitizer reserves terabytes of addresses, and takes its time.
    let pages = (try? readFile("/proc/self/statm"))?.prefix { $0 != UInt8(ascii: " ") } ?? []
    isSanitized = Int(String(decoding: pages, as: UTF8.self)) ?? 0 > 1 << 28
    seconds = isSanitized ? 60 : 1
  }

  /// A gigabyte more than what is there, of which some is never touched.
  func limitMemory() {
    guard !isSanitized else { return }
    var limit = rlimit(rlim_cur: 3 << 30, rlim_max: 3 << 30)
    setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
  }

  /// Reads what was written to the target.
  ///
  /// - Returns: Whether its reader accepts it.
  @discardableResult func read() -> Bool {
    var time = itimerval(it_interval: timeval(), it_value: timeval(tv_sec: seconds, tv_usec: 0))
    setitimer(__itimer_which_t(ITIMER_PROF.rawValue), &time, nil)
    do { try seed.reader.read(target) } catch {
      check(error)
      return false
    }
    return true
  }

  /// A spoiled file is bad data, and the message names it.
  private func check(_ error: any Error) {
    let error = error as? any ReportableError
    if let error {
      let names = error.message.hasPrefix(stem) || error.message.contains(stem)
      // It may name another file, which is not there.
      if error.kind == .missingInput || error.kind == .badData && names { return }
    }
    let words = error.map { "\($0.kind): \($0.message)" } ?? "no error of ours"
    FileHandle.standardError.write(Data("refused as: \(words)\n".utf8))
    exit(Self.wrongWords)
  }
}
