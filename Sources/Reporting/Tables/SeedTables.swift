import Formats
import Mixtures
import Regression
import Search
import Tasks

/// The table of final models that were trained with several seeds.
extension RunFolder {
  /// The final models NAME and NAME-seedN of each mixture, by NAME.
  private var modelsByMixture: [String: [String]] {
    Dictionary(grouping: finals.losses.keys.sorted()) {
      $0.replacing(/-seed[0-9]+$/, with: "")
    }
  }

  /// The objective on the test sets over the seeds of each mixture; empty if each has one model.
  var seedMeans: [String: MeanEstimate] {
    let models = modelsByMixture
    guard models.values.contains(where: { $0.count > 1 }) else { return [:] }
    return models.compactMapValues {
      MeanEstimate(of: $0.compactMap { loss($0, objective) })
    }
  }

  func seedCount(_ mixture: String) -> Int { modelsByMixture[mixture]?.count ?? 0 }

  /// The means over the seeds; nil if no mixture has more than one.
  var seedsTable: Table? {
    let (models, main) = (modelsByMixture, seedMeans)
    guard !main.isEmpty else { return nil }
    let objectives = [objective] + others.map(\.regressor.objective)
    let ours = main[proposal.id]
    var table = Table(
      title: "Measured on the test sets, means over seeds: losses in nats per token"
        + otherUnits(objectives) + (scores.isEmpty ? "" : ", scores in per cent"),
      header: ["mixture", "seeds", objectives[0].name, "±", "\(proposal.id) − it", "±"]
        + objectives.dropFirst().flatMap { [$0.name, "±"] }
        + (scores.isEmpty ? [] : ["mean score", "±"]),
      note: """
        ± is one standard error over the seeds, which are independent of each other. Mean score: \
        over the end tasks, as in the table of answers.
        """)
    let order = models.keys.sorted {
      (main[$0]?.mean ?? .infinity, $0) < (main[$1]?.mean ?? .infinity, $1)
    }
    for name in order {
      let own = models[name] ?? []
      let moments = main[name]
      let difference =
        name == proposal.id ? nil : ours.flatMap { ours in moments.map { ours - $0 } }
      var row = [name, "\(own.count)"] + cells(moments, digits: 3) + cells(difference, digits: 3)
      for objective in objectives.dropFirst() {
        row += cells(MeanEstimate(of: own.compactMap { loss($0, objective) }), digits: 3)
      }
      if !scores.isEmpty { row += cells(MeanEstimate(of: own.compactMap(meanScore)), digits: 1) }
      table.rows.append(row)
    }
    table.emphasized = [0]
    return table
  }

  private func loss(_ model: String, _ objective: MeanObjective) -> Double? {
    finals.value(of: model, objective)?.nats
  }

  /// Returns a model's mean score over the tasks in per cent; nil if it was not asked.
  private func meanScore(_ model: String) -> Double? {
    guard let rows = scores[model], !rows.isEmpty else { return nil }
    let found = rows.compactMap { $0.score(by: Normalization.perByte.rawValue)?.value }
    return found.count == rows.count ? 100 * found.reduce(0, +) / Double(found.count) : nil
  }

  private func cells(_ estimate: MeanEstimate?, digits: Int) -> [String] {
    [
      estimate.map { fixed($0.mean, digits) } ?? "–",
      estimate?.standardError.map { fixed($0, digits) } ?? "–",
    ]
  }
}
