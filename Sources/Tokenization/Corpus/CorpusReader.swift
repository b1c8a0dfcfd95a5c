import Formats
import Storage

/// A reader of the files of a corpus, which parses their lines, a batch at a time.
///
/// One thread uses it at a time. Each line is parsed as soon as it is decompressed, while it is in
/// the CPU's cache.
final class CorpusReader: @unchecked Sendable {
  struct Batch: Sendable {
    var documents: [Corpus.Document] = []
    var skipped = Corpus.Skipped()
  }

  let found: CorpusFiles
  private let parser: DocumentParser
  private let skipsBadLines: Bool
  let skipsUnknown: Bool
  private let json = JSONFields()
  private var lines: LineReader?
  private var source: DocumentParser.Source?
  private var nextFile = 0
  private var linesOfFile = 0

  /// The fewest bytes of lines in a batch: its texts stay in the CPU's cache, and memory is used
  /// again.
  private static let batchSize = 1 << 20
  /// The number of documents that a batch should have, to be shared among threads.
  private static let documentsOfBatch = 64
  /// The bytes to which a batch with fewer documents grows.
  private static let largestBatchSize = 8 << 20

  init(
    _ paths: [String], parser: DocumentParser, skipsBadLines: Bool, skipsUnknown: Bool
  ) throws(FileError) {
    found = try CorpusFiles(paths)
    (self.parser, self.skipsBadLines, self.skipsUnknown) = (parser, skipsBadLines, skipsUnknown)
  }

  /// The documents of the next lines, or nil at the end of the last file.
  func nextBatch() throws(FileError) -> Batch? {
    var (batch, size) = (Batch(), 0)
    func isFull() -> Bool {
      size >= Self.batchSize
        && (batch.documents.count >= Self.documentsOfBatch || size >= Self.largestBatchSize)
    }
    while !isFull(), let line = try readLine() {
      size += line.bytes.count + 1
      try add(line, to: &batch)
    }
    return size > 0 ? batch : nil
  }

  private func add(_ line: LineReader.Line, to batch: inout Batch) throws(FileError) {
    guard let source else { preconditionFailure("a line of no file") }
    switch parser.outcome(of: line, from: source, json) {
    case .document(let document): batch.documents.append(document)
    case .empty: batch.skipped.empty += 1
    case .bad(let error):
      guard skipsBadLines else { throw error }
      batch.skipped.bad += 1
    case .unknown(let error):
      guard skipsUnknown else { throw error }
      batch.skipped.unknown += 1
    }
  }

  private func readLine() throws(FileError) -> LineReader.Line? {
    while true {
      if lines == nil {
        guard nextFile < found.files.count else { return nil }
        (lines, linesOfFile) = (try LineReader(found.files[nextFile]), 0)
        nextFile += 1
      }
      if let lines, let line = try lines.next() {
        linesOfFile += 1
        if line.number == 1 { source = parser.source(file: nextFile - 1, name: lines.name) }
        return line
      }
      guard linesOfFile > 0 else {
        throw .content(
          path: found.files[nextFile - 1], problem: "is empty; remove it or give it documents")
      }
      lines = nil
    }
  }
}
