package import Storage

/// Fitted regressors with their out-of-fold scores: `.json`, format `mde.regressor`.
///
/// A prediction of the loss of one evaluation set is intercept + Σ coefficient · feature, with features
/// by name:
///
///     weight:ArXiv       λ of the domain
///     logWeight:ArXiv    log(λ + logFloor)
///     mde:ArXiv          loss of the mixture of data experts on the evaluation set, nats per token
package struct RegressorFile: Codable, Equatable, Sendable {
  package static let format = "mde.regressor"
  package static let version = 1

  package var provenance: Provenance
  package var domains: [String]
  package var objective: Objective
  /// Added to a weight before its logarithm is taken as a feature.
  package var logFloor: Double
  /// The β of the MDE features.
  package var beta: Double
  /// The family to search with, one of `families`.
  package var family: String
  package var families: [Family]
  package var runs: [Run]

  /// Σ_j weight_j · loss_j over evaluation sets.
  package struct Objective: Codable, Equatable, Sendable {
    package var name: String
    package var weights: [String: Double]
    package init(name: String, weights: [String: Double]) {
      (self.name, self.weights) = (name, weights)
    }
  }

  package struct Family: Codable, Equatable, Sendable {
    package var name: String
    /// Whether its predictions are losses of trained models, not only a ranking.
    package var isCalibrated: Bool
    /// Of the objective, leave-one-out.
    package var meanSquaredError: Double
    /// Rank correlation of predicted and observed objective, leave-one-out; absent for a constant.
    package var spearman: Double?
    /// The ridge penalty of the final fit.
    package var penalty: Double?
    /// Leave-one-out predictions, by run and evaluation set.
    package var outOfFold: [String: [String: Double]]
    /// The fit to all runs, by evaluation set.
    package var models: [String: LinearModel]

    package init(
      name: String, isCalibrated: Bool, meanSquaredError: Double, spearman: Double?,
      penalty: Double?, outOfFold: [String: [String: Double]], models: [String: LinearModel]
    ) {
      (self.name, self.isCalibrated) = (name, isCalibrated)
      (self.meanSquaredError, self.spearman) = (meanSquaredError, spearman)
      (self.penalty, self.outOfFold, self.models) = (penalty, outOfFold, models)
    }
  }

  package struct LinearModel: Codable, Equatable, Sendable {
    package var intercept: Double
    package var coefficients: [String: Double]
    package init(intercept: Double, coefficients: [String: Double]) {
      (self.intercept, self.coefficients) = (intercept, coefficients)
    }
  }

  /// A run as it was observed.
  package struct Run: Codable, Equatable, Sendable {
    package var id: String
    package var weights: [String: Double]
    package var losses: [String: Double]
    package init(id: String, weights: [String: Double], losses: [String: Double]) {
      (self.id, self.weights, self.losses) = (id, weights, losses)
    }
  }

  package init(
    provenance: Provenance, domains: [String], objective: Objective, logFloor: Double,
    beta: Double, family: String, families: [Family], runs: [Run]
  ) {
    (self.provenance, self.domains, self.objective) = (provenance, domains, objective)
    (self.logFloor, self.beta, self.family) = (logFloor, beta, family)
    (self.families, self.runs) = (families, runs)
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
