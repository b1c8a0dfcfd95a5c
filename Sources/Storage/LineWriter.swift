/// A text file written line by line, all or nothing, and compressed if its name ends in `.zst`.
///
/// The path `-` is standard output, which is not compressed.
package final class LineWriter {
  private let file: AtomicFile
  private let compressor: StreamCompressor?
  private var buffer: [UInt8] = []
  private let bufferSize = 1 << 16

  /// Starts the file `path`.
  ///
  /// - Throws: `FileError.system` if it cannot be created.
  package init(_ path: String) throws(FileError) {
    file = try AtomicFile(path)
    compressor = path.hasSuffix(".zst") ? StreamCompressor() : nil
  }

  /// Appends `line`, which holds no line break, and a line break.
  ///
  /// - Throws: `FileError.system` if it cannot be written.
  package func write(_ line: some Sequence<UInt8>) throws(FileError) {
    buffer += line
    buffer.append(UInt8(ascii: "\n"))
    if buffer.count >= bufferSize { try flush(last: false) }
  }

  /// Appends `line`, which holds no line break, and a line break.
  ///
  /// - Throws: `FileError.system` if it cannot be written.
  package func write(_ line: String) throws(FileError) { try write(line.utf8) }

  /// Ends the file and puts it in place, unless `keepIfEqual` is set and the same bytes are there.
  ///
  /// - Throws: `FileError.system` if it cannot be written or put in place.
  package func commit(keepIfEqual: Bool = false) throws(FileError) {
    try flush(last: true)
    try file.commit(keepIfEqual: keepIfEqual)
  }

  /// Hands what is buffered to the file now, for a reader at the other end of a pipe.
  ///
  /// - Throws: `FileError.system` if it cannot be written.
  package func flush() throws(FileError) { try flush(last: false) }

  private func flush(last: Bool) throws(FileError) {
    defer { buffer.removeAll(keepingCapacity: true) }
    guard let compressor else { return try file.write(buffer) }
    try compressor.compress(buffer, last: last) { (bytes) throws(FileError) in try file.write(bytes)
    }
  }
}
