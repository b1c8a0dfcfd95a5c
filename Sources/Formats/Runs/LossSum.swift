import Glibc

/// The loss of a set of documents: a mean over tokens, with its error from the spread of documents.
///
/// Documents, not tokens, are the independent draws, so the standard error is that of the ratio
/// estimator Σ_d y_d / Σ_d n_d, y_d nats and n_d tokens of document d:
///
///     SE² = D/(D−1) · Σ_d (y_d − r n_d)² / (Σ_d n_d)²
///
/// Source: Cochran, Sampling Techniques, 1977, equation 6.4.
package struct LossSum: Equatable, Sendable {
  package private(set) var documents = 0
  package private(set) var tokens = 0
  package private(set) var bytes = 0
  /// The sum of the losses of all documents in nats, Σ_d y_d.
  package private(set) var nats = 0.0
  private var squaredNats = 0.0
  private var squaredTokens = 0.0
  private var natsTimesTokens = 0.0

  package init() {}

  /// Makes the sum of documents that were counted and summed before.
  ///
  /// - Parameters:
  ///   - nats: The sum Σ_d y_d.
  ///   - squaredNats: The sum Σ_d y_d².
  ///   - natsTimesTokens: The sum Σ_d y_d n_d.
  package init(
    _ counts: DocumentCounts, nats: Double, squaredNats: Double, natsTimesTokens: Double
  ) {
    (documents, tokens, bytes) = (counts.documents, counts.tokens, counts.bytes)
    (self.nats, self.squaredNats) = (nats, squaredNats)
    (squaredTokens, self.natsTimesTokens) = (counts.squaredTokens, natsTimesTokens)
  }

  /// Counts a document; one without tokens says nothing about the loss, but its bytes count.
  package mutating func add(nats: Double, tokens: Int, bytes: Int) {
    self.bytes += bytes
    guard tokens > 0 else { return }
    documents += 1
    self.tokens += tokens
    self.nats += nats
    squaredNats += nats * nats
    squaredTokens += Double(tokens) * Double(tokens)
    natsTimesTokens += nats * Double(tokens)
  }

  /// The mean loss in nats per token; NaN without tokens.
  package var mean: Double { nats / Double(tokens) }

  /// The loss in bits per UTF-8 byte of the text, which tokenizers can be compared by.
  package var bitsPerByte: Double { nats / (M_LN2 * Double(bytes)) }

  /// The standard error of `mean`; nil for fewer than two documents.
  package var standardError: Double? {
    guard documents > 1 else { return nil }
    let squares = squaredNats - 2 * mean * natsTimesTokens + mean * mean * squaredTokens
    let count = Double(documents)
    return (max(0, squares) * count / (count - 1)).squareRoot() / Double(tokens)
  }
}
