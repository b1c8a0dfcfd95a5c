import Formats
package import Storage

/// A table of targets: texts that a model is to be good at, and where they are.
///
/// Columns are separated by tabs: target, path; a line that starts with `#` is a remark. A path is
/// a file, or a folder of which all files are read.
package struct TargetTable: Equatable, Sendable {
  package struct Target: Equatable, Sendable {
    package let name: String
    package let path: String

    package init(name: String, path: String) { (self.name, self.path) = (name, path) }
  }

  package let path: String
  package let targets: [Target]

  /// Reads the table at `path`, or standard input for `-`.
  ///
  /// - Throws: `FileError` if it cannot be read, or is not such a table.
  package init(_ path: String) throws(FileError) {
    self.path = path
    var targets: [Target] = []
    for (line, cells) in try tableRows(try readFile(path), path: path) {
      func refused(_ problem: String) -> FileError {
        .content(path: path, place: "line \(line)", problem: problem)
      }
      guard cells.count == 2 else {
        throw refused("has \(cells.count) columns; write target and path, separated by a tab")
      }
      guard isPlainName(cells[0]) else {
        throw refused("\(cells[0]) is no name; use letters, digits, '-', '_' and '.'")
      }
      guard !targets.contains(where: { $0.name == cells[0] }) else {
        throw refused("the target \(cells[0]) is there already")
      }
      targets.append(Target(name: cells[0], path: cells[1]))
    }
    guard !targets.isEmpty else { throw .content(path: path, problem: "has no targets") }
    self.targets = targets
  }
}
