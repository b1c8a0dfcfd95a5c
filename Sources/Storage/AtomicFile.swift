private import CProcess
import Glibc

/// A file that appears all at once.
///
/// Bytes go to `path.partial-PID`, which takes the name when `commit` is called. After a throw, a
/// crash or a kill, an older `path` is still there, whole; after a loss of power as well, since the
/// bytes are on the disk before the name, and the name before `commit` returns. A link stays, and
/// what it leads to is replaced, with the mode it had. To standard output, `-`, to devices and
/// FIFOs bytes go out as they come, and so they do to a file that can be written to and not
/// replaced.
package final class AtomicFile {
  package let path: String
  private var place: OutputPlace
  private var descriptor: CInt
  /// Where the partial file is noted, to be removed if a signal ends the process.
  private var note: CInt = -1

  /// Creates the partial file beside `path`, or opens the stream that `path` is.
  ///
  /// - Throws: `FileError.system` if it cannot be created.
  package init(_ path: String) throws(FileError) {
    self.path = path
    place = try OutputPlace(path)
    // Before the file is there, so that no signal comes between.
    if case .file(let place) = place { note = unsafe partial_file_begin(Self.partial(place)) }
    descriptor = -1
    descriptor =
      switch place {
      case .standardOutput: STDOUT_FILENO
      case .stream: try check(path, "write") { unsafe open(path, O_WRONLY | O_CLOEXEC) }
      case .file(let place): try create(place)
      }
  }

  /// Opens a partial file for `place`, or `place` itself if it is a file of a folder that takes no
  /// others.
  private func create(_ place: String) throws(FileError) -> CInt {
    let old = ReplacedFile(place)
    if old != nil { try ReplacedFile.requireWritable(place, for: path) }
    do throws(FileError) {
      let descriptor = try check(path, "create") {
        unsafe open(
          Self.partial(place), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, old == nil ? 0o666 : 0o600)
      }
      old?.carryOver(to: descriptor)
      return descriptor
    } catch {
      guard case .system(_, _, let code) = error, [EACCES, EPERM, EROFS].contains(code) else {
        throw error
      }
      let descriptor = unsafe open(place, O_WRONLY | O_TRUNC | O_CLOEXEC)
      guard descriptor >= 0 else { throw error }
      self.place = .stream
      return descriptor
    }
  }

  private static func partial(_ place: String) -> String { "\(place).partial-\(getpid())" }

  /// Appends `bytes`.
  ///
  /// - Throws: `FileError.system` if they cannot all be written.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    let name = place == .standardOutput ? "standard output" : path
    var rest = unsafe bytes
    while unsafe !rest.isEmpty {
      let written = try check(name, "write") {
        unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
      }
      unsafe rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
  }

  /// Appends `bytes`.
  ///
  /// - Throws: `FileError.system` if they cannot all be written.
  package func write(_ bytes: [UInt8]) throws(FileError) {
    let result = unsafe bytes.withUnsafeBytes { buffer in
      Result { () throws(FileError) in unsafe try write(buffer) }
    }
    try result.get()
  }

  /// Puts the complete file in place.
  ///
  /// With `keepIfEqual`, a file that already holds the same bytes is left alone, with its time.
  ///
  /// - Throws: `FileError.system` if the file cannot be brought to disk or renamed.
  package func commit(keepIfEqual: Bool = false) throws(FileError) {
    switch place {
    case .standardOutput: return
    case .stream: try closeDescriptor()
    case .file: try stage().place(keepIfEqual: keepIfEqual)
    }
  }

  /// Ends the complete file and leaves it under its partial name, to be put in place with others.
  ///
  /// - Throws: `FileError.system` if the file cannot be brought to disk or closed, or is none.
  package func stage() throws(FileError) -> StagedFile {
    guard case .file(let place) = place else {
      throw .system(path: path, action: "put a file in place of a stream", code: EOPNOTSUPP)
    }
    let file = StagedFile(path: path, place: place, partial: Self.partial(place), note: note)
    note = -1
    do throws(FileError) { try check(path, "sync") { fsync(descriptor) } } catch {
      close(descriptor)
      descriptor = -1
      throw error
    }
    try closeDescriptor()
    return file
  }

  private func closeDescriptor() throws(FileError) {
    let descriptor = descriptor
    self.descriptor = -1
    if close(descriptor) < 0 { throw .system(path: path, action: "close", code: errno) }
  }

  deinit {
    defer { partial_file_end(note) }
    guard descriptor >= 0, place != .standardOutput else { return }
    close(descriptor)
    if case .file(let place) = place { _ = unsafe unlink(Self.partial(place)) }
  }
}

/// Creates or replaces `path` with `bytes`, all or nothing.
///
/// - Throws: `FileError.system` if the bytes cannot be written or put in place.
package func replaceFile(
  _ path: String, keepIfEqual: Bool = false, bytes: [UInt8]
) throws(FileError) {
  let file = try AtomicFile(path)
  try file.write(bytes)
  try file.commit(keepIfEqual: keepIfEqual)
}

/// Adds `bytes` at the end of `path`, which is created if it is missing.
///
/// The bytes stay together if several processes append at once, unless a file system takes a part
/// of them at a time.
///
/// - Throws: `FileError.system` if the file cannot be opened, or does not take the bytes.
package func appendToFile(_ path: String, _ bytes: [UInt8]) throws(FileError) {
  let descriptor = try check(path, "append") {
    unsafe open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o666)
  }
  defer { close(descriptor) }
  try writeAll(bytes, to: descriptor, path, "append")
}

/// Writes all of `bytes`, which the system may take a part of at a time.
func writeAll(
  _ bytes: [UInt8], to descriptor: CInt, _ path: String, _ action: String
) throws(FileError) {
  var rest = bytes[...]
  while !rest.isEmpty {
    let written = try check(path, action) {
      unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
    }
    rest = rest.dropFirst(written)
  }
}

/// Removes the file `path`.
///
/// - Throws: `FileError.system` if it cannot be removed, or is not there.
package func removeFile(_ path: String) throws(FileError) {
  try check(path, "remove") { unsafe unlink(path) }
  try syncFolder(of: path)
}
