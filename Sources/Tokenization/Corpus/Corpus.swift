package import Formats
package import Storage

/// The documents of many files of JSON lines, each with its domain, a batch at a time.
///
/// One thread reads and parses them, ahead of the others if the caller lets it: that is fast enough
/// for some fifteen threads that tokenize. In memory are the texts of two batches, the longest line
/// and zstd's window, however large the files are.
package final class Corpus {
  package struct Document: Sendable {
    /// The index of the document's domain in the domain table.
    package let domain: Int
    /// The index of the document's file in `files`.
    package let file: Int
    package let text: [UInt8]
    /// The ids of the text, where they are known already.
    package let tokens: [Int32]?

    package init(domain: Int, file: Int, text: [UInt8], tokens: [Int32]? = nil) {
      (self.domain, self.file, self.text, self.tokens) = (domain, file, text, tokens)
    }
  }

  /// The number of lines that gave no document, by the reason.
  package struct Skipped: Equatable, Sendable {
    /// Lines that are not what they should be.
    package var bad = 0
    /// Documents that no line of the domain table fits.
    package var unknown = 0
    /// Lines and documents without text.
    package var empty = 0

    static func += (sum: inout Skipped, more: Skipped) {
      sum.bad += more.bad
      sum.unknown += more.unknown
      sum.empty += more.empty
    }

    /// A phrase for each reason.
    var remarks: [String] {
      let counts = [
        (bad, "malformed lines skipped"), (unknown, "documents of no domain skipped"),
        (empty, "lines or documents without text skipped"),
      ]
      return counts.filter { $0.0 > 0 }.map { "\($0) \($1)" }
    }
  }

  package var files: [String] { reader.found.files }
  /// The lines of the batches so far that gave no document.
  package private(set) var skipped = Skipped()

  /// What a person should know of what was left out so far, a phrase for each reason.
  package var remarks: [String] { [reader.found.remark].compactMap(\.self) + skipped.remarks }

  private let reader: CorpusReader
  private let clusters: ClusterDomains?
  private let ahead = LockedValue<Result<CorpusReader.Batch?, FileError>?>(nil)

  /// Finds the files of the corpus.
  ///
  /// - Parameters:
  ///   - paths: Files, folders, or `-` for standard input.
  ///   - clusters: What assigns documents to those domains that are clusters, or nil.
  ///   - textField: The path of keys to a document's text, with dots; or several, with commas
  ///     between them, of which the first counts that a line has.
  ///   - skipsBadLines: Whether lines that are not what they should be are counted; else they are
  ///     errors.
  ///   - skipsUnknown: Whether documents of no domain in the table are counted; else they are
  ///     errors.
  /// - Throws: `FileError` if a folder cannot be read, or holds no file of a corpus.
  package init(
    _ paths: [String], domains: DomainTable, clusters: ClusterDomains? = nil,
    textField: String = "text", skipsBadLines: Bool = false, skipsUnknown: Bool = false
  ) throws(FileError) {
    if clusters == nil { try ClusterDomains.requireNone(of: domains) }
    self.clusters = clusters
    reader = try CorpusReader(
      paths,
      parser: DocumentParser(domains: domains, clusters: clusters?.model, textField: textField),
      skipsBadLines: skipsBadLines, skipsUnknown: skipsUnknown)
  }

  /// The documents of the next lines, or nil at the end of the last file.
  ///
  /// - Throws: `FileError` if a file cannot be read, is empty, or has a line that is not to be
  ///   skipped.
  package func next() throws(FileError) -> [Document]? {
    let batch = if let ahead = ahead.value { try ahead.get() } else { try reader.nextBatch() }
    ahead.value = nil
    guard let batch else { return nil }
    skipped += batch.skipped
    guard let clusters else { return batch.documents }
    let (documents, unknown) = try clusters.assign(
      batch.documents, skipsUnknown: reader.skipsUnknown)
    skipped.unknown += unknown
    return documents
  }

  /// A closure that reads the next documents: any one thread may call it between two calls of
  /// `next`.
  package var readAhead: @Sendable () -> Void {
    let (reader, ahead) = (reader, ahead)
    return {
      ahead.value = Result { () throws(FileError) in try reader.nextBatch() }
    }
  }
}
