package import Formats
package import Mixtures
package import Storage

/// Fitted regressors with their out-of-fold scores: `.json`, format `mde.regressor`.
package struct RegressorFile: Codable, Equatable, Sendable {
  package static let format = "mde.regressor"
  package static let version = 3

  package var provenance: Provenance
  package var domains: [String]
  /// Evaluation sets that are predicted.
  package var sets: [String]
  /// Evaluation sets whose MDE losses are features; empty where there were no experts.
  package var mdeSets: [String]
  package var objective: MeanObjective
  /// The β of the MDE features.
  package var beta: Double
  /// Added to a weight before its logarithm is a feature.
  package var logFloor: Double
  /// By domain, how often a run of weight 1 reads its data, where all runs agree on that.
  package var epochsAtFullWeight: [String: Double]?
  /// Of the folds: `leave-one-out`, or such as `10 folds, 3 times`.
  package var protocolName: String
  /// The family to search with, one of `families`.
  package var family: String
  package var families: [Family]
  package var runs: [Run]
  /// From runs of equal weights; nil if there are none.
  package var noise: SeedNoise?

  package struct Family: Codable, Equatable, Sendable {
    package var name: String
    package var summary: String
    /// `weights`, `mde`: what its predictions depend on.
    package var inputs: [String]
    /// Whether its predictions are losses of trained models, not only a ranking.
    package var isCalibrated: Bool
    /// Of the objective, out of fold.
    package var scores: FamilyScores
    /// Out-of-fold predictions, by run and evaluation set.
    package var outOfFold: [String: [String: Double]]
    /// The standard deviations of the objective that the family itself stated for them, by run.
    package var deviations: [String: Double]?
    /// The fit to all runs.
    package var model: RegressorModel

    package init(
      name: String, summary: String, inputs: [String], isCalibrated: Bool, scores: FamilyScores,
      outOfFold: [String: [String: Double]], deviations: [String: Double]?, model: RegressorModel
    ) {
      (self.name, self.summary, self.inputs) = (name, summary, inputs)
      (self.isCalibrated, self.scores) = (isCalibrated, scores)
      (self.outOfFold, self.deviations, self.model) = (outOfFold, deviations, model)
    }
  }

  /// A run as it was observed.
  package struct Run: Codable, Equatable, Sendable {
    package var id: String
    package var weights: [String: Double]
    package var losses: [String: Double]
    /// The MDE losses at its weights.
    package var mde: [String: Double]
    package init(
      id: String, weights: [String: Double], losses: [String: Double], mde: [String: Double] = [:]
    ) {
      (self.id, self.weights, self.losses, self.mde) = (id, weights, losses, mde)
    }
  }

  package init(
    provenance: Provenance, domains: [String], sets: [String], mdeSets: [String],
    objective: MeanObjective, beta: Double, logFloor: Double,
    epochsAtFullWeight: [String: Double]? = nil, protocolName: String, family: String,
    families: [Family], runs: [Run], noise: SeedNoise?
  ) {
    (self.provenance, self.domains, self.sets) = (provenance, domains, sets)
    (self.mdeSets, self.objective) = (mdeSets, objective)
    (self.beta, self.logFloor, self.protocolName) = (beta, logFloor, protocolName)
    (self.family, self.families) = (family, families)
    self.epochsAtFullWeight = epochsAtFullWeight
    (self.runs, self.noise) = (runs, noise)
  }

  package init(reading path: String) throws(FileError) {
    let bytes = try readFile(path)
    self = try decodeArtifact(
      Self.self, from: bytes, as: Self.format, version: Self.version, path: path)
    guard families.contains(where: { $0.name == family }) else {
      throw .content(path: path, problem: "its family \(family) is not among its families")
    }
  }
}
