import Glibc

/// What two paths of one file or folder share.
struct FileIdentity: Hashable {
  let (device, node): (UInt, UInt)

  /// - Returns: nil for a link to nothing.
  init?(_ path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    (device, node) = (UInt(status.st_dev), UInt(status.st_ino))
  }
}

/// The paths without those of a file that one before leads to; streams are all there.
package func distinctFiles(_ paths: [String]) -> [String] {
  var known: Set<FileIdentity> = []
  return paths.filter { path in
    isStream(path) || FileIdentity(path).map { known.insert($0).inserted } ?? true
  }
}

/// Whether two of `arguments` are of the file that is at `path`: as words, or behind `--flag=`.
package func namesTwice(_ path: String, in arguments: some Sequence<String>) -> Bool {
  guard isFile(path), let file = FileIdentity(path) else { return false }
  return arguments.filter { argument in
    let value = argument.hasPrefix("--") ? argument.drop { $0 != "=" }.dropFirst() : argument[...]
    return FileIdentity(String(value)) == file
  }.count > 1
}
