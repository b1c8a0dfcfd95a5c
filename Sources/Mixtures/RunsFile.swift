package import Formats
package import Storage

/// A file of runs, as its first line tells: JSON lines, or a table of columns.
package enum RunsFile {
  case lines(RunTable)
  case columns(CSVTable)

  /// Reads a file of any compression, or standard input for `-`.
  ///
  /// - Parameters:
  ///   - scale: the titles of the columns of parameters and tokens.
  ///   - tolerance: the most by which a sum of weights may differ from 1.
  /// - Throws: `FileError` if it cannot be read, or holds no runs.
  package init(
    reading path: String, scale: [String] = ["parameters", "tokens"],
    tolerance: Double = Mixture.tolerance
  ) throws(FileError) {
    guard !isFolder(path) else {
      throw .content(
        path: path, problem: "is a folder; collect-runs makes a table of folders of .lp.zst files")
    }
    let reader = try LineReader(path)
    while try reader.peek()?.bytes.allSatisfy(JSON.isSpace) == true { _ = try reader.next() }
    let first = try reader.peek()?.bytes ?? []
    self =
      Self.isOfColumns(Array(first))
      ? .columns(try CSVTable(reader, scale: scale))
      : .lines(try RunTable(reader, tolerance: tolerance))
  }

  /// Whether a first line is of columns, whatever separates them, and not of JSON or no text.
  private static func isOfColumns(_ line: [UInt8]) -> Bool {
    if wideTextComplaint(line) != nil { return true }
    guard JSON.foreignFormat(of: line) == nil else { return false }
    let start = line.first { !JSON.isSpace($0) } ?? 0
    return !"{[".utf8.contains(start) && line.contains { ",;\t".utf8.contains($0) }
  }
}
