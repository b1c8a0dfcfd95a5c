import Glibc

/// Whether the shell pattern fits `path`, or what is left of it after some of its folders.
///
/// `*` crosses folders. A path inside an archive is `ARCHIVE(PATH)`, and the bracket ends a folder.
package func shellPattern(_ pattern: String, fits path: String) -> Bool {
  var rest = path[...]
  while true {
    if unsafe fnmatch(pattern, String(rest), 0) == 0 { return true }
    guard let slash = rest.firstIndex(where: { $0 == "/" || $0 == "(" }) else { return false }
    rest = rest[rest.index(after: slash)...]
  }
}
