package import Storage

/// Returns the paths of the log-probability files of `folder`, in the order of their names.
///
/// - Throws: `FileError` if there is no such folder, or no such file in it.
package func logProbFiles(in folder: String) throws(FileError) -> [String] {
  let paths = try names(inFolder: folder).filter { $0.hasSuffix(".lp.zst") }
    .map { "\(folder)/\($0)" }
  guard !paths.isEmpty else {
    throw .content(path: folder, problem: "holds no .lp.zst file; score the model first")
  }
  return paths
}
