import Glibc
import Synchronization

/// The folders that this process has created, each behind those above it.
private let created = Mutex<[String]>([])

/// Creates the folder `path` and those above it, where they are missing.
///
/// - Throws: `FileError.system` if one of them cannot be created.
package func createFolder(_ path: String) throws(FileError) {
  var prefix = path.hasPrefix("/") ? "/" : ""
  for part in path.split(separator: "/") {
    prefix += prefix.isEmpty || prefix.hasSuffix("/") ? String(part) : "/\(part)"
    let folder = prefix
    if unsafe mkdir(folder, 0o777) == 0 {
      created.withLock { $0.append(folder) }
      try syncFolder(of: folder)
    } else if errno != EEXIST || !isFolder(folder) {
      let code = errno == EEXIST ? ENOTDIR : errno
      throw .system(path: path, action: "create the folder", code: code)
    }
  }
}

/// Removes the folders that this process has created and put nothing in.
package func removeEmptyFolders() {
  for folder in created.withLock(\.self).reversed() { _ = unsafe rmdir(folder) }
}

/// Brings the name `path` to disk, as its folder has it now.
///
/// - Throws: `FileError.system` if that fails; not where a folder cannot be opened for it, or its
///   file system has no such thing.
func syncFolder(of path: String) throws(FileError) {
  let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : path[..<$0] } ?? "."
  let descriptor = unsafe open(String(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  guard descriptor >= 0 else { return }
  defer { close(descriptor) }
  if fsync(descriptor) < 0, ![EINVAL, ENOTSUP, EROFS].contains(errno) {
    throw .system(path: path, action: "sync its folder", code: errno)
  }
}
