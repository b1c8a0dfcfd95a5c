/// The files of a corpus: those named, and every `.jsonl`, tar or zip file of the folders named.
///
/// The files of a folder may be compressed. They come in the order of their paths' bytes; hidden
/// and half-written files are left out.
///
/// - Throws: `FileError` if a folder cannot be read, or holds no such file.
package func corpusFiles(_ paths: [String]) throws(FileError) -> [String] {
  var files: [String] = []
  for path in paths {
    guard path != "-", isFolder(path) else {
      files.append(path)
      continue
    }
    let found = try filesInside(path)
    guard !found.isEmpty else {
      throw .content(path: path, problem: "has no .jsonl, .tar or .zip files in it")
    }
    files += found
  }
  return files
}

private func filesInside(_ folder: String) throws(FileError) -> [String] {
  try files(below: folder).filter { path in
    let name = path.split(separator: "/").last ?? path[...]
    return [".jsonl", ".tar", ".tgz", ".zip"].contains {
      name.hasSuffix($0) || name.contains("\($0).")
    }
  }
}

/// All files of `folder` and of the folders in it, in the order of their paths' bytes.
///
/// Hidden and half-written files are left out.
///
/// - Throws: `FileError.system` if a folder cannot be read.
package func files(below folder: String) throws(FileError) -> [String] {
  var found: [String] = []
  for name in try names(inFolder: folder) where !name.hasPrefix(".") && !name.contains(".partial-")
  {
    let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
    if isFolder(path) { found += try files(below: path) } else { found.append(path) }
  }
  return found
}
