package import Formats
package import Mixtures
package import Regression

/// The proposal of a search in its file: `.json`, format `mde.proposal`.
package typealias ProposalFile = Provenanced<Proposal>

/// The mixture that a search proposes, and what speaks for it.
package struct Proposal: StoredValue {
  package static let format = "mde.proposal"
  package static let version = 6

  /// The id by which the file can be read as a mixture too: `proposal`, or `mde-optimum`.
  package var id: String
  package var weights: Mixture
  package var objective: Objective
  /// What was minimised.
  package var minimized: Minimized
  /// The name of the family that predicts; nil where nothing was fitted.
  package var family: String?
  /// The verdicts against natural, uniform and the best observed run, as far as these are known.
  package var verdicts: [Verdict]
  /// The amount by which the predicted minimum is too low; absent if it was not estimated.
  package var winnersCurse: WinnersCurse?
  /// The proposal, and after it the mixtures that it is compared with.
  package var candidates: [Candidate]
  /// The minimum of the plain MDE objective with its proof; absent if there are no experts.
  package var certificate: Certificate?
  /// The bounds of every domain.
  package var constraints: [String: Constraint]
  /// The group sums, frozen ratios and the distance from a base mixture.
  package var limits: [Limit]
  /// The bounds on losses that the search kept; none if it is empty.
  package var guards: [Guard]
  package var region: Region
  package var pareto: Pareto?
  package var search: Search
  /// The cost of the models that speak for the proposal, and of the next step.
  package var cost: Cost
  /// The signs that the answer may be wrong; none that are known if it is empty.
  package var warnings: [ExpertsWarning]

  package init(
    minimized: Minimized, weights: Mixture, objective: Objective, family: String?,
    verdicts: [Verdict], winnersCurse: WinnersCurse?, candidates: [Candidate],
    certificate: Certificate?, constraints: [String: Constraint], limits: [Limit], guards: [Guard],
    region: Region, pareto: Pareto?, search: Search, cost: Cost,
    warnings: [ExpertsWarning]
  ) {
    id = minimized == .mde ? "mde-optimum" : "proposal"
    (self.minimized, self.weights, self.objective) = (minimized, weights, objective)
    (self.family, self.verdicts, self.winnersCurse) = (family, verdicts, winnersCurse)
    (self.candidates, self.certificate) = (candidates, certificate)
    (self.constraints, self.limits, self.guards) = (constraints, limits, guards)
    (self.region, self.pareto, self.search, self.cost) = (region, pareto, search, cost)
    self.warnings = warnings
  }

  package var problem: String? {
    if candidates.isEmpty { return "holds no candidates; the proposal is the first of them" }
    guard candidates.allSatisfy({ $0.interval?.count ?? 2 == 2 }) else {
      return "an interval has not two ends"
    }
    return candidates.allSatisfy({ ($0.objective == nil) == (family == nil) })
      ? nil : "predicts without a family, or has a family and no prediction"
  }
}

extension Proposal {
  /// What a search minimises.
  package enum Minimized: String, Codable, CaseIterable, Sendable {
    /// The objective that a fitted regressor predicts.
    case predicted
    /// The uncalibrated MDE objective, which takes the experts alone.
    case mde
  }
}

extension Proposal {
  /// The amount by which a minimum of predictions is too low, as a search follows the fit's errors.
  package struct WinnersCurse: Codable, Equatable, Sendable {
    /// The expected loss at such a minimum less the loss predicted there, in nats per token.
    package var expected: Double
    package var standardError: Double
    package var refits: Int

    package init(expected: Double, standardError: Double, refits: Int) {
      (self.expected, self.standardError, self.refits) = (expected, standardError, refits)
    }
  }

  /// The proposal, or a mixture that it is compared with, as the regressor and the experts see it.
  package struct Candidate: Codable, Equatable, Sendable {
    package var id: String
    package var weights: Mixture
    /// The number of times that each domain's tokens would be read; absent if not known of all.
    package var epochs: [String: Double]?
    /// Whether it keeps every constraint on weights.
    package var isFeasible: Bool
    /// The guards that it breaks; absent without guards.
    package var brokenGuards: [String]?
    /// The predicted objective in nats per token; absent where nothing was fitted.
    package var objective: Double?
    /// The ends of an interval of the objective, in nats per token; absent with it.
    ///
    /// It holds the loss of one more run with 90 %, as `PredictionError` judges it.
    package var interval: [Double]?
    /// The predicted losses in nats per token, by evaluation set; absent with the objective.
    package var losses: [String: Double]?
    /// The plain MDE objective in nats per token; absent without experts.
    ///
    /// It is the objective of the losses of the mixture of data experts, uncalibrated.
    package var mde: Double?

    package init(
      id: String, weights: Mixture, epochs: [String: Double]?, isFeasible: Bool,
      brokenGuards: [String]?, objective: Double?, interval: [Double]?,
      losses: [String: Double]?, mde: Double?
    ) {
      (self.id, self.weights, self.epochs, self.isFeasible) = (id, weights, epochs, isFeasible)
      (self.objective, self.interval, self.losses, self.mde) = (objective, interval, losses, mde)
      self.brokenGuards = brokenGuards
    }
  }

  /// The minimum of the uncalibrated MDE objective under the constraints, with its proof.
  package struct Certificate: Codable, Equatable, Sendable {
    package var weights: Mixture
    /// The uncalibrated MDE objective in nats per token.
    package var objective: Double
    /// The most by which a feasible mixture that keeps the guards on MDE losses, if there are any,
    /// can be better, in nats per token.
    package var gap: Double
    /// The change of the minimum for one more hundredth of each domain, in nats per token.
    ///
    /// It is 0 where no bound is in the way.
    package var shadowPrices: [String: Double]
    /// The weight of each criterion of the objective in the proof.
    package var criterionWeights: [Double]
    /// The number of Newton steps.
    package var iterations: Int

    package init(
      weights: Mixture, objective: Double, gap: Double, shadowPrices: [String: Double],
      criterionWeights: [Double], iterations: Int
    ) {
      (self.weights, self.objective, self.gap) = (weights, objective, gap)
      (self.shadowPrices, self.criterionWeights) = (shadowPrices, criterionWeights)
      self.iterations = iterations
    }
  }

  /// The work that the search took.
  package struct Search: Codable, Equatable, Sendable {
    package var randomDraws: Int
    /// The predicted objective of the best draw, in nats per token; absent without draws.
    package var bestRandom: Double?
    package var starts: Int
    package var evaluations: Int

    package init(randomDraws: Int, bestRandom: Double?, starts: Int, evaluations: Int) {
      (self.randomDraws, self.bestRandom) = (randomDraws, bestRandom)
      (self.starts, self.evaluations) = (starts, evaluations)
    }
  }
}
