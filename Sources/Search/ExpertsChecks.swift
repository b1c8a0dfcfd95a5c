package import Experts
package import Formats
import Foundation
package import Parallel

/// The checks of what foretells that the experts' answer is bad.
///
/// The mixture of experts' probabilities takes a domain for as useful as the expert that was
/// trained on it alone. Where that expert is spoiled, as by reading a few documents many times, or
/// another of a like domain does as well, the domain gets too little weight; where no other expert
/// knows it, too much. The limits come from trained cases, which
/// `data/results/README.md` lists under “Where the experts' answer is wrong”.
package struct ExpertsChecks: Sendable {
  /// The largest number of times that an expert may read its data.
  ///
  /// Up to four is about as good as new text: Muennighoff et al. 2023, arXiv:2305.16264.
  package static let epochs = 4.0
  /// The largest loss on the own set less that of the best other expert, in nats per token.
  ///
  /// It is above 0 where a pool is tiny and where two domains are alike, and -.2 at most elsewhere.
  package static let excess = 0.0
  /// The largest share of −log λ that a domain's own set may lose by the mixing.
  package static let isolation = 0.6
  /// The smallest amount by which a run may be above its mixture of experts, in nats per token.
  ///
  /// Runs of healthy cases are above it but for the noise of seeds, which is .02 to .03.
  package static let gap = -0.02

  private let domains: [String]
  private let answer: [Double]?
  private let models: [String: LogProbHeader.Model]
  /// The losses on the set of a domain's own name, by domain.
  private let ownSets: [String: OwnSet]

  private struct OwnSet {
    /// The loss of each expert, in the order of the domains.
    let experts: [Double]
    /// The loss of the mixture of experts at the answer.
    let answer: Double?
  }

  /// A trained mixture as it was measured and as the experts see it.
  package struct Run: Sendable {
    package let id: String
    package let measured: Double
    package let mde: Double

    package init(id: String, measured: Double, mde: Double) {
      (self.id, self.measured, self.mde) = (id, measured, mde)
    }

    /// The amount by which the model is worse than its mixture of experts.
    var gap: Double { measured - mde }
  }

  /// Creates the checks of some experts and the mixture that is the best by them.
  ///
  /// - Parameters:
  ///   - answer: The weights of that mixture, in the order of the domains of `cache`; nil if there
  ///     is none.
  ///   - models: The models of the experts, in any order; domains without one, which are virtual,
  ///     are left out of the checks of single experts.
  package init(
    _ cache: ProbabilityCache, answer: [Double]?, models: [LogProbHeader.Model], pool: WorkerPool
  ) {
    (domains, self.answer) = (cache.domains, answer)
    func losses(_ weights: [Double]) -> [Double] {
      cache.evaluate(weights, order: .value, pool: pool).map(\.loss)
    }
    let experts = cache.domains.indices.map { expert in
      losses(cache.domains.indices.map { $0 == expert ? 1 : 0 })
    }
    let mixed = answer.map(losses)
    ownSets = Dictionary(
      uniqueKeysWithValues: cache.sets.enumerated().map { set, own in
        (own.name, OwnSet(experts: experts.map { $0[set] }, answer: mixed?[set]))
      })
    self.models = Dictionary(
      models.compactMap { model in
        let positive = (model.weights ?? [:]).filter { $0.value > 0 }
        return positive.count == 1 ? positive.first.map { ($0.key, model) } : nil
      }, uniquingKeysWith: { first, _ in first })
  }

  /// Returns the warnings: first those that the experts' files give, domain by domain.
  ///
  /// - Parameters:
  ///   - runs: Trained mixtures, measured on the objective that the answer is for.
  ///   - unit: The unit of that objective.
  package func warnings(
    runs: [Run] = [], unit: String = "nats per token"
  ) -> [ExpertsWarning] {
    domains.flatMap { domain in
      [repeats(domain), beaten(domain), isolated(domain)].compactMap { $0 }
    } + runs.compactMap { belowExperts($0, unit: unit) }
  }

  private func repeats(_ domain: String) -> ExpertsWarning? {
    guard let epochs = models[domain]?.epochs?[domain], epochs > Self.epochs else { return nil }
    return ExpertsWarning(
      kind: .repeatedData, subject: domain, value: epochs, limit: Self.epochs,
      message: "the expert of \(domain) read its data \(rounded(epochs, 1)) times, which a mixture "
        + "would not; \(domain) may deserve more weight than the experts say")
  }

  private func beaten(_ domain: String) -> ExpertsWarning? {
    guard models[domain] != nil, let own = domains.firstIndex(of: domain),
      let losses = ownSets[domain]?.experts,
      let best = losses.indices.filter({ models[domains[$0]] != nil })
        .min(by: { losses[$0] < losses[$1] })
    else { return nil }
    let excess = losses[own] - losses[best]
    guard excess > Self.excess else { return nil }
    return ExpertsWarning(
      kind: .beatenExpert, subject: domain, value: excess, limit: Self.excess,
      message:
        "on \(domain) its own expert is \(rounded(excess, 3)) nats per token worse than that of "
        + "\(domains[best]); what \(domain) is worth in a mixture cannot be told from it")
  }

  /// Of an expert that nobody helps, p_λ is λ_i p_i on its own set: the loss rises by −log λ_i.
  private func isolated(_ domain: String) -> ExpertsWarning? {
    guard models[domain] != nil, let own = domains.firstIndex(of: domain),
      let losses = ownSets[domain], let mixed = losses.answer, let weight = answer?[own],
      weight > 0, weight < 1
    else { return nil }
    let share = (mixed - losses.experts[own]) / -log(weight)
    guard share > Self.isolation else { return nil }
    return ExpertsWarning(
      kind: .isolatedDomain, subject: domain, value: share, limit: Self.isolation,
      message:
        "on \(domain) the mixture of experts pays \(rounded(100 * share, 0)) % of what it would "
        + "if no other expert knew a token, which a trained model need not; \(domain) may deserve "
        + "less weight than the experts say")
  }

  private func belowExperts(_ run: Run, unit: String) -> ExpertsWarning? {
    guard run.gap < Self.gap else { return nil }
    return ExpertsWarning(
      kind: .belowExperts, subject: run.id, value: run.gap, limit: Self.gap,
      message: "\(run.id) was measured \(rounded(-run.gap, 3)) \(unit) below its mixture of "
        + "experts; training on the domains together gives more than the experts can tell")
  }
}

/// Returns `value` to some decimals.
private func rounded(_ value: Double, _ decimals: Int) -> String {
  String(format: "%.\(decimals)f", value)
}
