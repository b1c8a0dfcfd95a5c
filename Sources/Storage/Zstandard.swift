private import CZstd
import Synchronization

/// One zstd frame (RFC 8878) that holds `bytes`, with their count and a checksum.
func compressedFrame(_ bytes: [UInt8], level: CInt = 3) -> [UInt8] {
  let context = unsafe ZSTD_createCCtx()
  defer { unsafe ZSTD_freeCCtx(context) }
  unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
  unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
  let capacity = ZSTD_compressBound(bytes.count)
  return unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
    count = unsafe ZSTD_compress2(context, buffer.baseAddress, capacity, bytes, bytes.count)
    precondition(ZSTD_isError(count) == 0, "zstd cannot compress into its own bound")
  }
}

/// The content of `frame`; nil if that is not exactly one zstd frame of `count` bytes, or there is
/// no memory to decompress it.
func decompressedFrame(_ frame: [UInt8], count: Int) -> [UInt8]? {
  guard unsafe ZSTD_getFrameContentSize(frame, frame.count) == UInt64(count) else { return nil }
  guard let context = idleDecompressors.withLock({ $0.popLast() }) ?? Decompressor() else {
    return nil
  }
  defer { idleDecompressors.withLock { $0.append(context) } }
  var result = 0
  let content = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
    unsafe result = ZSTD_decompressDCtx(
      context.pointer, buffer.baseAddress, count, frame, frame.count)
    initialized = ZSTD_isError(result) == 0 ? result : 0
  }
  return result == count ? content : nil
}

/// What a call decompresses with, by one thread at a time; to make one takes as long as some
/// kilobytes.
@safe private final class Decompressor: @unchecked Sendable {
  let pointer: OpaquePointer

  /// - Returns: nil if there is no memory for it.
  init?() {
    guard let pointer = unsafe ZSTD_createDCtx() else { return nil }
    unsafe self.pointer = pointer
  }
  deinit { unsafe ZSTD_freeDCtx(pointer) }
}
private let idleDecompressors = Mutex<[Decompressor]>([])

/// A compressor of a stream of unknown length into one zstd frame with a checksum.
@safe final class StreamCompressor {
  private let context: OpaquePointer? = unsafe ZSTD_createCCtx()
  private var output = [UInt8](repeating: 0, count: ZSTD_CStreamOutSize())

  init(level: CInt = 3) {
    unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
    unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
  }
  deinit { unsafe ZSTD_freeCCtx(context) }

  /// Takes `bytes` in and hands finished pieces to `sink`; `last` ends the frame.
  ///
  /// - Throws: What `sink` throws.
  func compress(
    _ bytes: [UInt8], last: Bool, into sink: ([UInt8]) throws(FileError) -> Void
  ) throws(FileError) {
    var position = 0
    while true {
      var written = 0
      let remaining = unsafe bytes.withUnsafeBytes { source in
        unsafe output.withUnsafeMutableBytes { target in
          var input = unsafe ZSTD_inBuffer(
            src: source.baseAddress, size: source.count, pos: position)
          var out = unsafe ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
          let rest = unsafe ZSTD_compressStream2(
            context, &out, &input, last ? ZSTD_e_end : ZSTD_e_continue)
          unsafe (position, written) = (input.pos, out.pos)
          return rest
        }
      }
      precondition(ZSTD_isError(remaining) == 0, "zstd cannot compress a stream")
      try sink(Array(output[..<written]))
      if last ? remaining == 0 : position == bytes.count { return }
    }
  }
}
