import Foundation
import Storage

// What libFuzzer calls: it keeps inputs that reach code that none has reached before, and changes
// them further (https://llvm.org/docs/LibFuzzer.html). In a build with `--sanitize fuzzer` its main
// function is the program's. Inputs are contents of files, below their compression and checksums.

/// Of one seed, from the environment: `FUZZ_SEED`, a valid file, and `FUZZ_FOLDER`, which gets
/// `contents/seed`, the first input, and under the seed's name the file that was read last.
private let inputs = Result {
  let environment = ProcessInfo.processInfo.environment
  let (path, folder) = (environment["FUZZ_SEED"] ?? "", environment["FUZZ_FOLDER"] ?? "")
  try Seed.layOthers(than: path, in: folder)
  let seed = try Seed(path)
  try createFolder(folder + "/contents")
  try Data(seed.encoded).write(to: URL(filePath: folder + "/contents/seed"))
  return Inputs(of: seed, in: folder)
}

@_cdecl("LLVMFuzzerInitialize")
public func prepareInputs(_ count: UnsafeMutableRawPointer, _ words: UnsafeMutableRawPointer)
  -> CInt
{
  do { _ = try inputs.get() } catch {
    FileHandle.standardError.write(Data("fuzz-readers: FUZZ_SEED or FUZZ_FOLDER: \(error)\n".utf8))
    exit(64)
  }
  return 0
}

@_cdecl("LLVMFuzzerTestOneInput")
public func readInput(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard let inputs = try? inputs.get() else { return 0 }
  let content = UnsafeBufferPointer(start: bytes, count: count)
  do { try inputs.seed.write(encoded: content, to: inputs.target) } catch { return -1 }
  inputs.read()
  return 0
}
