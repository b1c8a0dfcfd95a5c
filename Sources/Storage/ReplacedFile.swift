import Glibc

/// The file that an output takes the place of.
struct ReplacedFile {
  private let (owner, group, mode): (uid_t, gid_t, mode_t)

  /// - Returns: nil if there is none at `place`.
  init?(_ place: String) {
    var status = stat()
    guard unsafe stat(place, &status) == 0 else { return nil }
    (owner, group, mode) = (status.st_uid, status.st_gid, status.st_mode & 0o777)
  }

  /// Requires that the file may be written to: one that is read-only is not replaced.
  ///
  /// - Throws: `FileError.system` for the output `path`, which is at `place`.
  static func requireWritable(_ place: String, for path: String) throws(FileError) {
    try check(path, "replace") { unsafe access(place, W_OK) }
  }

  /// Gives the file that is open as `descriptor`, and has been made for its owner alone, the mode
  /// of this one, and its owner and group as far as the system lets this process.
  func carryOver(to descriptor: CInt) {
    let keepsGroup =
      fchown(descriptor, owner, group) == 0 || fchown(descriptor, .max, group) == 0
    // Another group may do what everybody may.
    let shared = keepsGroup ? mode : mode & ~0o070 | (mode & 0o007) << 3
    fchmod(descriptor, shared)
  }
}
