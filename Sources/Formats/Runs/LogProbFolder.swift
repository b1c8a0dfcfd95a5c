import Foundation
package import Storage

/// Returns the paths of the log-probability files of `folder`, in the order of their names.
///
/// - Throws: `FileError` if there is no such folder, or no such file in it.
package func logProbFiles(in folder: String) throws(FileError) -> [String] {
  let names: [String]
  do { names = try FileManager.default.contentsOfDirectory(atPath: folder) } catch {
    throw .system(path: folder, action: "open for reading", code: ENOENT)
  }
  let paths = names.filter { $0.hasSuffix(".lp.zst") }.sorted().map { "\(folder)/\($0)" }
  guard !paths.isEmpty else {
    throw .content(path: folder, problem: "holds no .lp.zst file; score the model first")
  }
  return paths
}
