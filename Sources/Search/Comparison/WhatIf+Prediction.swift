import Constraints
import Formats
package import Mixtures

extension WhatIf {
  /// The number of domains that have a profile; those of the greatest weight in the proposal.
  private static let most = 20

  /// Predicts mixtures around a proposal, the first of `subject`.
  ///
  /// - Throws: `Mixture.Invalid` if weights are no mixture.
  package init(
    _ subject: MixtureComparison.Subject, _ predicted: PredictedLosses, seed: UInt64
  ) throws(Mixture.Invalid) {
    let comparison = try MixtureComparison(subject, predicted)
    let groups = subject.groups
    self.init(
      objective: predicted.objective, family: predicted.family, sets: predicted.predictor.sets,
      domains: groups.domains, epochsAtFullWeight: subject.epochsAtFullWeight,
      trainTokens: subject.inventory.trainTokens,
      mixtures: comparison.mixtures.map { mixture in
        let losses = [mixture.objective] + mixture.losses
        let differences = mixture.difference.map { [$0] + (mixture.differences ?? []) }
        return Place(
          id: mixture.id, weights: mixture.weights, values: losses.map { rounded($0.value) },
          radii: losses.map { $0.radius.map(rounded) },
          apart: differences?.map { $0.radius.map(rounded) } ?? losses.map { _ in 0 })
      },
      profiles: [], pairs: [], bounds: subject.bounds,
      unchecked: subject.feasible.distance?.description,
      guards: predicted.guarded.guards?.guards.map(\.text.description) ?? [],
      errors: .init(one: 0, draws: 0))
    let around = WhatIfSurroundings(subject, predicted)
    let largest = groups.domains.indices.sorted {
      (-around.base[$0], $0) < (-around.base[$1], $1)
    }
    let chosen = largest.prefix(Self.most).filter { around.base[$0] <= 0.9 }.sorted()
    profiles = chosen.map { around.profile($0) }
    pairs = around.pairs(of: self, chosen)
    errors = around.errors(of: self, chosen, seed: seed)
  }
}

extension MixtureComparison.Subject {
  /// The epochs of each domain in a run of weight 1; nil if they are not known of all.
  fileprivate var epochsAtFullWeight: [Double]? {
    guard let trainTokens = inventory.trainTokens else { return nil }
    let epochs = groups.domains.compactMap { domain -> Double? in
      guard let tokens = inventory.availableTokens[domain], tokens > 0 else { return nil }
      return trainTokens / tokens
    }
    return epochs.count == groups.domains.count ? epochs : nil
  }

  /// The bounds of domains that are narrower than from 0 to 1, and those of sums.
  fileprivate var bounds: [WhatIf.Bound] {
    func coefficients(_ ofPart: (Int) -> Double) -> [String: Double] {
      zip(groups.domains, groups.partOf).reduce(into: [:]) { all, domain in
        let coefficient = ofPart(domain.1)
        if coefficient != 0 { all[domain.0] = coefficient }
      }
    }
    let ofParts = feasible.domains.indices.map { i in
      WhatIf.Bound(
        name: feasible.domains[i],
        coefficients: coefficients { $0 == i ? 1 : 0 },
        minimum: feasible.minimum[i] > 0 ? feasible.minimum[i] : nil,
        maximum: feasible.maximum[i] < 1 ? feasible.maximum[i] : nil,
        least: BrokenLimit.words(feasible.minimumReasons[i], isAbove: false),
        most: BrokenLimit.words(feasible.reasons[i], isAbove: true))
    }
    let ofSums = feasible.limits.map { limit in
      WhatIf.Bound(
        name: limit.name, coefficients: coefficients { limit.coefficients[$0] },
        minimum: limit.low.isFinite ? limit.low : nil,
        maximum: limit.high.isFinite ? limit.high : nil,
        least: BrokenLimit.words("", isAbove: false), most: BrokenLimit.words("", isAbove: true))
    }
    return (ofParts + ofSums).filter { $0.minimum != nil || $0.maximum != nil }
  }
}

/// Returns a value to a hundred-thousandth.
func rounded(_ value: Double) -> Double { (value * 1e5).rounded() / 1e5 }
