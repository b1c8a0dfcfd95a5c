import Foundation
import Storage

/// Reads the inputs of one seed, in a process of its own, which one of them may end.
struct Worker {
  private let inputs: Inputs
  /// Where the number of the input is, for who has to go on after it, and how many were accepted.
  private let progress: UnsafeMutablePointer<UInt64>

  /// - Parameter folder: Where inputs are written, under the name of the seed at `path`, as what
  ///   lies beside them may tell it.
  init(_ path: String, in folder: String) throws {
    inputs = Inputs(of: try Seed(path), in: folder)
    let descriptor = open(Self.progress(in: folder), O_RDWR)
    let memory = mmap(nil, 16, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
    progress = memory!.assumingMemoryBound(to: UInt64.self)
  }

  static func progress(in folder: String) -> String { folder + "/.progress" }

  func read(_ numbers: Range<UInt64>) throws {
    inputs.limitMemory()
    for number in numbers {
      progress[0] = number
      try inputs.seed.write(number, to: inputs.target)
      if inputs.read() { progress[1] += 1 }
    }
    progress[0] = numbers.upperBound
  }
}
