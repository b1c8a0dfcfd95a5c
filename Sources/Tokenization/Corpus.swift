package import Formats
package import Kernels
package import Storage

/// The documents of many files of JSON lines, each with its domain, a batch at a time.
///
/// Lines are read by one thread, ahead if the caller lets it, and parsed by all; batches and the documents
/// in them are in the order of the files, whatever the number of threads. Memory: two batches of lines and
/// the texts of one.
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

  package var files: [String] { lines.files }
  package private(set) var skipped = Skipped()

  private let skipsBadLines: Bool
  private let skipsUnknown: Bool
  private let parser: DocumentParser
  private let pool: WorkerPool
  private let lines: CorpusLines
  private let ahead = Slot<Result<[CorpusLine], FileError>?>(nil)

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
    lines = try CorpusLines(paths)
    parser = DocumentParser(domains: domains, textField: textField)
    (self.skipsBadLines, self.skipsUnknown, self.pool) = (skipsBadLines, skipsUnknown, pool)
  }

  /// The documents of the next lines; nil at the end of the last file.
  package func next() throws(FileError) -> [Document]? {
    let lines =
      if let ahead = ahead.value { try ahead.get() } else { try lines.nextBatch() }
    ahead.value = nil
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

  /// Reads the lines of the next documents: to be called by any one thread between two calls of `next`.
  package var readAhead: @Sendable () -> Void {
    let (lines, ahead) = (lines, ahead)
    return {
      ahead.value = Result { () throws(FileError) in try lines.nextBatch() }
    }
  }
}
