package import Formats
package import Mixtures

/// What is predicted around a proposal, in a file: `.json`, format `mde.what-if`.
package typealias WhatIfFile = Provenanced<WhatIf>

/// Predictions of mixtures that differ from a proposal in a weight, for where no tool is at hand.
///
/// Values are the objective and, after it, the loss of every set.
package struct WhatIf: StoredValue {
  package static let format = "mde.what-if"
  package static let version = 1

  package var objective: Objective
  /// The family that predicts; nil where values are MDE losses, of which no error is known.
  package var family: String?
  package var sets: [String]
  package var domains: [String]
  /// The epochs of each domain in a run of weight 1; nil if they are not known of all.
  package var epochsAtFullWeight: [Double]?
  /// The tokens of that run.
  package var trainTokens: Double?
  /// The proposal, and what it is compared with.
  package var mixtures: [Place]
  /// The proposal with the weight of one domain changed and the others scaled in proportion.
  package var profiles: [Profile]
  /// What two changed weights do beyond the sum of what each does alone.
  package var pairs: [Pair]
  package var bounds: [Bound]
  /// A constraint that is no bound; nil without one.
  package var unchecked: String?
  package var guards: [String]
  /// How far from the predictions it is what stands between those of `profiles`.
  package var errors: Errors

  /// A mixture as it is predicted.
  package struct Place: Codable, Equatable, Sendable {
    package var id: String
    /// The weights by domain.
    package var weights: [Double]
    package var values: [Double]
    /// The radii of the intervals that hold 90 % of single runs; nil where none is known.
    package var radii: [Double?]
    /// The radii of the values less those of the proposal, for one run of each.
    package var apart: [Double?]
  }

  /// The mixtures with other weights of one domain.
  package struct Profile: Codable, Equatable, Sendable {
    package var domain: String
    /// The weights of the domain, ascending.
    package var weights: [Double]
    /// The values and radii, (weights, values).
    package var values: [[Double]]
    package var radii: [[Double?]]
    package var apart: [[Double?]]
    /// The nats per token by which each guard is broken, kept where negative, (weights, guards).
    package var excesses: [[Double]]
  }

  /// The weights of two domains changed together, each so that alone it would be of its `levels`.
  package struct Pair: Codable, Equatable, Sendable {
    /// The places of the two in `profiles`.
    package var profiles: [Int]
    /// The weights of each alone, ascending, (2, levels).
    package var levels: [[Double]]
    /// The values less those of the proposal and what the two profiles add to them, (levels of the
    /// first, levels of the second, values).
    package var values: [[[Double]]]
  }

  /// A linear function of the weights, Σ_i coefficient_i λ_i, with its bounds.
  package struct Bound: Codable, Equatable, Sendable {
    package var name: String
    /// The coefficients by domain; those that are not 0.
    package var coefficients: [String: Double]
    package var minimum: Double?
    package var maximum: Double?
    /// What the minimum and maximum are, such as `the most of any run`.
    package var least: String
    package var most: String
  }

  /// Errors of values in the objective's unit, measured at mixtures between the stored ones, whose
  /// weights are thousandths.
  package struct Errors: Codable, Equatable, Sendable {
    /// The largest with one weight changed.
    package var one: Double
    /// What the largest error of nine of ten draws stays below where two weights are changed; nil
    /// without draws.
    package var two: Double?
    /// The share of itself that the radius of the objective less the proposal's is off by in nine
    /// of ten draws; nil without draws, or where no radius is known.
    package var radius: Double?
    /// The number of draws.
    package var draws: Int
  }

  package var problem: String? {
    let (sets, domains) = (1 + sets.count, domains.count)
    guard let first = mixtures.first else { return "holds no mixture; the proposal is the first" }
    guard
      mixtures.allSatisfy({
        $0.weights.count == domains && isWhole($0.values, sets) && $0.radii.count == sets
          && $0.apart.count == sets
      }), bounds.allSatisfy({ $0.coefficients.keys.allSatisfy(self.domains.contains) }),
      epochsAtFullWeight?.count ?? domains == domains
    else { return "\(first.id): has not a number for every domain and set" }
    guard
      pairs.allSatisfy({ pair in
        pair.profiles.count == 2 && pair.profiles.allSatisfy(profiles.indices.contains)
          && pair.levels.count == 2
          && pair.levels.allSatisfy { $0.count >= 4 && rises($0) }
          && pair.values.count == pair.levels[0].count
          && pair.values.allSatisfy { rows in
            rows.count == pair.levels[1].count && rows.allSatisfy { isWhole($0, sets) }
          }
      })
    else { return "a pair has not a number for every two weights, or they do not rise" }
    if let profile = profiles.first(where: { !rises($0.weights) }) {
      return "\(profile.domain): a weight of its profile is not above the one before"
    }
    return profiles.allSatisfy { profile in
      let count = profile.weights.count
      return count >= 4 && self.domains.contains(profile.domain)
        && profile.values.count == count
        && profile.radii.count == count && profile.apart.count == count
        && profile.excesses.count == count
        && profile.values.allSatisfy { isWhole($0, sets) }
        && (profile.radii + profile.apart).allSatisfy { $0.count == sets }
        && profile.excesses.allSatisfy { $0.count == guards.count }
    } ? nil : "a profile has not a number for every weight"
  }

  /// Whether each is above the one before: between two equal ones the page could not tell.
  private func rises(_ weights: [Double]) -> Bool {
    zip(weights, weights.dropFirst()).allSatisfy { $0 < $1 }
  }

  private func isWhole(_ values: [Double], _ count: Int) -> Bool {
    values.count == count && values.allSatisfy(\.isFinite)
  }
}
