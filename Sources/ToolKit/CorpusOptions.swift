import ArgumentParser
package import Formats
package import Storage
package import Tokenization

/// The flags of tools that read a corpus by its domains.
package struct CorpusOptions: ParsableArguments {
  @Option(
    help: .init(
      "The field with the text; of several, as content,body, the first that a line has.",
      valueName: "field"))
  package var textField = "text"

  @Flag(help: "Count lines that are malformed instead of failing at the first.")
  package var skipBadLines = false

  @Flag(help: "Count documents of no domain in the table instead of failing at the first.")
  package var skipUnknown = false

  package init() {}

  package mutating func validate() throws {
    guard
      textField.split(separator: ",", omittingEmptySubsequences: false).allSatisfy({ name in
        !name.split(separator: ".", omittingEmptySubsequences: false).contains("")
      })
    else {
      throw ValidationError("--text-field \(textField): a name is empty in it")
    }
  }

  /// Opens a corpus.
  ///
  /// - Throws: `FileError` if its files cannot be found.
  package func corpus(
    _ paths: [String], of table: DomainTable, by clusters: ClusterDomains? = nil
  ) throws(FileError) -> Corpus {
    try Corpus(
      paths, domains: table, clusters: clusters, textField: textField, skipsBadLines: skipBadLines,
      skipsUnknown: skipUnknown)
  }
}

extension CommonOptions {
  /// Calls `body` with the documents of a corpus, a batch at a time, and shows how far it is.
  ///
  /// - Throws: `FileError` if a file cannot be read, or the error of `body`.
  package func forEachBatch(
    of corpus: Corpus, as what: String, _ body: ([Corpus.Document]) throws -> Void
  ) throws {
    let progress = Progress(what, unit: "bytes", total: 0, options: self)
    var bytes = 0
    while let documents = try corpus.next() {
      try body(documents)
      bytes += documents.reduce(0) { $0 + $1.text.count }
      progress.update(bytes)
    }
    progress.finish()
  }
}
