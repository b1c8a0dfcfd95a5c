private import CZstd

/// The text in a `.zst` file, read as fast as zstd itself does, where libarchive adds two copies.
///
/// The file is any number of frames (RFC 8878) one after another, skippable ones among them. In
/// memory is the window that the frames ask for: at most 8 MB from `zstd -19`, 2 GB from
/// `zstd --long=31`.
@safe final class ZstandardReader: ContentReader {
  private let file: ReadableFile
  private let context: OpaquePointer?
  private var position = 0
  private var input: [UInt8] = []
  private var consumed = 0
  /// Whether a frame has begun and not ended.
  private var isInsideFrame = false
  /// The content that was read to see what it is, and is delivered first.
  private var start: ArraySlice<UInt8> = []
  private var isOpened = false

  var entry: String? { nil }

  /// The bytes of the compressed file that are read at a time.
  private static let pieceSize = 1 << 17
  /// The control characters of a text; a tar header, or what other compressors write, has others.
  private static let textControls = Set("\t\n\r".utf8)

  /// Opens `path`, or returns nil if that is not a regular file that starts with a zstd frame of
  /// text.
  ///
  /// - Throws: `FileError` if the file cannot be read.
  init?(_ path: String) throws(FileError) {
    guard path != "-", isFile(path) else { return nil }
    file = try ReadableFile(path)
    unsafe context = ZSTD_createDCtx()
    let magic = try file.bytes(at: 0, count: min(4, file.size))
    guard magic == [0x28, 0xB5, 0x2F, 0xFD] else { return nil }
    unsafe ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, 31)
    var first = [UInt8](repeating: 0, count: 512)
    let count = unsafe first.withUnsafeMutableBytes { bytes in
      Result { () throws(FileError) in unsafe try read(into: bytes) }
    }
    start = first[..<(try count.get())]
    guard start.allSatisfy({ $0 >= 0x20 || Self.textControls.contains($0) }) else { return nil }
  }

  deinit { unsafe ZSTD_freeDCtx(context) }

  func nextEntry() -> Bool {
    defer { isOpened = true }
    return !isOpened
  }

  func read(into target: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    let head = min(start.count, target.count)
    unsafe target.copyBytes(from: start.prefix(head))
    start = start.dropFirst(head)
    var filled = head
    while filled < target.count {
      if consumed == input.count, try !readInput() { break }
      unsafe try decompress(into: target, from: &filled)
    }
    return filled
  }

  /// Reads the next piece of the compressed file, and returns false at its end.
  private func readInput() throws(FileError) -> Bool {
    input = try file.bytes(at: position, count: min(Self.pieceSize, file.size - position))
    (position, consumed) = (position + input.count, 0)
    if input.isEmpty, isInsideFrame {
      throw .content(path: file.path, problem: "cannot be read: truncated zstd input")
    }
    return !input.isEmpty
  }

  private func decompress(
    into target: UnsafeMutableRawBufferPointer, from filled: inout Int
  ) throws(FileError) {
    var output = unsafe ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: filled)
    let rest = unsafe input.withUnsafeBytes { bytes in
      var input = unsafe ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: consumed)
      defer { consumed = unsafe input.pos }
      return unsafe ZSTD_decompressStream(context, &output, &input)
    }
    if ZSTD_isError(rest) != 0 {
      let reason = unsafe String(cString: ZSTD_getErrorName(rest))
      throw .content(path: file.path, problem: "cannot be read: \(reason)")
    }
    isInsideFrame = rest > 0
    filled = unsafe output.pos
  }
}
