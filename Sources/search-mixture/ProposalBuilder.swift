import Formats
import Foundation
import Mixtures
import Search
import Storage
import ToolKit

/// Puts a search's results under their names.
struct ProposalBuilder {
  let file: RegressorFile
  let family: RegressorFile.Family
  let objective: FittedObjective
  let feasible: FeasibleSet
  let inventory: Inventory

  func proposal(
    _ found: MixtureSearch, _ certified: CertifiedMinimum,
    others: [(id: String, weights: [Double])], provenance: Provenance
  ) -> ProposalFile {
    let error = PredictionError(family, in: file)
    let best = candidate("proposal", found.weights, error)
    let compared = others.map { candidate($0.id, $0.weights, error) }
    return ProposalFile(
      provenance: provenance, weights: named(found.weights), objective: file.objective,
      family: family.name, verdict: verdict(best, compared, error),
      candidates: [best] + compared,
      certificate: .init(
        weights: named(certified.weights), objective: certified.objective, gap: certified.gap,
        shadowPrices: named(certified.shadowPrices), iterations: certified.iterations),
      constraints: constraints(found.weights),
      search: .init(
        randomDraws: found.draws.count, bestRandom: found.draws.best.first?.value,
        starts: found.starts, evaluations: found.evaluations))
  }

  private func named(_ values: [Double]) -> [String: Double] {
    Dictionary(uniqueKeysWithValues: zip(feasible.domains, values))
  }

  private func candidate(
    _ id: String, _ weights: [Double], _ error: PredictionError
  ) -> ProposalFile.Candidate {
    let prediction = objective.predict(weights)
    let sets = objective.cache.sets.map(\.name)
    return ProposalFile.Candidate(
      id: id, weights: named(weights), epochs: inventory.epochs(of: named(weights)),
      isFeasible: feasible.contains(weights, tolerance: 1e-6), objective: prediction.objective,
      interval: [prediction.objective - error.radius, prediction.objective + error.radius],
      losses: Dictionary(uniqueKeysWithValues: zip(sets, prediction.losses)),
      mde: file.objective.value(Dictionary(uniqueKeysWithValues: zip(sets, prediction.mde))))
  }

  /// Against natural, or else the first of the mixtures compared.
  private func verdict(
    _ best: ProposalFile.Candidate, _ others: [ProposalFile.Candidate], _ error: PredictionError
  ) -> String {
    guard let baseline = others.first(where: { $0.id == "natural" }) ?? others.first else {
      return "nothing to compare with"
    }
    return error.verdict(best.objective, against: baseline.objective, named: baseline.id)
  }

  private func constraints(_ weights: [Double]) -> [String: ProposalFile.Constraint] {
    var constraints: [String: ProposalFile.Constraint] = [:]
    for (i, domain) in feasible.domains.enumerated() {
      let (low, high) = (feasible.minimum[i], feasible.maximum[i])
      let binding =
        weights[i] <= low + 1e-6 ? "minimum" : weights[i] >= high - 1e-6 ? "maximum" : nil
      constraints[domain] = .init(
        minimum: low, maximum: high, reason: feasible.reasons[i], binding: binding)
    }
    return constraints
  }
}

extension ProposalFile {
  /// The answer in a few lines.
  var summary: [String] {
    var lines = ["domain              weight  epochs  bounds"]
    for domain in weights.keys.sorted() {
      let epochs = candidates[0].epochs?[domain].map { String(format: "%.2f", $0) } ?? "-"
      var line = domain.padding(toLength: 18, withPad: " ", startingAt: 0)
      line += String(format: "%8.4f", weights[domain] ?? 0)
      line += String(repeating: " ", count: max(1, 8 - epochs.count)) + epochs
      if let bound = constraints[domain] {
        line += String(format: "  %.4f to %.4f", bound.minimum, bound.maximum)
        if !bound.reason.isEmpty { line += " (\(bound.reason))" }
        if let binding = bound.binding { line += ", at its \(binding)" }
      }
      lines.append(line)
    }
    lines.append("")
    for candidate in candidates {
      lines.append(
        candidate.id.padding(toLength: 18, withPad: " ", startingAt: 0)
          + String(
            format: "%8.4f nats per token predicted, %.4f to %.4f", candidate.objective,
            candidate.interval[0], candidate.interval[1])
          + (candidate.isFeasible ? "" : ", outside the bounds"))
    }
    lines.append("")
    lines.append(
      String(
        format: "MDE alone: minimum %.6f, certain to %.1e nats, after %d steps",
        certificate.objective, certificate.gap, certificate.iterations))
    lines.append(
      "searched: \(search.randomDraws) draws, \(search.starts) starts, \(search.evaluations) evaluations"
    )
    lines.append(verdict)
    return lines
  }
}
