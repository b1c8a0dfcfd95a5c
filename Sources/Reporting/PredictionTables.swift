import Formats
import Regression

/// How well mixtures that were held out are predicted from few runs: the paper's table of loss prediction
/// (arXiv:2502.15950), by objective.
extension RunFolder {
  /// One table for each objective whose audit has runs held out.
  var heldOutTables: [Table] {
    var objectives: [String] = []
    for audit in audits where !objectives.contains(audit.objective) {
      objectives.append(audit.objective)
    }
    return objectives.compactMap { objective in
      heldOutTable(objective, audits.filter { $0.objective == objective })
    }
  }

  private func heldOutTable(_ objective: String, _ audits: [FoundAudit]) -> Table? {
    let lines = audits.flatMap { audit in
      audit.learning.filter { $0.heldOutSquaredError != nil }.map { (audit.beta, $0) }
    }
    guard let first = lines.first?.1, let most = lines.map(\.1.runs).max() else { return nil }
    let sizes = Set(lines.map(\.1.runs)).sorted()
    var table = Table(
      title: "Prediction of \(objective) on \(first.testRuns) runs held out",
      header: ["family"] + sizes.flatMap { ["MSE, \($0) runs", "90 %", "ρ", "90 %"] },
      note: """
        Means over random subsets of the runs, up to \(lines.map(\.1.draws).max() ?? 1) of each size, the same for all \
        families; intervals from resampling subsets and runs held out. β: how much a mixture of experts moves its \
        weights with the text read so far.
        """)
    // The order of the families, those with another β after the one with none.
    var names: [String] = []
    for (_, line) in lines where !names.contains(line.family) { names.append(line.family) }
    var errors: [Double] = []
    for name in names {
      for beta in Set(lines.map(\.0)).sorted() {
        let own = lines.filter { $0.0 == beta && $0.1.family == name }.map(\.1)
        guard !own.isEmpty, beta == 0 || own.allSatisfy({ usesExperts($0.family) }) else {
          continue
        }
        table.rows.append(
          [name + (beta == 0 ? "" : ", β = \(short(beta))")]
            + sizes.flatMap { size in cells(own.first { $0.runs == size }) })
        errors.append(own.first { $0.runs == most }?.meanSquaredError.mean ?? .infinity)
      }
    }
    if let best = errors.indices.min(by: { errors[$0] < errors[$1] }) { table.emphasized = [best] }
    return table
  }

  /// Whether a family of that name sees MDE features.
  private func usesExperts(_ family: String) -> Bool {
    regressor.families.first { $0.name == family }?.inputs.contains("mde") == true
  }

  private func cells(_ line: AuditLine.LearningLine?) -> [String] {
    guard let line, let error = line.heldOutSquaredError else { return ["–", "–", "–", "–"] }
    let rank = line.heldOutSpearman
    return [
      significant(error.value), "\(significant(error.low)) … \(significant(error.high))",
      rank.map { fixed($0.value, 3) } ?? "–",
      rank.map { "\(fixed($0.low, 2)) … \(fixed($0.high, 2))" } ?? "–",
    ]
  }

  private func short(_ value: Double) -> String { "\(Float(value))" }
}
