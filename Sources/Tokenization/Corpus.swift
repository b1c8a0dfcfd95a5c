package import Formats
package import Storage

/// The documents of many files of JSON lines, each with its domain, a batch at a time.
///
/// One thread reads and parses them, ahead of the others if the caller lets it: that is fast enough for some
/// fifteen threads that tokenize. Memory: the texts of two batches, the longest line and zstd's window,
/// however large the files are.
package final class Corpus {
  package struct Document: Sendable {
    /// Index in the domain table.
    package let domain: Int
    /// Index in `files`.
    package let file: Int
    package let text: [UInt8]

    package init(domain: Int, file: Int, text: [UInt8]) {
      (self.domain, self.file, self.text) = (domain, file, text)
    }
  }

  /// Lines that gave no document, so far.
  package struct Skipped: Equatable, Sendable {
    package var bad = 0
    package var unknown = 0
    package var empty = 0

    static func += (sum: inout Skipped, more: Skipped) {
      sum.bad += more.bad
      sum.unknown += more.unknown
      sum.empty += more.empty
    }

    /// Sentences for a person; none if nothing was skipped.
    package var remarks: [String] {
      let counts = [
        (bad, "malformed lines skipped"), (unknown, "documents of no domain skipped"),
        (empty, "lines or documents without text skipped"),
      ]
      return counts.filter { $0.0 > 0 }.map { "\($0) \($1)" }
    }
  }

  package var files: [String] { reader.files }
  package private(set) var skipped = Skipped()

  private let reader: CorpusReader
  private let ahead = LockedValue<Result<CorpusReader.Batch?, FileError>?>(nil)

  /// - Parameters:
  ///   - paths: files, folders, or `-` for standard input.
  ///   - textField: the path of keys to a document's text, with dots.
  ///   - skipsBadLines: count lines that are not what they should be, instead of failing at the first.
  ///   - skipsUnknown: count documents that no line of the domain table fits, instead of failing at the first.
  package init(
    _ paths: [String], domains: DomainTable, textField: String = "text",
    skipsBadLines: Bool = false,
    skipsUnknown: Bool = false
  ) throws(FileError) {
    reader = try CorpusReader(
      paths, parser: DocumentParser(domains: domains, textField: textField),
      skipsBadLines: skipsBadLines, skipsUnknown: skipsUnknown)
  }

  /// The documents of the next lines; nil at the end of the last file.
  package func next() throws(FileError) -> [Document]? {
    let batch = if let ahead = ahead.value { try ahead.get() } else { try reader.nextBatch() }
    ahead.value = nil
    guard let batch else { return nil }
    skipped += batch.skipped
    return batch.documents
  }

  /// Reads the next documents: to be called by any one thread between two calls of `next`.
  package var readAhead: @Sendable () -> Void {
    let (reader, ahead) = (reader, ahead)
    return {
      ahead.value = Result { () throws(FileError) in try reader.nextBatch() }
    }
  }
}
