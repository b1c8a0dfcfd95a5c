package import Storage

/// What a training run was asked for and what it did: `run.json` beside the model.
package struct RunRecord: Codable, Equatable, Sendable {
  package static let format = "mde.run"
  package static let version = 1

  package var provenance: Provenance
  /// The name of the mixture or expert.
  package var id: String
  /// The mixture asked for, by domain, summing to 1.
  package var weights: [String: Double]
  /// Tokens learned from each domain, end-of-text tokens included.
  package var tokens: [String: Int]
  /// Those tokens divided by what the domain has.
  package var epochs: [String: Double]
  package var steps: Int
  /// Parameters of the model, shared ones once.
  package var parameters: Int
  /// Mean loss over the last tenth of the steps, in nats per token.
  package var trainingLoss: Double
  /// Loss on the start of each domain's validation split, in nats per token.
  package var validationLosses: [String: Double]

  package init(
    provenance: Provenance, id: String, weights: [String: Double], tokens: [String: Int],
    epochs: [String: Double], steps: Int, parameters: Int, trainingLoss: Double,
    validationLosses: [String: Double]
  ) {
    (self.provenance, self.id, self.weights) = (provenance, id, weights)
    (self.tokens, self.epochs, self.steps) = (tokens, epochs, steps)
    (self.parameters, self.trainingLoss) = (parameters, trainingLoss)
    self.validationLosses = validationLosses
  }

  package init(file path: String) throws(FileError) {
    self = try JSON.decode(RunRecord.self, file: path)
    try provenance.require(Self.format, versions: Self.version...Self.version, path: path)
  }
}
