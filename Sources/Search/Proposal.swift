package import Formats
package import Mixtures
package import Regression

/// The proposal of a search in its file: `.json`, format `mde.proposal`.
package typealias ProposalFile = Provenanced<Proposal>

/// The mixture that a search proposes, and what speaks for it.
package struct Proposal: StoredValue {
  package static let format = "mde.proposal"
  package static let version = 4

  /// `proposal`, so that the file can be read as a mixture too.
  package var id = "proposal"
  package var weights: [String: Double]
  package var objective: Objective
  /// The family that predicts.
  package var family: String
  /// Against natural, uniform and the best observed run, where they are known.
  package var verdicts: [Verdict]
  /// How much too low the predicted minimum is to be expected; absent where it was not estimated.
  package var winnersCurse: WinnersCurse?
  /// The proposal first, then the mixtures it is compared with.
  package var candidates: [Candidate]
  /// Absent where there are no experts.
  package var certificate: Certificate?
  /// The bounds of every domain.
  package var constraints: [String: Constraint]
  /// Group sums, frozen ratios and the distance from a base mixture.
  package var limits: [Limit]
  package var region: Region
  package var pareto: Pareto?
  package var search: Search

  package init(
    weights: [String: Double], objective: Objective, family: String,
    verdicts: [Verdict], winnersCurse: WinnersCurse?, candidates: [Candidate],
    certificate: Certificate?, constraints: [String: Constraint], limits: [Limit],
    region: Region, pareto: Pareto?, search: Search
  ) {
    (self.weights, self.objective) = (weights, objective)
    (self.family, self.verdicts, self.winnersCurse) = (family, verdicts, winnersCurse)
    (self.candidates, self.certificate) = (candidates, certificate)
    (self.constraints, self.limits) = (constraints, limits)
    (self.region, self.pareto, self.search) = (region, pareto, search)
  }

  package var problem: String? {
    let sum = weights.values.reduce(0, +)
    if abs(sum - 1) > 1e-6 { return "its weights sum to \(sum)" }
    if candidates.isEmpty { return "holds no candidates; the proposal is the first of them" }
    return candidates.allSatisfy({ $0.interval.count == 2 })
      ? nil : "an interval has not two ends"
  }
}

extension Proposal {
  /// The lowest of many predictions is too low: the search follows the errors of the fit.
  package struct WinnersCurse: Codable, Equatable, Sendable {
    /// Expected loss at such a minimum less what is predicted there, in nats per token.
    package var expected: Double
    package var standardError: Double
    package var refits: Int

    package init(expected: Double, standardError: Double, refits: Int) {
      (self.expected, self.standardError, self.refits) = (expected, standardError, refits)
    }
  }

  package struct Candidate: Codable, Equatable, Sendable {
    package var id: String
    package var weights: [String: Double]
    /// How often each domain's tokens would be read, where the available tokens are known.
    package var epochs: [String: Double]?
    /// Whether every constraint of the search is kept.
    package var isFeasible: Bool
    /// Predicted loss in nats per token.
    package var objective: Double
    /// 90 % of observed runs lay as near to their out-of-fold predictions.
    package var interval: [Double]
    /// By evaluation set.
    package var losses: [String: Double]
    /// Of the mixture of data experts, uncalibrated: the objective of its losses; absent without experts.
    package var mde: Double?

    package init(
      id: String, weights: [String: Double], epochs: [String: Double]?, isFeasible: Bool,
      objective: Double, interval: [Double], losses: [String: Double], mde: Double?
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
    /// How much each criterion of the objective counts in the proof.
    package var criterionWeights: [Double]
    /// Newton steps.
    package var iterations: Int

    package init(
      weights: [String: Double], objective: Double, gap: Double, shadowPrices: [String: Double],
      criterionWeights: [Double], iterations: Int
    ) {
      (self.weights, self.objective, self.gap) = (weights, objective, gap)
      (self.shadowPrices, self.criterionWeights) = (shadowPrices, criterionWeights)
      self.iterations = iterations
    }
  }

  package struct Constraint: Codable, Equatable, Sendable {
    package var minimum: Double
    package var maximum: Double
    /// Where the maximum comes from: `epochs`, `observed`, `asked`, `fixed` or nothing.
    package var reason: String
    /// `minimum`, `maximum`, or `both` where they are equal, if the proposal touches it.
    package var binding: String?
    /// What the predicted objective would change by, in nats per token, if that bound gave way by 0.01.
    package var price: Double?

    package init(
      minimum: Double, maximum: Double, reason: String, binding: String?, price: Double?
    ) {
      (self.minimum, self.maximum, self.reason) = (minimum, maximum, reason)
      (self.binding, self.price) = (binding, price)
    }
  }

  /// A function of the weights and its bounds.
  package struct Limit: Codable, Equatable, Sendable {
    package var name: String
    /// At the proposal.
    package var value: Double
    package var minimum: Double?
    package var maximum: Double?
    package var binding: String?
    package var price: Double?

    package init(
      name: String, value: Double, minimum: Double?, maximum: Double?, binding: String?,
      price: Double?
    ) {
      (self.name, self.value, self.minimum, self.maximum) = (name, value, minimum, maximum)
      (self.binding, self.price) = (binding, price)
    }
  }

  /// How far each weight alone can move while the predicted objective stays within `epsilon` of the best.
  package struct Region: Codable, Equatable, Sendable {
    package var epsilon: Double
    /// By domain: the smallest and the largest.
    package var weights: [String: [Double]]

    package init(epsilon: Double, weights: [String: [Double]]) {
      (self.epsilon, self.weights) = (epsilon, weights)
    }
  }

  /// Mixtures of which none is predicted to be better than another in both objectives.
  package struct Pareto: Codable, Equatable, Sendable {
    package struct Point: Codable, Equatable, Sendable {
      package var weights: [String: Double]
      /// Predicted, in the order of `objectives`.
      package var values: [Double]

      package init(weights: [String: Double], values: [Double]) {
        (self.weights, self.values) = (weights, values)
      }
    }

    package var objectives: [Objective]
    package var points: [Point]

    package init(objectives: [Objective], points: [Point]) {
      (self.objectives, self.points) = (objectives, points)
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
}
