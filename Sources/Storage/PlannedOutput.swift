import Glibc

/// A path that a program is going to write.
package enum PlannedOutput: Equatable, Sendable {
  /// A file, in place of the one that is there; `-` is standard output.
  case file(String)
  /// A file that lines are added to.
  case log(String)
  /// A folder, which is made where it is missing, with those above it.
  case folder(String)

  /// The path as the flags give it.
  package var path: String {
    switch self {
    case .file(let path), .log(let path), .folder(let path): path
    }
  }

  /// Finds what would make the writing fail, so that it is told before the work and not after it.
  ///
  /// Nothing is created. A disk that fills up, or a folder that goes, is told when it happens.
  ///
  /// - Throws: `FileError.system` if there is no such place, or nothing may be written there.
  package func requireWritable() throws(FileError) {
    switch self {
    case .file(let path):
      guard case .file(let place) = try OutputPlace(path) else { return }
      // One that is there may be written to where the folder takes no others.
      if isFile(place) { return try ReplacedFile.requireWritable(place, for: path) }
      try Self.requireEntries(in: Self.parent(of: place), for: path, "create")
    case .log(let path):
      if isFolder(path) { throw .system(path: path, action: "append", code: EISDIR) }
      if unsafe access(path, W_OK) == 0 { return }
      guard errno == ENOENT else { throw .system(path: path, action: "append", code: errno) }
      try Self.requireEntries(in: Self.parent(of: path), for: path, "append")
    case .folder(let path):
      var known = path
      while known != ".", known != "/", unsafe access("\(known)/.", F_OK) != 0, errno == ENOENT {
        known = Self.parent(of: known)
      }
      try Self.requireEntries(in: known, for: path, "create the folder")
    }
  }

  /// - Throws: `FileError.system` if `folder` is none, or takes no new names.
  private static func requireEntries(
    in folder: String, for path: String, _ action: String
  ) throws(FileError) {
    try check(path, action) { unsafe access("\(folder)/.", W_OK | X_OK) }
  }

  /// The folder that `path` is in.
  private static func parent(of path: String) -> String {
    let name = path.reversed().drop { $0 == "/" }.drop { $0 != "/" }
    let folder = name.drop { $0 == "/" }
    if folder.isEmpty { return name.isEmpty ? "." : "/" }
    return String(folder.reversed())
  }
}
