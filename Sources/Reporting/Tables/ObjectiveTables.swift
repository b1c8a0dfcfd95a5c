import Formats
import Mixtures
import Regression
import Search

/// The tables that have the objectives of a run side by side.
extension RunFolder {
  /// The proposal, and those of other objectives after it, each with its regressor.
  private var proposals: [(name: String, proposal: ProposalFile, regressor: RegressorFile)] {
    (regressor.map { [(proposal.id, proposal, $0)] } ?? []) + others
  }

  /// The end tasks among the evaluation sets, sorted.
  var tasks: [String] {
    let sets = experts.losses.values.first?.keys.sorted() ?? []
    return EvaluationSets(sets, domains: domains, targets: targets).ofTasks
  }

  /// The weights that each objective asks for, and how well it is predicted; nil for a single one.
  var objectivesTable: Table? {
    guard !others.isEmpty else { return nil }
    var table = Table(
      title: "The best mixture by each objective: weights in per cent",
      header: ["objective", "predicted", "90 % from", "to", "regressor", "ρ"] + listedDomains,
      note: """
        avg-sp is the mean loss on the domains, avg-et on the right answers of the end tasks, \
        avg-et+sp on both, avg-target on the targets, in nats per token; with /byte in bits per \
        byte. ρ: rank correlation, out of fold.
        """)
    table.wide = ("domains", 6)
    for (_, proposal, regressor) in proposals {
      let best = proposal.candidates.first
      let family = regressor.families.first { $0.name == proposal.family }
      let weights = listedDomains.map { fixed(100 * proposal.weights[$0], 1) }
      let ends = [best?.objective, best?.interval?.first, best?.interval?.last].map(number)
      let rank = family?.scores?.spearman.map { fixed($0.value, 2) } ?? "–"
      table.rows.append(
        [proposal.objective.name] + ends + [proposal.family ?? "–", rank] + weights)
    }
    return table
  }

  /// The test losses of the final models by every objective and on the end tasks.
  ///
  /// It is nil without end tasks, other objectives or final models.
  var measuredTasksTable: Table? {
    guard !others.isEmpty, !tasks.isEmpty, !finalModels.isEmpty else { return nil }
    let objectives = proposals.map(\.regressor.objective)
    var table = Table(
      title: "Measured test losses by each objective and on the end tasks, nats per token"
        + otherUnits(objectives),
      header: ["mixture"] + objectives.map(\.name) + tasks,
      note: """
        On the right answers, given their questions. A proposal named after an objective minimises \
        that one.
        """)
    for model in finalModels {
      let means = objectives.map { finals.value(of: model, $0)?.nats }
      table.rows.append(
        [model] + means.map(number) + tasks.map { number(finals.losses[model]?[$0]?.nats) })
    }
    return table
  }

  func number(_ value: Double?) -> String { value.map { fixed($0, 3) } ?? "–" }
}
