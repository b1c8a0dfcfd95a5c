package import Storage

/// Documents of one domain that another program tokenized, in the order of its files.
///
/// A document ends where the file's index says, and at every end-of-text id, which belongs to none.
package final class TokenizedCorpus {
  package let files: [String]
  /// The number of documents that were read, and of those among them whose bytes are not UTF-8.
  package private(set) var (documents, malformed) = (0, 0)

  private let tokenizer: Tokenizer
  private let endOfText: Int32
  private var number = -1
  private var file: IDFile?
  private var piece = 0
  private var waiting: ArraySlice<ArraySlice<Int32>> = []
  /// What follows the last end of text of a piece that is no document of its own.
  private var begun: [Int32] = []

  /// The number of ids that make a batch.
  private static let idsPerBatch = 1 << 20

  /// Prepares to read `files`, whose ids are those of `tokenizer`.
  package init(_ files: [String], tokenizer: Tokenizer, endOfText: Int32) {
    (self.files, self.tokenizer, self.endOfText) = (files, tokenizer, endOfText)
  }

  /// The next documents, or nil after the last.
  ///
  /// - Throws: `FileError` if a file cannot be read, is damaged, or has ids that are not of the
  ///   tokenizer.
  package func next() throws(FileError) -> [Corpus.Document]? {
    var batch: [Corpus.Document] = []
    var ids = 0
    while ids < Self.idsPerBatch, let tokens = try nextDocument() {
      let text = tokenizer.decode(tokens)
      documents += 1
      if String(validating: text, as: UTF8.self) == nil { malformed += 1 }
      batch.append(Corpus.Document(domain: 0, file: number, text: text, tokens: Array(tokens)))
      ids += tokens.count
    }
    return batch.isEmpty ? nil : batch
  }

  private func nextDocument() throws(FileError) -> ArraySlice<Int32>? {
    while true {
      if let document = waiting.popFirst() { return document }
      if let file, piece < file.pieces.count {
        try take(file)
      } else if !begun.isEmpty {
        (waiting, begun) = ([begun[...]], [])
      } else {
        guard number + 1 < files.count else { return nil }
        (number, piece) = (number + 1, 0)
        file = try IDFile(files[number], vocabulary: tokenizer.vocabularySize)
      }
    }
  }

  /// Reads the next piece of the file, and cuts it at every end of text.
  private func take(_ file: IDFile) throws(FileError) {
    let ids = begun + (try file.ids(piece))
    piece += 1
    begun = []
    if let wrong = ids.firstIndex(where: { !(0..<Int32(tokenizer.vocabularySize) ~= $0) }) {
      throw .content(
        path: file.path, place: "piece \(piece)",
        problem: "\(ids[wrong]) is not below the tokenizer's \(tokenizer.vocabularySize) ids; "
          + "give the tokenizer that the ids were made with")
    }
    var parts = ids.split(separator: endOfText)
    if !file.piecesAreDocuments, ids.last != endOfText, let last = parts.popLast() {
      begun = Array(last)
    }
    waiting = parts[...]
  }
}
