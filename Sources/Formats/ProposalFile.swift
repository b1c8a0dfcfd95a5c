package import Storage

/// The mixture that a search proposes, and what speaks for it: `.json`, format `mde.proposal`.
package struct ProposalFile: Codable, Equatable, Sendable {
  package static let format = "mde.proposal"
  package static let version = 1

  package var provenance: Provenance
  /// `proposal`, so that the file can be read as a mixture too.
  package var id = "proposal"
  package var weights: [String: Double]
  package var objective: RegressorFile.Objective
  /// The family that predicts.
  package var family: String
  /// One plain sentence.
  package var verdict: String
  /// The proposal first, then the mixtures it is compared with.
  package var candidates: [Candidate]
  package var certificate: Certificate
  package var constraints: [String: Constraint]
  package var search: Search

  package struct Candidate: Codable, Equatable, Sendable {
    package var id: String
    package var weights: [String: Double]
    /// How often each domain's tokens would be read, where the available tokens are known.
    package var epochs: [String: Double]?
    /// Whether every weight lies between the bounds of the search.
    package var isFeasible: Bool
    /// Predicted loss in nats per token.
    package var objective: Double
    /// 90 % of observed runs lay as near to their leave-one-out predictions.
    package var interval: [Double]
    /// By evaluation set.
    package var losses: [String: Double]
    /// Of the mixture of data experts, uncalibrated, with the weights of the objective.
    package var mde: Double

    package init(
      id: String, weights: [String: Double], epochs: [String: Double]?, isFeasible: Bool,
      objective: Double, interval: [Double], losses: [String: Double], mde: Double
    ) {
      (self.id, self.weights, self.epochs, self.isFeasible) = (id, weights, epochs, isFeasible)
      (self.objective, self.interval, self.losses, self.mde) = (objective, interval, losses, mde)
    }
  }

  /// The minimum of the uncalibrated MDE objective under the constraints, with its proof.
  package struct Certificate: Codable, Equatable, Sendable {
    package var weights: [String: Double]
    /// Nats per token.
    package var objective: Double
    /// No feasible mixture is better by more than this, in nats per token.
    package var gap: Double
    /// Nats per token for one more hundredth of the domain allowed; 0 where no bound is in the way.
    package var shadowPrices: [String: Double]
    /// Evaluations of the gradient.
    package var iterations: Int

    package init(
      weights: [String: Double], objective: Double, gap: Double, shadowPrices: [String: Double],
      iterations: Int
    ) {
      (self.weights, self.objective, self.gap) = (weights, objective, gap)
      (self.shadowPrices, self.iterations) = (shadowPrices, iterations)
    }
  }

  package struct Constraint: Codable, Equatable, Sendable {
    package var minimum: Double
    package var maximum: Double
    /// Where the maximum comes from: `epochs`, `observed`, `asked` or nothing.
    package var reason: String
    /// `minimum` or `maximum`, if the proposal touches it.
    package var binding: String?

    package init(minimum: Double, maximum: Double, reason: String, binding: String?) {
      (self.minimum, self.maximum, self.reason) = (minimum, maximum, reason)
      self.binding = binding
    }
  }

  package struct Search: Codable, Equatable, Sendable {
    package var randomDraws: Int
    /// The best of the draws, in nats of the objective; absent without draws.
    package var bestRandom: Double?
    package var starts: Int
    package var evaluations: Int

    package init(randomDraws: Int, bestRandom: Double?, starts: Int, evaluations: Int) {
      (self.randomDraws, self.bestRandom) = (randomDraws, bestRandom)
      (self.starts, self.evaluations) = (starts, evaluations)
    }
  }

  package init(
    provenance: Provenance, weights: [String: Double], objective: RegressorFile.Objective,
    family: String, verdict: String, candidates: [Candidate], certificate: Certificate,
    constraints: [String: Constraint], search: Search
  ) {
    (self.provenance, self.weights, self.objective) = (provenance, weights, objective)
    (self.family, self.verdict, self.candidates) = (family, verdict, candidates)
    (self.certificate, self.constraints, self.search) = (certificate, constraints, search)
  }

  package init(reading path: String) throws(FileError) {
    let bytes = try readFile(path)
    self = try decodeArtifact(
      Self.self, from: bytes, as: Self.format, version: Self.version, path: path)
  }
}
