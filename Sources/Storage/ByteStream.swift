import Glibc

/// Bytes from front to end, of a file as it lies there or of what it holds decompressed.
protocol ByteStream: AnyObject {
  /// Fills the front of `target` with the next bytes, and returns how many there were: 0 at the end
  /// only.
  ///
  /// - Throws: `FileError` if they cannot be read or decompressed.
  func read(into target: UnsafeMutableRawBufferPointer) throws(FileError) -> Int
}

/// The bytes of a file, or of standard input for `-`, as they lie there.
final class FileStream: ByteStream {
  let path: String
  private let descriptor: CInt

  /// - Throws: `FileError.system` if the file cannot be opened, or is a folder.
  init(_ path: String) throws(FileError) {
    self.path = path == "-" ? "standard input" : path
    guard path != "-" else {
      descriptor = STDIN_FILENO
      return
    }
    descriptor = try check(path, "open for reading") { unsafe open(path, O_RDONLY | O_CLOEXEC) }
    guard !isFolder(path) else {
      throw .system(path: path, action: "open for reading", code: EISDIR)
    }
  }

  deinit { if descriptor != STDIN_FILENO { close(descriptor) } }

  func read(into target: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    try check(path, "read") {
      unsafe Glibc.read(descriptor, target.baseAddress, target.count)
    }
  }
}

/// A stream whose first bytes can be looked at before they are read.
final class PeekedStream: ByteStream {
  /// At most as many bytes as were asked for, from the front of the stream.
  private(set) var start: ArraySlice<UInt8>
  private let rest: any ByteStream

  init(_ stream: any ByteStream, count: Int) throws(FileError) {
    rest = stream
    var first = [UInt8](repeating: 0, count: count)
    let filled = unsafe first.withUnsafeMutableBytes { bytes in
      Result { () throws(FileError) in unsafe try stream.fill(bytes) }
    }
    start = first[..<(try filled.get())]
  }

  func read(into target: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    guard !start.isEmpty else { return unsafe try rest.read(into: target) }
    let count = min(start.count, target.count)
    unsafe target.copyBytes(from: start.prefix(count))
    start = start.dropFirst(count)
    return count
  }
}

extension ByteStream {
  /// Fills `target`, and returns how many bytes there were: fewer only at the end.
  func fill(_ target: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    var filled = 0
    while filled < target.count {
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: target[filled...])
      let count = unsafe try read(into: rest)
      if count == 0 { break }
      filled += count
    }
    return filled
  }
}

/// The compressed bytes that a decompressor reads a piece at a time.
struct CompressedInput {
  private let stream: any ByteStream
  private(set) var piece: [UInt8] = []
  /// The number of bytes of the piece that were taken.
  var consumed = 0
  /// The number of bytes of all pieces so far.
  private(set) var total = 0

  /// The bytes of a piece.
  private static let pieceSize = 1 << 17

  init(_ stream: any ByteStream) { self.stream = stream }

  var isConsumed: Bool { consumed == piece.count }

  /// Reads the next piece, and returns false at the end.
  mutating func next() throws(FileError) -> Bool {
    var failure: FileError?
    let stream = stream
    piece = unsafe [UInt8](unsafeUninitializedCapacity: Self.pieceSize) { buffer, filled in
      do throws(FileError) {
        filled = unsafe try stream.read(into: UnsafeMutableRawBufferPointer(buffer))
      } catch { failure = error }
    }
    consumed = 0
    total += piece.count
    if let failure { throw failure }
    return !piece.isEmpty
  }
}
