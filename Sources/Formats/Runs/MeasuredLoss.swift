package import Storage

/// A mean loss and how well it is known.
package struct MeasuredLoss: Codable, Equatable, Sendable {
  /// The mean loss in nats per token.
  package var nats: Double
  package var bitsPerByte: Double?
  /// The standard error of `nats`, from the spread between documents.
  package var standardError: Double?

  package init(nats: Double, bitsPerByte: Double? = nil, standardError: Double? = nil) {
    (self.nats, self.bitsPerByte, self.standardError) = (nats, bitsPerByte, standardError)
  }
}

/// The data that the losses of one evaluation set were measured on.
package struct EvaluationData: Codable, Equatable, Sendable {
  package var split: String
  /// The SHA-256 of the token file.
  package var sha256: String
  package var tokens: Int
  package var bytes: Int
  package var documents: Int
  /// What the documents are for; nil for those of a domain or an end task.
  package var kind: EvaluationKind?

  package init(
    split: String, sha256: String, tokens: Int, bytes: Int, documents: Int,
    kind: EvaluationKind? = nil
  ) {
    (self.split, self.sha256, self.kind) = (split, sha256, kind)
    (self.tokens, self.bytes, self.documents) = (tokens, bytes, documents)
  }

  /// Returns whether losses on both can be compared: the same tokens of the same file.
  package func isSame(as other: EvaluationData) -> Bool {
    sha256 == other.sha256 && tokens == other.tokens
  }
}

extension LogProbFileReader {
  /// Reads the file and returns the loss of each document, in nats, with its tokens and bytes.
  ///
  /// - Throws: `FileError` if a block cannot be read or is impossible.
  package func documentLosses() throws(FileError) -> [(nats: Double, tokens: Int, bytes: Int)] {
    var losses: [(nats: Double, tokens: Int, bytes: Int)] = []
    for index in 0..<blockCount {
      let block = try block(index)
      for document in 0..<block.documentCount {
        let logProbs = block[document]
        losses.append(
          (-logProbs.reduce(0) { $0 + Double($1) }, logProbs.count, block.bytes[document]))
      }
    }
    return losses
  }

  /// Reads the file and returns the loss of all its documents together.
  ///
  /// - Throws: `FileError` if a block cannot be read or is impossible.
  package func lossSum() throws(FileError) -> LossSum {
    try documentLosses().reduce(into: LossSum()) {
      $0.add(nats: $1.nats, tokens: $1.tokens, bytes: $1.bytes)
    }
  }
}

extension MeasuredLoss {
  package init(_ sum: LossSum) {
    self.init(nats: sum.mean, bitsPerByte: sum.bitsPerByte, standardError: sum.standardError)
  }
}

extension EvaluationData {
  package init(_ evaluation: LogProbHeader.Evaluation, _ loss: LossSum) {
    self.init(
      split: evaluation.split, sha256: evaluation.sha256, tokens: loss.tokens, bytes: loss.bytes,
      documents: loss.documents, kind: evaluation.kind)
  }
}
