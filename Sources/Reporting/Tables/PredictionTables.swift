import Formats
import Regression

/// The tables of how well held-out mixtures are predicted from few runs, by objective.
///
/// They are those of the paper on loss prediction (arXiv:2502.15950).
extension RunFolder {
  /// The squared errors and the rank correlations of each objective whose audit has runs held out.
  var heldOutTables: [Table] {
    var objectives: [String] = []
    for audit in audits where !objectives.contains(audit.objective) {
      objectives.append(audit.objective)
    }
    return objectives.flatMap { objective in
      heldOutTables(objective, audits.filter { $0.objective == objective })
    }
  }

  private func heldOutTables(_ objective: String, _ audits: [FoundAudit]) -> [Table] {
    let rows = heldOutRows(audits)
    let lines = rows.flatMap(\.lines)
    guard let runs = lines.first?.testRuns else { return [] }
    let sizes = Set(lines.map(\.runs)).sorted()
    func table(
      _ what: String, note: String, _ cell: (LearningPoint) -> (String, String)?
    ) -> Table {
      Table(
        title: "\(what) of \(objective) on \(runs) runs held out, by the number of runs fitted",
        header: ["family"] + sizes.flatMap { ["\($0)", "90 %"] },
        rows: rows.map { row in
          [row.name]
            + sizes.flatMap { size in
              let found = row.lines.first { $0.runs == size }.flatMap(cell) ?? ("–", "–")
              return [found.0, found.1]
            }
        }, note: note)
    }
    var errors = table(
      "Squared error",
      note: """
        Means over random subsets of the runs, up to \(lines.map(\.draws).max() ?? 1) of each \
        size, the same for all families; intervals from resampling subsets and runs held out. β: \
        how much a mixture of experts moves its weights with the text read so far.
        """
    ) { line in
      line.heldOutSquaredError.map {
        (
          significant($0.value),
          "\(significant($0.low, digits: 2))–\(significant($0.high, digits: 2))"
        )
      }
    }
    let most = rows.map { row in
      row.lines.first { $0.runs == sizes.last }?.meanSquaredError.mean ?? .infinity
    }
    if let best = most.indices.min(by: { most[$0] < most[$1] }) { errors.emphasized = [best] }
    let ranks = table("Rank correlation", note: "Spearman's ρ, likewise.") { line in
      line.heldOutSpearman.map {
        (fixed($0.value, 3), "\(fixed($0.low, 2)) … \(fixed($0.high, 2))")
      }
    }
    return [errors, ranks]
  }

  /// Returns the families in their order, each with MDE features of another β after it.
  private func heldOutRows(
    _ audits: [FoundAudit]
  ) -> [(name: String, lines: [LearningPoint])] {
    let lines = audits.flatMap { audit in
      audit.learning.filter { $0.heldOutSquaredError != nil }.map { (beta: audit.beta, line: $0) }
    }
    var families: [String] = []
    for (_, line) in lines where !families.contains(line.family) { families.append(line.family) }
    let betas = Set(lines.map(\.beta)).sorted()
    return families.flatMap { family in
      (usesExperts(family) ? betas : [0]).map { beta in
        (
          name: family + (beta == 0 ? "" : ", β = \(Float(beta))"),
          lines: lines.filter { $0.beta == beta && $0.line.family == family }.map(\.line)
        )
      }
    }.filter { !$0.lines.isEmpty }
  }

  /// Returns whether a family of that name sees MDE features.
  private func usesExperts(_ family: String) -> Bool {
    regressor?.families.first { $0.name == family }?.inputs.contains(.mde) == true
  }
}
