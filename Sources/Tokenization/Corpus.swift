package import Formats
package import Kernels
package import Storage

/// The documents of many files of JSON lines, each with its domain, a batch at a time.
///
/// Lines are read by one thread and parsed by all; batches and the documents in them are in the order of
/// the files, whatever the number of threads. Memory: one batch of lines and their texts.
package final class Corpus {
  package struct Document: Sendable {
    /// Index in the domain table.
    package let domain: Int
    /// Index in `files`.
    package let file: Int
    package let text: [UInt8]
  }

  /// Lines that gave no document, so far.
  package struct Skipped: Equatable, Sendable {
    package var bad = 0
    package var unknown = 0
    package var empty = 0

    /// Sentences for a person; none if nothing was skipped.
    package var remarks: [String] {
      let counts = [
        (bad, "malformed lines skipped"), (unknown, "documents of no domain skipped"),
        (empty, "lines or documents without text skipped"),
      ]
      return counts.filter { $0.0 > 0 }.map { "\($0) \($1)" }
    }
  }

  package let files: [String]
  package private(set) var skipped = Skipped()

  private let skipsBadLines: Bool
  private let skipsUnknown: Bool
  private let parser: DocumentParser
  private let pool: WorkerPool
  private var nextFile = 0
  private var reader: LineReader?
  private var linesOfFile = 0

  /// Bytes of lines read before they are parsed together.
  private static let batchSize = 8 << 20
  private static let linesPerTask = 64

  /// - Parameters:
  ///   - paths: files, folders, or `-` for standard input.
  ///   - textField: the path of keys to a document's text, with dots.
  ///   - skipsBadLines: count lines that are not what they should be, instead of failing at the first.
  ///   - skipsUnknown: count documents that no line of the domain table fits, instead of failing at the first.
  package init(
    _ paths: [String], domains: DomainTable, textField: String = "text",
    skipsBadLines: Bool = false,
    skipsUnknown: Bool = false, pool: WorkerPool
  ) throws(FileError) {
    files = try corpusFiles(paths)
    parser = DocumentParser(domains: domains, textField: textField)
    (self.skipsBadLines, self.skipsUnknown, self.pool) = (skipsBadLines, skipsUnknown, pool)
  }

  /// The documents of the next lines; nil at the end of the last file.
  package func next() throws(FileError) -> [Document]? {
    let lines = try readLines()
    guard !lines.isEmpty else { return nil }
    let tasks = (lines.count + Self.linesPerTask - 1) / Self.linesPerTask
    let parsed = (0..<tasks).map { _ in Slot<[DocumentParser.Outcome]>([]) }
    let parser = parser
    pool.run(tasks: tasks) { task, _ in
      let json = JSONFields()
      let first = task * Self.linesPerTask
      parsed[task].value = lines[first..<min(lines.count, first + Self.linesPerTask)].map {
        parser.outcome(of: $0, json)
      }
    }
    var documents: [Document] = []
    for outcome in parsed.flatMap(\.value) {
      switch outcome {
      case .document(let document): documents.append(document)
      case .empty: skipped.empty += 1
      case .bad(let error):
        guard skipsBadLines else { throw error }
        skipped.bad += 1
      case .unknown(let error):
        guard skipsUnknown else { throw error }
        skipped.unknown += 1
      }
    }
    return documents
  }

  private func readLines() throws(FileError) -> [CorpusLine] {
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
