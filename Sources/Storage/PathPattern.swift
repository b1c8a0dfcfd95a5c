import Glibc

/// Whether the shell pattern fits the path, or its end from some folder on; `*` crosses folders.
///
/// A path inside an archive is `ARCHIVE(PATH)`, and the bracket counts as a folder.
package func shellPattern(_ pattern: String, fits path: String) -> Bool {
  var rest = path[...]
  while true {
    if unsafe fnmatch(pattern, String(rest), 0) == 0 { return true }
    guard let slash = rest.firstIndex(where: { $0 == "/" || $0 == "(" }) else { return false }
    rest = rest[rest.index(after: slash)...]
  }
}
