private import CArchive

/// The files inside `path`, one after another, decompressed: whatever libarchive reads.
///
/// That is zstd, gzip, xz, bzip2, lz4 …, around a plain file or a tar, zip, cpio or 7-zip archive.
/// The path `-` is standard input.
@safe final class ArchiveReader: ContentReader {
  private let path: String
  private(set) var entry: String?
  private let archive: OpaquePointer?
  /// The bytes of the compressed file that are read at a time.
  private static let pieceSize = 1 << 18

  /// Opens `path`, whose first file comes with the first `nextEntry`.
  init(_ path: String) throws(FileError) {
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
    let status = unsafe archive_read_open_filename(
      archive, path == "-" ? nil : path, Self.pieceSize)
    guard status == ARCHIVE_OK else { throw failure() }
  }

  deinit { unsafe archive_read_free(archive) }

  func nextEntry() throws(FileError) -> Bool {
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

  func read(into target: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    let count = unsafe archive_read_data(archive, target.baseAddress, target.count)
    guard count >= 0 else { throw failure() }
    return count
  }

  private func failure() -> FileError {
    let reason = unsafe archive_error_string(archive).map { unsafe String(cString: $0) }
    return .content(
      path: path, place: entry ?? "", problem: "cannot be read: \(reason ?? "unknown format")")
  }
}
