import Foundation
import Storage

/// Reads spoiled files by the readers that the tools use, and tells which input one does not bear.
///
///     fuzz-readers SEEDS INPUTS FIRST FOUND
///
/// reads INPUTS spoiled copies of every file in the folder SEEDS, numbered from FIRST, and copies
/// to the folder FOUND each that ends the process, takes a second of processor time or a gigabyte
/// of memory, or is refused in other words than those for bad data. It ends with 1 if there was
/// one. The same numbers spoil in the same way.
@main struct FuzzReaders {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 5, let count = UInt64(arguments[2]), let first = UInt64(arguments[3])
    else {
      FileHandle.standardError.write(Data("usage: fuzz-readers SEEDS INPUTS FIRST FOUND\n".utf8))
      exit(64)
    }
    if isFile(arguments[1]) {
      try Worker(arguments[1], in: arguments[4]).read(first..<first + count)
    } else {
      let found = try Campaign(found: arguments[4]).run(
        files(below: arguments[1]), first..<first + count)
      exit(found == 0 ? 0 : 1)
    }
  }
}
