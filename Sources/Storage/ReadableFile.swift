import Glibc
import Synchronization

/// A file for reading at any position.
///
/// The first 256 of a process stay open. A process may have no more than 1024 open, which is less
/// than 40 experts have files of as many evaluation sets; so further ones are opened for each read.
package final class ReadableFile: Sendable {
  package let path: String
  package let size: Int
  /// The open file; nil where it is opened for each read.
  private let descriptor: CInt?
  private let identity: ino_t

  private static let mostOpen = 256
  private static let openCount = Atomic<Int>(0)

  /// Opens the file at `path`.
  ///
  /// - Throws: `FileError.system` if it cannot be opened, or is a folder; `.content` if it is a
  ///   stream.
  package init(_ path: String) throws(FileError) {
    self.path = path
    let problem = "can be read once, from front to end; give a file"
    // To open a FIFO would be to wait for one that writes.
    if kind(of: path) == S_IFIFO { throw .content(path: path, problem: problem) }
    let descriptor = try check(path, "open for reading") { unsafe open(path, O_RDONLY | O_CLOEXEC) }
    let count = Self.openCount.add(1, ordering: .relaxed).newValue
    let staysOpen = count <= Self.mostOpen
    self.descriptor = staysOpen ? descriptor : nil
    if !staysOpen { Self.openCount.subtract(1, ordering: .relaxed) }
    defer { if !staysOpen { close(descriptor) } }
    var status = stat()
    try check(path, "inspect") { unsafe fstat(descriptor, &status) }
    (size, identity) = (Int(status.st_size), status.st_ino)
    switch status.st_mode & S_IFMT {
    case S_IFREG, S_IFBLK: break
    case S_IFDIR: throw .system(path: path, action: "open for reading", code: EISDIR)
    default: throw .content(path: path, problem: problem)
    }
  }

  /// The `count` bytes at `offset`.
  ///
  /// - Throws: `FileError.content` if the file ends before, or is another than it was; `.system` if
  ///   it cannot be read.
  package func bytes(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
    guard offset >= 0, count >= 0, count <= size - offset else {
      throw .content(path: path, problem: "truncated: \(size) bytes, needs \(offset + count)")
    }
    if let descriptor { return try read(descriptor, at: offset, count: count) }
    let descriptor = try check(path, "open for reading") { unsafe open(path, O_RDONLY | O_CLOEXEC) }
    defer { close(descriptor) }
    var status = stat()
    try check(path, "inspect") { unsafe fstat(descriptor, &status) }
    guard status.st_ino == identity, Int(status.st_size) == size else {
      throw .content(path: path, problem: "was replaced while being read; run again")
    }
    return try read(descriptor, at: offset, count: count)
  }

  private func read(
    _ descriptor: CInt, at offset: Int, count: Int
  ) throws(FileError) -> [UInt8] {
    var done = 0
    var failure: FileError?
    let result = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      while done < count, failure == nil {
        do throws(FileError) {
          let read = try check(path, "read") {
            unsafe pread(descriptor, buffer.baseAddress! + done, count - done, off_t(offset + done))
          }
          if read == 0 { failure = .content(path: path, problem: "truncated while being read") }
          done += read
        } catch { failure = error }
      }
      initialized = done
    }
    if let failure { throw failure }
    return result
  }

  deinit {
    guard let descriptor else { return }
    close(descriptor)
    Self.openCount.subtract(1, ordering: .relaxed)
  }
}

/// All bytes of the file at `path`, or of standard input for `-`.
///
/// - Throws: `FileError.system` if it cannot be read; `.content` if it is a stream that does not
///   end within 256 MiB.
package func readFile(_ path: String) throws(FileError) -> [UInt8] {
  // Opened once: what writes to a FIFO would see its end.
  let stream = try FileStream(path)
  var all: [UInt8] = []
  all.reserveCapacity(isFile(path) ? (try? fileSize(path)) ?? 0 : 0)
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = try unsafe chunk.withUnsafeMutableBytes { bytes in
      Result { () throws(FileError) in unsafe try stream.read(into: bytes) }
    }.get()
    if count == 0 { return all }
    all += chunk[..<count]
    guard all.count <= 1 << 28 || isFile(path) else {
      throw .content(path: stream.path, problem: "goes on after 256 MiB; give a file")
    }
  }
}

/// The names in the folder `path`, sorted by their bytes, without `.` and `..`.
///
/// - Throws: `FileError.system` if the folder cannot be read.
package func names(inFolder path: String) throws(FileError) -> [String] {
  guard let folder = unsafe opendir(path) else {
    throw .system(path: path, action: "open for reading", code: errno)
  }
  defer { unsafe closedir(folder) }
  var names: [String] = []
  while true {
    errno = 0
    guard let entry = unsafe readdir(folder) else { break }
    let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
      unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
    }
    if name != ".", name != ".." { names.append(name) }
  }
  guard errno == 0 else { throw .system(path: path, action: "read", code: errno) }
  return names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
}

/// Whether `path` is a folder.
package func isFolder(_ path: String) -> Bool { kind(of: path) == S_IFDIR }

/// Whether `path` is a regular file.
package func isFile(_ path: String) -> Bool { kind(of: path) == S_IFREG }

/// Whether `path` can be read once only: `-`, standard input, or a FIFO, such as `<(command)`.
package func isStream(_ path: String) -> Bool {
  path == "-" || ![nil, S_IFREG, S_IFDIR].contains(kind(of: path))
}

/// The number of bytes of the file `path`.
///
/// - Throws: `FileError.system` if there is no such file.
package func fileSize(_ path: String) throws(FileError) -> Int {
  var status = stat()
  try check(path, "open for reading") { unsafe stat(path, &status) }
  return Int(status.st_size)
}

private func kind(of path: String) -> mode_t? {
  var status = stat()
  return unsafe stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
}
