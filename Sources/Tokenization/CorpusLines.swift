import Storage

/// A line of a corpus, and where it stands.
struct CorpusLine: Sendable {
  /// Index in `Corpus.files`.
  let file: Int
  /// The file, with the name inside an archive.
  let name: String
  let number: Int
  let bytes: ArraySlice<UInt8>
}

/// The lines of many files, a batch at a time; used by one thread at a time.
final class CorpusLines: @unchecked Sendable {
  let files: [String]
  private var nextFile = 0
  private var reader: LineReader?
  private var linesOfFile = 0

  /// Bytes of lines read before they are parsed together.
  private static let batchSize = 8 << 20

  init(_ paths: [String]) throws(FileError) { files = try corpusFiles(paths) }

  /// The next lines; none at the end of the last file.
  func nextBatch() throws(FileError) -> [CorpusLine] {
    var (lines, size): ([CorpusLine], Int) = ([], 0)
    while size < Self.batchSize, let line = try readLine() {
      lines.append(line)
      size += line.bytes.count
    }
    return lines
  }

  private func readLine() throws(FileError) -> CorpusLine? {
    while true {
      if reader == nil {
        guard nextFile < files.count else { return nil }
        (reader, linesOfFile) = (try LineReader(files[nextFile]), 0)
        nextFile += 1
      }
      if let reader, let line = try reader.next() {
        linesOfFile += 1
        return CorpusLine(
          file: nextFile - 1, name: reader.name, number: line.number, bytes: line.bytes)
      }
      guard linesOfFile > 0 else {
        throw .content(
          path: files[nextFile - 1], problem: "is empty; remove it or give it documents")
      }
      reader = nil
    }
  }
}
