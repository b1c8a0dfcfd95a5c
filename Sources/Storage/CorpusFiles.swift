import Glibc

/// The files of a corpus: those named, and all that can be one of a corpus in the folders named.
///
/// Of a folder these are `.jsonl`, `.tar`, `.tgz` and `.zip` files, compressed or not, and
/// compressed `.json` files, as C4's and Dolma's are. They come in the order of their paths' bytes.
///
/// A file that is there under several paths is read once, under the first.
///
/// - Throws: `FileError` if a folder cannot be read, or holds no such file.
package func corpusFiles(_ paths: [String]) throws(FileError) -> [String] {
  var files: [String] = []
  for path in paths {
    guard path != "-", isFolder(path) else {
      files.append(path)
      continue
    }
    let found = try Storage.files(below: path).filter { isOfCorpus($0) }
    guard !found.isEmpty else {
      throw .content(path: path, problem: "has no .jsonl, .json.gz, .tar or .zip files in it")
    }
    files += found
  }
  var read: Set<FileIdentity> = []
  return files.filter { path in
    path == "-" || isStream(path) || FileIdentity(path).map { read.insert($0).inserted } ?? true
  }
}

private func isOfCorpus(_ path: String) -> Bool {
  let name = path.split(separator: "/").last ?? path[...]
  return [".jsonl", ".tar", ".tgz", ".zip"].contains { ending in
    name.hasSuffix(ending) || name.contains("\(ending).")
  } || [".gz", ".zst", ".xz", ".bz2", ".lz4"].contains { name.hasSuffix(".json\($0)") }
}

/// All files of `folder` and of the folders in it, in the order of their paths' bytes.
///
/// Hidden files are left out. Links are followed, but not to what was read before: so each file is
/// there once, and a link to a folder above ends.
///
/// - Throws: `FileError.system` if a folder cannot be read.
package func files(below folder: String) throws(FileError) -> [String] {
  var read: Set<FileIdentity> = []
  if let identity = FileIdentity(folder) { read.insert(identity) }
  return try files(below: folder, besides: &read)
}

/// What two paths of one file or folder share.
private struct FileIdentity: Hashable {
  let (device, node): (UInt, UInt)

  /// - Returns: nil for a link to nothing.
  init?(_ path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    (device, node) = (UInt(status.st_dev), UInt(status.st_ino))
  }
}

private func files(
  below folder: String, besides read: inout Set<FileIdentity>
) throws(FileError) -> [String] {
  var found: [String] = []
  for name in try names(inFolder: folder) where !isHidden(name) {
    let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
    if let file = FileIdentity(path), !read.insert(file).inserted { continue }
    if isFolder(path) {
      found += try files(below: path, besides: &read)
    } else {
      found.append(path)
    }
  }
  return found
}

/// Whether a path, in a folder or an archive, is of no file that a person put there: one that
/// begins with a dot or is half written, or one of macOS's shadows.
func isHidden(_ path: String) -> Bool {
  path.split(separator: "/").contains { part in
    part.hasPrefix(".") && part != "." && part != ".." || part == "__MACOSX"
      || part.contains(".partial-")
  }
}
