/// Writes a text file line by line, all or nothing, compressed if its name ends in `.zst`.
///
/// The path `-` is standard output, not compressed.
package final class LineWriter {
  private let file: AtomicFile
  private let compressor: StreamCompressor?
  private var buffer: [UInt8] = []
  private let bufferSize = 1 << 16

  package init(_ path: String) throws(FileError) {
    file = try AtomicFile(path)
    compressor = path.hasSuffix(".zst") ? StreamCompressor() : nil
  }

  /// Appends `line`, which holds no line break, and the line break.
  package func write(_ line: some Sequence<UInt8>) throws(FileError) {
    buffer += line
    buffer.append(UInt8(ascii: "\n"))
    if buffer.count >= bufferSize { try flush(last: false) }
  }

  package func write(_ line: String) throws(FileError) { try write(line.utf8) }

  package func commit(keepIfEqual: Bool = false) throws(FileError) {
    try flush(last: true)
    try file.commit(keepIfEqual: keepIfEqual)
  }

  /// Hands what is buffered to the file now, for a reader at the other end of a pipe.
  package func flush() throws(FileError) { try flush(last: false) }

  private func flush(last: Bool) throws(FileError) {
    defer { buffer.removeAll(keepingCapacity: true) }
    guard let compressor else { return try file.write(buffer) }
    try compressor.compress(buffer, last: last) { (bytes) throws(FileError) in try file.write(bytes)
    }
  }
}
