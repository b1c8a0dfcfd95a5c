/// The files of a corpus: those named, and all that can be one of a corpus in the folders named.
///
/// Of a folder these are `.jsonl`, `.tar`, `.tgz` and `.zip` files, compressed or not, and
/// compressed `.json` files, as C4's and Dolma's are. They come in the order of their paths' bytes.
package struct CorpusFiles: Sendable {
  /// Each file once, under the first path that it is there under.
  package let files: [String]
  /// The other files of the folders, but for the manifest that lies beside a corpus that was built.
  package let leftOut: [String]

  /// - Throws: `FileError` if a folder cannot be read, or holds no such file.
  package init(_ paths: [String]) throws(FileError) {
    var (files, leftOut): ([String], [String]) = ([], [])
    for path in paths {
      guard path != "-", isFolder(path) else {
        files.append(path)
        continue
      }
      let all = try Storage.files(below: path)
      let found = all.filter(isOfCorpus)
      let others = all.filter { !isOfCorpus($0) && !$0.hasSuffix("/manifest.json") }
      guard !found.isEmpty else {
        throw .content(
          path: path,
          problem: "has no .jsonl, .json.gz, .tar or .zip files in it"
            + (others.first.map { ", only others such as \($0)" } ?? ""))
      }
      files += found
      leftOut += others
    }
    self.files = distinctFiles(files)
    self.leftOut = distinctFiles(leftOut)
  }

  /// What a person should know of the files that are left out; nil if there are none.
  package var remark: String? {
    guard let first = leftOut.first else { return nil }
    return "other files in folders of the corpus left out: \(leftOut.count), such as \(first); "
      + "read are .jsonl, .tar, .tgz, .zip and compressed .json"
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
