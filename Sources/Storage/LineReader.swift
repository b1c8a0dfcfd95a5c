/// The lines of a text file, or of every file in an archive, decompressed as they are read.
///
/// Memory: one piece of the archive and the longest line.
package final class LineReader {
  package struct Line {
    /// Counted from 1 in each file.
    package let number: Int
    /// Without the line break.
    package let bytes: ArraySlice<UInt8>
  }

  private let archive: ArchiveReader
  private var piece: ArraySlice<UInt8> = []
  private var lineNumber = 0
  private var isInsideEntry = false

  package init(_ path: String) throws(FileError) { archive = try ArchiveReader(path) }

  /// What the current lines come from: the path, with the name inside an archive.
  package var name: String {
    let path = archive.path == "-" ? "standard input" : archive.path
    return archive.entry.map { "\(path)(\($0))" } ?? path
  }

  /// The next line, of this file or of the next one in the archive; nil at the end of all.
  package func next() throws(FileError) -> Line? {
    while true {
      if !isInsideEntry {
        guard try archive.nextEntry() else { return nil }
        (isInsideEntry, lineNumber, piece) = (true, 0, [])
      }
      if let line = try nextInEntry() { return line }
      isInsideEntry = false
    }
  }

  private func nextInEntry() throws(FileError) -> Line? {
    var start: [UInt8] = []  // of a line that crosses pieces
    while true {
      if let end = piece.firstIndex(of: UInt8(ascii: "\n")) {
        lineNumber += 1
        let rest = piece[..<end]
        piece = piece[(end + 1)...]
        return Line(number: lineNumber, bytes: start.isEmpty ? rest : (start + rest)[...])
      }
      start += piece
      piece = try archive.nextPiece()[...]
      if piece.isEmpty {
        if start.isEmpty { return nil }
        lineNumber += 1
        return Line(number: lineNumber, bytes: start[...])
      }
    }
  }
}
