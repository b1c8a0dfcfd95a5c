private import CArchive
import Glibc

/// The files inside an archive, one after another, decompressed: whatever libarchive reads itself.
///
/// That is zstd, gzip, xz, bzip2, lz4 …, around a plain file or a tar, zip, cpio or 7-zip archive.
/// What libarchive would call another program for is not read: a file says what is run then.
/// Checked is what libarchive passes: bytes behind the end, and a tar archive that has no end.
@safe final class ArchiveReader: ContentReader {
  private let path: String
  private(set) var entry: String?
  private let archive: OpaquePointer?
  /// Where bytes come from that libarchive does not read itself.
  private let source: Source?
  private var limit: ExpansionLimit
  /// The bytes of the file that are read at a time.
  private static let pieceSize = 1 << 18

  /// Opens the file `path`, whose first entry comes with the first `nextEntry`.
  convenience init(_ path: String) throws(FileError) {
    self.init(path: path, source: nil)
    let status = unsafe archive_read_open_filename(archive, path, Self.pieceSize)
    guard status == ARCHIVE_OK else { throw failure() }
  }

  /// Opens what `stream` gives; `path` is for messages.
  convenience init(_ stream: any ByteStream, path: String) throws(FileError) {
    let source = Source(stream, pieceSize: Self.pieceSize)
    self.init(path: path, source: source)
    let status = unsafe archive_read_open(
      archive, Unmanaged.passUnretained(source).toOpaque(), nil,
      { archive, client, piece in
        guard let client = unsafe client else { return -1 }
        return unsafe Unmanaged<Source>.fromOpaque(client).takeUnretainedValue().next(piece)
      }, nil)
    guard status == ARCHIVE_OK else { throw failure() }
  }

  private init(path: String, source: Source?) {
    (self.path, self.source, limit) = (path, source, ExpansionLimit(path))
    unsafe archive = archive_read_new()
    unsafe archive_read_support_filter_bzip2(archive)
    unsafe archive_read_support_filter_compress(archive)
    unsafe archive_read_support_filter_gzip(archive)
    unsafe archive_read_support_filter_lz4(archive)
    unsafe archive_read_support_filter_lzip(archive)
    unsafe archive_read_support_filter_lzma(archive)
    unsafe archive_read_support_filter_xz(archive)
    unsafe archive_read_support_filter_zstd(archive)
    unsafe archive_read_support_format_tar(archive)
    // Archives behind each other are one.
    unsafe archive_read_set_format_option(archive, "tar", "read_concatenated_archives", "1")
    unsafe archive_read_support_format_zip(archive)
    unsafe archive_read_support_format_cpio(archive)
    unsafe archive_read_support_format_7zip(archive)
    unsafe archive_read_support_format_raw(archive)
    unsafe archive_read_support_format_empty(archive)
  }

  deinit { unsafe archive_read_free(archive) }

  func nextEntry() throws(FileError) -> Bool {
    while true {
      var entryPointer: OpaquePointer?
      switch unsafe archive_read_next_header(archive, &entryPointer) {
      case ARCHIVE_EOF:
        // To libarchive a file is empty too whose first bytes cannot be read. What decompressed to
        // nothing has a filter besides that which reads the file.
        if unsafe source == nil && archive_format(archive) == ARCHIVE_FORMAT_EMPTY,
          unsafe archive_filter_count(archive) == 1, try fileSize(path) > 0
        {
          throw .system(path: path, action: "read", code: EIO)
        }
        try checkEnd()
        return false
      case ARCHIVE_OK, ARCHIVE_WARN: break
      default: throw failure()
      }
      let isPlain = unsafe archive_format(archive) == ARCHIVE_FORMAT_RAW
      let fileType = unsafe archive_entry_filetype(entryPointer)
      guard isPlain || fileType == 0o100000 else { continue }
      entry =
        isPlain
        ? nil : unsafe archive_entry_pathname(entryPointer).map { unsafe String(cString: $0) }
      return true
    }
  }

  func read(into target: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    let count = unsafe archive_read_data(archive, target.baseAddress, target.count)
    guard count >= 0 else { throw failure() }
    try limit.count(count, of: Int(unsafe archive_filter_bytes(archive, -1)))
    return count
  }

  /// Requires that the end that libarchive found is that of the file.
  private func checkEnd() throws(FileError) {
    let isTar = unsafe archive_format(archive) & ARCHIVE_FORMAT_BASE_MASK == ARCHIVE_FORMAT_TAR
    guard unsafe isTar || archive_format(archive) == ARCHIVE_FORMAT_RAW else { return }
    let size = if let source { try source.rest() } else { try fileSize(path) }
    if unsafe archive_filter_bytes(archive, -1) < size {
      let data = unsafe archive_filter_name(archive, 0).map { unsafe String(cString: $0) }
      throw refused("something else follows the \(data ?? "") data")
    }
    // Behind the last file are blocks of zeros.
    if isTar, unsafe archive_filter_bytes(archive, 0) == archive_read_header_position(archive) {
      throw refused("truncated tar archive")
    }
  }

  private func refused(_ reason: String) -> FileError {
    .content(path: path, place: entry ?? "", problem: "cannot be read: \(reason)")
  }

  private func failure() -> FileError {
    if let failure = source?.failure { return failure }
    let code = unsafe archive_errno(archive)
    if [EIO, EMFILE, ENFILE].contains(code) {
      return .system(path: path, action: "read", code: code)
    }
    let reason = unsafe archive_error_string(archive).map { unsafe String(cString: $0) }
    return refused(reason ?? "unknown format")
  }
}

/// A stream as libarchive reads it.
@safe private final class Source {
  private let stream: any ByteStream
  private let piece: UnsafeMutableRawBufferPointer
  private(set) var failure: FileError?
  private var total = 0

  init(_ stream: any ByteStream, pieceSize: Int) {
    self.stream = stream
    unsafe piece = .allocate(byteCount: pieceSize, alignment: 16)
  }

  deinit { unsafe piece.deallocate() }

  /// Points `bytes` to the next piece, and returns its length, 0 at the end or -1 after an error.
  func next(_ bytes: UnsafeMutablePointer<UnsafeRawPointer?>?) -> Int {
    unsafe bytes?.pointee = UnsafeRawPointer(piece.baseAddress)
    do throws(FileError) {
      let count = unsafe try stream.read(into: piece)
      total += count
      return count
    } catch {
      failure = error
      return -1
    }
  }

  /// Reads what is left, and returns the number of bytes of all.
  func rest() throws(FileError) -> Int {
    while true {
      let count = unsafe try stream.read(into: piece)
      if count == 0 { return total }
      total += count
    }
  }
}
