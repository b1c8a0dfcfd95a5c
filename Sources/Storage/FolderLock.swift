private import CProcess
import Glibc

/// Keeps a folder for one process, whose files others would mix theirs with.
///
/// The lock is one of the kernel's, on the file `.lock` in the folder, which is there as long as
/// the process works: one that was killed has no lock, whether its file is left or not. That of a
/// machine that died is let go by the file system after a while, which is waited for. Where a file
/// system has no locks nothing is kept.
package final class FolderLock {
  private let path: String
  private let descriptor: CInt
  /// The entry by which signals that end the process remove the file.
  private let note: CInt
  /// The seconds after which NFS lets go of what a silent machine held: 90, and some more.
  private static let patience = 120

  /// Makes the folder where it is missing, and takes the lock.
  ///
  /// - Throws: `FileError.taken` if another process has it, `.system` if nothing can be written
  ///   there.
  package init(_ folder: String) throws(FileError) {
    try createFolder(folder)
    path = "\(folder)/.lock"
    descriptor = try Self.locked(path, of: folder)
    note = unsafe partial_file_begin(path)
    try check(path, "write") { ftruncate(descriptor, 0) }
    try writeAll(Array("\(Self.host) \(getpid())\n".utf8), to: descriptor, path, "write")
  }

  private static func locked(_ path: String, of folder: String) throws(FileError) -> CInt {
    var waited = 0
    while true {
      let descriptor = try check(path, "create") {
        unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
      }
      if flock(descriptor, LOCK_EX | LOCK_NB) < 0, errno == EWOULDBLOCK {
        close(descriptor)
        let holder =
          String(decoding: (try? readFile(path)) ?? [], as: UTF8.self)
          .split(separator: "\n").first?.split(separator: " ") ?? []
        guard holder.count == 2, holder[0] != host, waited < patience else {
          throw .taken(
            path: folder,
            by: holder.count == 2 ? "process \(holder[1]) on \(holder[0])" : "another process")
        }
        waited += 1
        sleep(1)
        continue
      }
      // Another process may have taken the file away as it ended.
      var (here, there) = (stat(), stat())
      if unsafe fstat(descriptor, &here) == 0, unsafe stat(path, &there) == 0,
        here.st_ino == there.st_ino
      {
        return descriptor
      }
      close(descriptor)
    }
  }

  private static var host: String {
    var name = [CChar](repeating: 0, count: 256)
    unsafe gethostname(&name, name.count - 1)
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    _ = unsafe unlink(path)
    partial_file_end(note)
    close(descriptor)
  }
}
