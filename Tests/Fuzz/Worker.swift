import Foundation
import Storage

/// Reads the inputs of one seed, in a process of its own, which one of them may end.
struct Worker {
  private let inputs: Inputs
  /// Where the number of the input is, for who has to go on after it.
  private let progress: UnsafeMutablePointer<UInt64>

  init(_ path: String, progress: String) throws {
    // What is read lies where its reader looks for what belongs beside it.
    inputs = Inputs(
      of: try Seed(path), target: progress + "-" + (path.split(separator: "/").last ?? ""))
    let descriptor = open(progress, O_RDWR)
    let memory = mmap(nil, 8, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
    self.progress = memory!.assumingMemoryBound(to: UInt64.self)
  }

  func read(_ numbers: Range<UInt64>) throws {
    inputs.limitMemory()
    for number in numbers {
      progress.pointee = number
      try inputs.seed.write(number, to: inputs.target)
      inputs.read()
    }
    progress.pointee = numbers.upperBound
    unlink(inputs.target)
  }
}
