private import CZlib

/// The content of a `.gz` file: members (RFC 1952) one after another, each checked against its
/// checksum and length, which libarchive 3.6 does not look at.
@safe final class GzipStream: ByteStream {
  static let magic: [UInt8] = [0x1F, 0x8B]

  private let path: String
  private var input: CompressedInput
  private let state: UnsafeMutablePointer<z_stream>
  private var isInsideMember = true
  private var limit: ExpansionLimit

  /// - Parameter path: For messages.
  init(_ stream: any ByteStream, path: String) {
    self.path = path
    input = CompressedInput(stream)
    limit = ExpansionLimit(path)
    unsafe state = .allocate(capacity: 1)
    unsafe state.initialize(to: z_stream())
    precondition(unsafe inflate_init_gzip(state) == Z_OK, "zlib cannot allocate its window")
  }

  deinit {
    unsafe inflateEnd(state)
    unsafe state.deallocate()
  }

  func read(into target: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    while true {
      if input.isConsumed, try !input.next() {
        guard !isInsideMember else { throw refused("truncated gzip input") }
        return 0
      }
      if !isInsideMember, try !beginMember() { continue }
      let filled = unsafe try inflate(into: target)
      try limit.count(filled, of: input.total)
      if filled > 0 { return filled }
    }
  }

  /// Begins the member that is next, and returns false for a zero, with which tapes are filled.
  private func beginMember() throws(FileError) -> Bool {
    switch input.piece[input.consumed] {
    case Self.magic[0]:
      unsafe inflateReset(state)
      isInsideMember = true
      return true
    case 0:
      input.consumed += 1
      return false
    default: throw refused("something else follows the gzip data")
    }
  }

  private func inflate(into target: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    var (piece, consumed) = (input.piece, input.consumed)
    let status = unsafe piece.withUnsafeMutableBytes { bytes in
      unsafe state.pointee.next_in =
        bytes.baseAddress?.advanced(by: consumed).assumingMemoryBound(to: UInt8.self)
      unsafe state.pointee.avail_in = UInt32(bytes.count - consumed)
      unsafe state.pointee.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
      unsafe state.pointee.avail_out = UInt32(clamping: target.count)
      let status = unsafe CZlib.inflate(state, Z_NO_FLUSH)
      consumed = unsafe bytes.count - Int(state.pointee.avail_in)
      return status
    }
    input.consumed = consumed
    switch status {
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END: isInsideMember = false
    default:
      let reason = unsafe state.pointee.msg.map { unsafe String(cString: $0) }
      throw refused("damaged gzip input: \(reason ?? "its checksum is wrong")")
    }
    return unsafe Int(UInt32(clamping: target.count) - state.pointee.avail_out)
  }

  private func refused(_ problem: String) -> FileError {
    .content(path: path, problem: "cannot be read: \(problem)")
  }
}
