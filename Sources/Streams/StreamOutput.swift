import Parallel
import Storage

/// Where the bytes of a stream go: into a file that appears whole, or against one that is there.
///
/// One thread at a time uses it.
final class StreamOutput: @unchecked Sendable {
  private enum Target {
    case written(AtomicFile)
    case compared(ReadableFile)
  }

  let path: String
  private let target: Target
  private(set) var count = 0

  /// Starts `path`, or opens it to be compared.
  ///
  /// - Throws: `FileError` if it cannot be created or read.
  init(_ path: String, comparing: Bool) throws(FileError) {
    self.path = path
    target = comparing ? .compared(try ReadableFile(path)) : .written(try AtomicFile(path))
  }

  /// Writes the next bytes, or compares them.
  ///
  /// - Throws: `FileError.system` if they cannot be written, `.content` if others are there.
  func write(_ bytes: [UInt8]) throws(FileError) {
    switch target {
    case .written(let file): try file.write(bytes)
    case .compared(let file):
      let found = try file.bytes(at: count, count: min(bytes.count, file.size - count))
      if let place = zip(found, bytes).enumerated().first(where: { $1.0 != $1.1 })?.offset {
        throw .content(
          path: path, place: "byte \(count + place)",
          problem: "is not that of the mixture and its tokens; make the stream again")
      }
      if found.count < bytes.count { throw wrongSize(file) }
    }
    count += bytes.count
  }

  /// Puts the file in place, or checks that the other one ends here too.
  ///
  /// - Throws: `FileError` as `write` does.
  func commit() throws(FileError) {
    switch target {
    case .written(let file): try file.commit()
    case .compared(let file): if file.size != count { throw wrongSize(file) }
    }
  }

  /// Writes `count` numbers, each as its bytes from the lowest on.
  ///
  /// - Throws: `FileError` as `write` of bytes does.
  func write(
    _ count: Int, _ number: (Int) -> some FixedWidthInteger
  ) throws(FileError) {
    for part in (0..<count).parts(of: 1 << 17) {
      var bytes = ByteWriter()
      for index in part { bytes.append(number(index)) }
      try write(bytes.bytes)
    }
  }

  /// Writes lines, compressed by gzip.
  ///
  /// - Throws: `FileError` as `write` of bytes does.
  func writeCompressed(_ lines: some Sequence<String>) throws(FileError) {
    var text: [UInt8] = []
    for line in lines {
      text += line.utf8
      if text.count < 1 << 20 { continue }
      try write(gzipMember(text))
      text.removeAll()
    }
    try write(gzipMember(text))
  }

  private func wrongSize(_ file: ReadableFile) -> FileError {
    .content(path: path, problem: "\(file.size) bytes, which is another length than the mixture's")
  }
}
