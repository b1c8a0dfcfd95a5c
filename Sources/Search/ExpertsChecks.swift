package import Experts
package import Formats
import Foundation
package import Parallel

/// The checks of what foretells that the experts' answer is bad.
///
/// The mixture of experts' probabilities takes a domain for as useful as the expert that was
/// trained on it alone. Where that expert is spoiled, as by reading a few documents many times,
/// the domain gets too little weight. The limits come from trained cases, which
/// `data/results/README.md` lists under “Where the experts' answer is wrong”.
package struct ExpertsChecks: Sendable {
  /// The largest number of times that an expert may read its data.
  ///
  /// Up to four is about as good as new text: Muennighoff et al. 2023, arXiv:2305.16264.
  package static let epochs = 4.0
  /// The largest ratio of the expert's and the run's numbers of tokens, or its inverse.
  package static let budgetRatio = 3.0
  /// The largest difference of two runs' measured and MDE differences in nats per token.
  package static let difference = 0.1

  private let domains: [String]
  private let ownLosses: [(domain: String, losses: [Double])]
  private let models: [String: LogProbHeader.Model]

  /// A trained mixture as it was measured and as the experts see it, in nats per token.
  package struct Run: Sendable {
    package let id: String
    package let measured: Double
    package let mde: Double

    package init(id: String, measured: Double, mde: Double) {
      (self.id, self.measured, self.mde) = (id, measured, mde)
    }
  }

  /// Creates the checks of some experts.
  ///
  /// - Parameter models: The models of the experts, in any order; those that are not known, and
  ///   models of more than one domain, are left out of the checks of tokens and epochs.
  package init(_ cache: ProbabilityCache, models: [LogProbHeader.Model], pool: WorkerPool) {
    domains = cache.domains
    let losses = cache.domains.indices.map { expert in
      let alone = cache.domains.indices.map { $0 == expert ? 1.0 : 0 }
      return cache.evaluate(alone, order: .value, pool: pool).map(\.loss)
    }
    ownLosses = cache.sets.enumerated().filter { cache.domains.contains($1.name) }
      .map { set, own in (own.name, losses.map { $0[set] }) }
    self.models = Dictionary(
      models.compactMap { model in
        let positive = (model.weights ?? [:]).filter { $0.value > 0 }
        return positive.count == 1 ? positive.first.map { ($0.key, model) } : nil
      }, uniquingKeysWith: { first, _ in first })
  }

  /// Returns the warnings: first those that the experts' files give, domain by domain.
  ///
  /// - Parameters:
  ///   - trainTokens: The tokens of the run that the answer is for; nil if that is not known.
  ///   - runs: Trained mixtures, measured on the objective that the answer is for.
  package func warnings(trainTokens: Double?, runs: [Run] = []) -> [ExpertsWarning] {
    domains.flatMap { domain in
      [repeats(domain), beaten(domain), budget(domain, trainTokens)].compactMap { $0 }
    } + runs.compactMap(belowExperts) + otherDifference(runs)
  }

  private func repeats(_ domain: String) -> ExpertsWarning? {
    guard let epochs = models[domain]?.epochs?[domain], epochs > Self.epochs else { return nil }
    return ExpertsWarning(
      kind: .repeatedData, subject: domain, value: epochs, limit: Self.epochs,
      message: "the expert of \(domain) read its data \(rounded(epochs, 1)) times, which a mixture "
        + "would not; \(domain) may deserve more weight than the experts say")
  }

  private func beaten(_ domain: String) -> ExpertsWarning? {
    guard let losses = ownLosses.first(where: { $0.domain == domain })?.losses,
      let own = domains.firstIndex(of: domain),
      let best = losses.indices.filter({ $0 != own }).min(by: { losses[$0] < losses[$1] }),
      losses[own] > losses[best]
    else { return nil }
    let excess = losses[own] - losses[best]
    return ExpertsWarning(
      kind: .beatenExpert, subject: domain, value: excess, limit: 0,
      message:
        "on \(domain) its own expert is \(rounded(excess, 3)) nats per token worse than that "
        + "of \(domains[best]); what \(domain) is worth in a mixture cannot be told from it")
  }

  private func budget(_ domain: String, _ trainTokens: Double?) -> ExpertsWarning? {
    guard let trainTokens, let learned = models[domain]?.tokens?[domain], learned > 0 else {
      return nil
    }
    let ratio = Double(learned) / trainTokens
    guard max(ratio, 1 / ratio) > Self.budgetRatio else { return nil }
    return ExpertsWarning(
      kind: .otherBudget, subject: domain, value: ratio,
      limit: ratio > 1 ? Self.budgetRatio : 1 / Self.budgetRatio,
      message: "the expert of \(domain) learned from \(rounded(ratio, 2)) times the tokens of the "
        + "run; the best mixture may differ between the two")
  }

  private func belowExperts(_ run: Run) -> ExpertsWarning? {
    guard run.measured < run.mde else { return nil }
    return ExpertsWarning(
      kind: .belowExperts, subject: run.id, value: run.measured - run.mde, limit: 0,
      message: "\(run.id) was measured \(rounded(run.mde - run.measured, 3)) nats per token below "
        + "its mixture of experts; domains help each other more than the experts can tell")
  }

  /// Returns a warning of the two runs whose measured and MDE differences differ most.
  private func otherDifference(_ runs: [Run]) -> [ExpertsWarning] {
    let ordered = runs.sorted { $0.measured - $0.mde < $1.measured - $1.mde }
    guard let low = ordered.first, let high = ordered.last else { return [] }
    let (measured, expected) = (high.measured - low.measured, high.mde - low.mde)
    guard measured - expected > Self.difference else { return [] }
    return [
      ExpertsWarning(
        kind: .otherDifference, subject: "\(high.id), \(low.id)", value: measured - expected,
        limit: Self.difference,
        message: "\(high.id) less \(low.id) was measured \(rounded(measured, 3)) nats per token, "
          + "and is \(rounded(expected, 3)) for the experts; their order of mixtures may be wrong")
    ]
  }
}

/// Returns `value` to some decimals.
private func rounded(_ value: Double, _ decimals: Int) -> String {
  String(format: "%.\(decimals)f", value)
}
