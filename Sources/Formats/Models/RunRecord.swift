package import Storage

/// A record of what a training run was asked for and what it did: `run.json` beside the model.
package struct RunRecord: Codable, Equatable, Sendable {
  package static let format = "mde.run"
  package static let version = 1

  package var provenance: Provenance
  /// The name of the model, which is that of its folder.
  package var id: String
  /// The weight of each domain in the mixture asked for, summing to 1.
  package var weights: [String: Double]
  /// The number of tokens learned from each domain, end-of-text tokens included.
  package var tokens: [String: Int]
  /// The number of times that each domain's tokens were read: those learned / those there are.
  package var epochs: [String: Double]
  /// The number of tokens that were seen of each domain, where that was limited by --pool-for.
  package var pool: [String: Int]?
  package var steps: Int
  /// The number of parameters of the model, shared ones counted once; nil if nobody counted.
  package var parameters: Int?
  /// The mean loss over the last tenth of the steps, in nats per token; nil without a step, or if
  /// the trainer does not tell.
  package var trainingLoss: Double?
  /// The loss on the start of each domain's validation split, in nats per token.
  package var validationLosses: [String: Double]

  package init(
    provenance: Provenance, id: String, weights: [String: Double], tokens: [String: Int],
    epochs: [String: Double], pool: [String: Int]? = nil, steps: Int, parameters: Int?,
    trainingLoss: Double?, validationLosses: [String: Double]
  ) {
    (self.provenance, self.id, self.weights) = (provenance, id, weights)
    (self.tokens, self.epochs, self.pool, self.steps) = (tokens, epochs, pool, steps)
    (self.parameters, self.trainingLoss) = (parameters, trainingLoss)
    self.validationLosses = validationLosses
  }

  /// Reads the record at `path`.
  ///
  /// - Throws: `FileError` if it cannot be read, or is of another format.
  package init(file path: String) throws(FileError) {
    self = try JSON.decode(RunRecord.self, file: path)
    try provenance.require(Self.format, versions: Self.version...Self.version, path: path)
    try requireCounts(tokens, of: "tokens", path: path)
    try requireCounts(pool ?? [:], of: "tokens seen", path: path)
  }
}
