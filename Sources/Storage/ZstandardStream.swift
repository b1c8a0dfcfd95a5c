private import CZstd

/// The content of a `.zst` file: any number of frames (RFC 8878) one after another, skippable ones
/// among them.
///
/// In memory is the window that the frames ask for: at most 8 MB from `zstd -19`, 2 GB from
/// `zstd --long=31`, which libarchive does not take.
@safe final class ZstandardStream: ByteStream {
  static let magic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]

  private let path: String
  private let context: OpaquePointer?
  private var input: CompressedInput
  /// Whether a frame has begun and not ended.
  private var isInsideFrame = false
  private var limit: ExpansionLimit

  /// - Parameter path: For messages.
  init(_ stream: any ByteStream, path: String) {
    self.path = path
    input = CompressedInput(stream)
    limit = ExpansionLimit(path)
    unsafe context = ZSTD_createDCtx()
    unsafe ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, 31)
  }

  deinit { unsafe ZSTD_freeDCtx(context) }

  func read(into target: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    var filled = 0
    while filled == 0 {
      if input.isConsumed, try !input.next() {
        guard !isInsideFrame else {
          throw .content(path: path, problem: "cannot be read: truncated zstd input")
        }
        return 0
      }
      unsafe try decompress(into: target, from: &filled)
    }
    return filled
  }

  private func decompress(
    into target: UnsafeMutableRawBufferPointer, from filled: inout Int
  ) throws(FileError) {
    var output = unsafe ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: filled)
    let (piece, consumed) = (input.piece, input.consumed)
    let (rest, taken) = unsafe piece.withUnsafeBytes { bytes in
      var input = unsafe ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: consumed)
      let rest = unsafe ZSTD_decompressStream(context, &output, &input)
      return unsafe (rest, input.pos)
    }
    input.consumed = taken
    if ZSTD_isError(rest) != 0 {
      let reason = unsafe String(cString: ZSTD_getErrorName(rest))
      throw .content(path: path, problem: "cannot be read: \(reason)")
    }
    isInsideFrame = rest > 0
    filled = unsafe output.pos
    try limit.count(filled, of: input.total)
  }
}
