import Formats
import Mixtures
import Regression
import Search

/// The table of how much better the proposal is than other mixtures: predicted, and measured.
extension RunFolder {
  /// The gains over each mixture that was compared or trained; nil where nothing was predicted.
  var gainTable: Table? {
    guard !proposal.verdicts.isEmpty else { return nil }
    let isMeasured = !finalModels.isEmpty
    var table = Table(
      title: "How much lower \(objective.name) is with \(proposal.id) than with others, "
        + objective.unit,
      header: ["mixture", "predicted", "90 % ±"]
        + (isMeasured ? ["validation sets", "±", "test sets", "±"] : []),
      note: "Predicted: of one run of each, on the validation sets, the winner's curse taken off."
        + (isMeasured
          ? " Then what one run of each measured, ± one standard error over the documents, which "
            + "both scored." : ""))
    let names = proposal.verdicts.map(\.against)
    let trained = finalModels.filter {
      $0 != proposal.id && !names.contains($0) && !$0.contains(/-seed[0-9]+$/)
    }
    for name in names + trained {
      let verdict = proposal.verdicts.first { $0.against == name }
      let measured = [validationDifferences[name], differences[name]].flatMap {
        [number($0.map { -$0.nats }), number($0?.standardError)]
      }
      table.rows.append(
        [name, number(verdict?.gain), number(verdict?.radius)] + (isMeasured ? measured : []))
    }
    return table
  }
}
