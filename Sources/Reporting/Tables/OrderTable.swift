import Formats
import Mixtures
import Search

extension RunFolder {
  /// The order of the mixtures by their MDE losses, which is what the experts alone tell.
  var orderTable: Table {
    let lowest = proposal.guards.isEmpty ? "the lowest" : proposal.id
    var table = Table(
      title: "The order of the mixtures by their MDE loss, \(objective.unit)",
      header: ["mixture", "MDE", "above \(lowest)", "inside the bounds"],
      note: """
        The loss of the mixture of the experts' probabilities on the validation sets. It orders \
        mixtures; the loss of a model trained on one is not known from it.
        """)
    let known = proposal.candidates.filter { $0.mde != nil }
      .sorted { ($0.mde ?? 0, $0.id) < ($1.mde ?? 0, $1.id) }
    for candidate in known {
      let distance = (candidate.mde ?? 0) - (proposal.candidates[0].mde ?? 0)
      table.rows.append([
        candidate.id, number(candidate.mde), fixed(distance, 4),
        candidate.isFeasible ? "yes" : "no",
      ])
    }
    table.emphasized = known.firstIndex { $0.id == proposal.id }.map { [$0] } ?? []
    return table
  }
}
