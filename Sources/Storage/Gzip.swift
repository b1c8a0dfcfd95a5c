private import CArchive

/// One gzip member (RFC 1952) that holds `bytes`, without a time or a name.
///
/// Members one after another are a gzip file of all that they hold.
package func gzipMember(_ bytes: [UInt8]) -> [UInt8] {
  let archive = unsafe archive_write_new()
  defer { unsafe archive_write_free(archive) }
  // More than Deflate can make of what does not shrink, and libarchive's last block.
  let capacity = bytes.count + bytes.count / 1000 + (1 << 16)
  var used = 0
  return unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, initialized in
    let entry = unsafe archive_entry_new()
    defer { unsafe archive_entry_free(entry) }
    unsafe archive_entry_set_filetype(entry, 0o100000)
    let steps = unsafe [
      archive_write_set_format_raw(archive),
      archive_write_add_filter_gzip(archive),
      archive_write_set_filter_option(archive, "gzip", "timestamp", nil),
      archive_write_set_bytes_in_last_block(archive, 1),
      archive_write_open_memory(archive, buffer.baseAddress, capacity, &used),
      archive_write_header(archive, entry),
      CInt(archive_write_data(archive, bytes, bytes.count)) - CInt(bytes.count),
      archive_write_close(archive),
    ]
    precondition(
      steps.allSatisfy { $0 == ARCHIVE_OK }, "libarchive cannot compress into its own bound")
    initialized = used
  }
}
