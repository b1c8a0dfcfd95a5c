/// The counts of a set of documents, which enter every loss on it.
package struct DocumentCounts: Sendable {
  package private(set) var documents = 0
  package private(set) var tokens = 0
  package private(set) var bytes = 0
  /// The sum of the squares of the documents' tokens.
  package private(set) var squaredTokens = 0.0

  package init() {}

  /// Counts a document; of one without tokens, only the bytes count.
  package mutating func add(tokens: Int, bytes: Int) {
    self.bytes += bytes
    guard tokens > 0 else { return }
    documents += 1
    self.tokens += tokens
    squaredTokens += Double(tokens) * Double(tokens)
  }

  package mutating func add(_ other: DocumentCounts) {
    documents += other.documents
    tokens += other.tokens
    bytes += other.bytes
    squaredTokens += other.squaredTokens
  }
}
