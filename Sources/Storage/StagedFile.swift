private import CProcess
import Glibc

/// A complete file that waits beside the place it is for; removed if it is never put there.
///
/// One thread uses it at a time.
package final class StagedFile: @unchecked Sendable {
  /// The path that the file is asked for by.
  package let path: String
  /// The path that it will have, which `path` may be a link to.
  private let place: String
  /// The path that the file has now.
  package private(set) var partial: String
  private var waits = true
  private var note: CInt

  init(path: String, place: String, partial: String, note: CInt) {
    (self.path, self.place, self.partial, self.note) = (path, place, partial, note)
  }

  /// The file for `path` that a killed run made findable, or nil if there is none.
  package init?(found path: String) {
    (self.path, place, partial, note) = (path, path, Self.findable(path), -1)
    if !isFile(partial) {
      waits = false
      return nil
    }
  }

  private static func findable(_ path: String) -> String { "\(path).partial-finished" }

  /// Gives the file a name under which another process can find it.
  ///
  /// - Throws: `FileError.system` if it cannot be renamed.
  package func makeFindable() throws(FileError) {
    let (old, new) = (partial, Self.findable(path))
    try check(path, "rename") { unsafe rename(old, new) }
    partial = new
    endNote()
  }

  /// Puts the file in its place, unless `keepIfEqual` is set and the same bytes are there.
  ///
  /// - Throws: `FileError.system` if it cannot be renamed.
  package func place(keepIfEqual: Bool = false) throws(FileError) {
    if keepIfEqual, let new = try? readFile(partial), let old = try? readFile(path), new == old {
      return
    }
    do throws(FileError) {
      try check(path, "rename into place") { unsafe rename(partial, place) }
      waits = false
    } catch {
      // A file that is mounted by itself, or is another's in a folder like /tmp, keeps its name.
      guard case .system(_, _, let code) = error, [EBUSY, EPERM, EACCES, EXDEV].contains(code),
        let new = try? readFile(partial), (try? overwrite(new)) != nil
      else { throw error }
    }
    endNote()
    try syncFolder(of: place)
  }

  /// Writes `bytes` into the file that is there.
  private func overwrite(_ bytes: [UInt8]) throws(FileError) {
    let descriptor = try check(path, "write") { unsafe open(place, O_WRONLY | O_CLOEXEC) }
    defer { close(descriptor) }
    try check(path, "write") { ftruncate(descriptor, 0) }
    try writeAll(bytes, to: descriptor, path, "write")
    try check(path, "sync") { fsync(descriptor) }
  }

  private func endNote() {
    partial_file_end(note)
    note = -1
  }

  deinit {
    if waits { _ = unsafe unlink(partial) }
    endNote()
  }
}
