private import CArchive

/// The files inside `path`, one after another, decompressed: whatever libarchive reads.
///
/// That is zstd, gzip, xz, bzip2, lz4 …, around a plain file or a tar, zip, cpio or 7-zip archive. The
/// path `-` is standard input.
@safe package final class ArchiveReader {
  package let path: String
  /// The name of the current file inside an archive, or nil in a plain or only compressed file.
  package private(set) var entry: String?
  private let archive: OpaquePointer?
  private let pieceSize = 1 << 18

  package init(_ path: String) throws(FileError) {
    self.path = path
    if path != "-" { _ = try ReadableFile(path) }  // says precisely what is wrong with the path
    unsafe archive = archive_read_new()
    unsafe archive_read_support_filter_all(archive)
    unsafe archive_read_support_format_tar(archive)
    unsafe archive_read_support_format_zip(archive)
    unsafe archive_read_support_format_cpio(archive)
    unsafe archive_read_support_format_7zip(archive)
    unsafe archive_read_support_format_raw(archive)
    unsafe archive_read_support_format_empty(archive)
    let status = unsafe archive_read_open_filename(archive, path == "-" ? nil : path, pieceSize)
    guard status == ARCHIVE_OK else { throw failure() }
  }

  deinit { unsafe archive_read_free(archive) }

  /// Moves on to the next regular file; false at the end.
  package func nextEntry() throws(FileError) -> Bool {
    while true {
      var entryPointer: OpaquePointer?
      switch unsafe archive_read_next_header(archive, &entryPointer) {
      case ARCHIVE_EOF: return false
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

  /// The next bytes of the current file; empty at its end.
  package func nextPiece() throws(FileError) -> [UInt8] {
    var count = 0
    let piece = unsafe [UInt8](unsafeUninitializedCapacity: pieceSize) { buffer, initialized in
      unsafe count = archive_read_data(archive, buffer.baseAddress, pieceSize)
      initialized = max(0, count)
    }
    guard count >= 0 else { throw failure() }
    return piece
  }

  private func failure() -> FileError {
    let reason = unsafe archive_error_string(archive).map { unsafe String(cString: $0) }
    return .content(
      path: path, place: entry ?? "", problem: "cannot be read: \(reason ?? "unknown format")")
  }
}
