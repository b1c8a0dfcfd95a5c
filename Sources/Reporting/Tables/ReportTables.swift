import Formats
import Foundation
import Mixtures
import Regression
import Search
import Storage
import Tasks

/// The tables of the report, each from what a stage measured.
extension RunFolder {
  /// The evaluation sets of the objective, sorted.
  private var sets: [String] { listed(objective.weights.keys.sorted()) }

  /// The proposal's weights and epochs beside the mixtures it is compared with.
  var weightsTable: Table {
    let others = proposal.candidates.filter { $0.id != proposal.id }
    let proposed = proposal.candidates.first { $0.id == proposal.id }
    var table = Table(
      title: "Weights of the domains, in per cent of the training tokens",
      header: ["domain", proposal.id, "epochs"] + others.map(\.id),
      note: "Epochs: how often \(proposal.id) reads the tokens that the domain has.")
    table.long = "domains"
    for domain in listedDomains {
      table.rows.append(
        [
          domain, fixed(100 * proposal.weights[domain], 1),
          proposed?.epochs?[domain].map { fixed($0, 2) } ?? "–",
        ] + others.map { fixed(100 * $0.weights[domain], 1) })
    }
    return table
  }

  /// The objectives that are not in nats per token, with their units.
  func otherUnits(_ objectives: [MeanObjective]) -> String {
    objectives.filter { $0.unit != "nats per token" }.map { "; \($0.name) in \($0.unit)" }.joined()
  }

  /// The test losses that training on the mixtures gave, on text that nothing was chosen on; nil
  /// before a final model was measured.
  var measuredTable: Table? {
    guard !finalModels.isEmpty else { return nil }
    var table = Table(
      title: "Measured test losses of the final models, nats per token"
        + otherUnits([objective]),
      header: ["mixture", objective.name, "±", "\(proposal.id) − it", "±"] + sets,
      note: """
        ± is one standard error over the documents of the test sets; that of a difference is of \
        the same documents under both models. One training run each, so the noise between seeds is \
        not in it.
        """)
    table.wide = ("sets", 5)
    for model in finalModels {
      let mean = finals.value(of: model, objective)
      let difference = differences[model]
      table.rows.append(
        [
          model, number(mean?.nats), number(mean?.standardError),
          number(difference?.nats), number(difference?.standardError),
        ] + sets.map { number(finals.losses[model]?[$0]?.nats) })
    }
    let best = finalModels.firstIndex { finals.value(of: $0, objective) != nil }
    table.emphasized = best.map { [$0] } ?? []
    return table
  }

  /// The same losses in bits per byte, which tokenizers do not change, and as perplexities.
  var perByteTable: Table? {
    guard !finalModels.isEmpty else { return nil }
    let all = listed(Set(finals.losses.values.flatMap(\.keys)).sorted())
    let sets = all.prefix(Table.most)
    return Table(
      title: "Measured test losses in bits per byte, and perplexity per token"
        + (sets.count < all.count ? "; \(all.count - sets.count) more sets are in 5-runs" : ""),
      header: ["mixture"] + sets.flatMap { [$0, "perplexity"] },
      rows: finalModels.map { model in
        [model]
          + sets.flatMap { set in
            let loss = finals.losses[model]?[set]
            return [number(loss?.bitsPerByte), loss.map { fixed(exp($0.nats), 1) } ?? "–"]
          }
      }, note: "Perplexity: e to the loss in nats per token.")
  }

  /// The shares of the end tasks' questions that the final models answer; nil if none were asked.
  var taskScoresTable: Table? {
    let tasks = Set(scores.values.flatMap { $0.map(\.task) }).sorted()
    guard !tasks.isEmpty else { return nil }
    let normalization = Normalization.perByte.rawValue
    var (names, truncated): (Set<String>, [String]) = ([], [])
    for task in tasks {
      let rows = scores.values.compactMap { rows in rows.first { $0.task == task } }
      names.formUnion(rows.compactMap { $0.score(by: normalization)?.name })
      // The models of a run have one context.
      if let row = rows.first, row.truncated > 0 {
        truncated.append("\(row.truncated) of \(row.questions) of \(task)")
      }
    }
    var table = Table(
      title: "Answers of the final models on the end tasks, in per cent, ± one standard error",
      header: ["mixture"] + tasks,
      note: """
        \(names.sorted().joined(separator: ", ")); of questions that no loss here is of. \
        \(truncated.isEmpty
          ? "No question was too long for the models."
          : "Longer than the models' context and cut on the left: "
            + truncated.joined(separator: ", ") + ".")
        """)
    for model in finalModels where scores[model] != nil {
      table.rows.append(
        [model]
          + tasks.map { task in
            guard let row = scores[model]?.first(where: { $0.task == task }),
              let score = row.score(by: normalization)
            else { return "–" }
            let error = score.standardError.map { " ± \(fixed(100 * $0, 1))" } ?? ""
            return fixed(100 * score.value, 1) + error
          })
    }
    return table
  }

  /// The final models, best first.
  var finalModels: [String] {
    finals.losses.keys.sorted {
      let (a, b) = (finals.value(of: $0, objective), finals.value(of: $1, objective))
      return (a?.nats ?? .infinity, $0) < (b?.nats ?? .infinity, $1)
    }
  }

  /// The scores of each family on runs that it was not fitted on.
  var scoresTable: Table? {
    guard let regressor else { return nil }
    return AuditTables.scores(
      regressor.families.map { ($0.name, $0.scores) },
      title:
        "Prediction of \(regressor.objective.name), \(regressor.protocolName), "
        + "\(regressor.data.count) runs",
      best: regressor.family)
  }

  /// The loss of each expert on each validation set, and the entropy of the set's tokens alone.
  var expertsTable: Table {
    func name(_ model: String) -> String {
      model.hasPrefix("expert-") ? String(model.dropFirst(7)) : model
    }
    let places = Dictionary(
      uniqueKeysWithValues: listed(experts.losses.keys.map(name).sorted()).enumerated()
        .map { ($1, $0) })
    let models = experts.losses.keys.sorted { places[name($0)] ?? 0 < places[name($1)] ?? 0 }
    let names = models.map(name)
    var table = Table(
      title: "Validation loss of every expert (columns) on every set (rows), nats per token",
      header: ["set", "unigram"] + names,
      note: """
        * marks the lowest of the row. Unigram: the entropy of the set's own token frequencies, \
        which a model that ignores context cannot beat.
        """)
    (table.long, table.wide) = ("sets", ("experts", 2))
    for set in listed(Set(experts.losses.values.flatMap(\.keys)).sorted()) {
      let losses = models.map { experts.losses[$0]?[set]?.nats ?? .nan }
      let lowest = losses.min()
      table.rows.append(
        [set, number(unigramEntropy[set])]
          + losses.map { number($0) + ($0 == lowest ? "*" : "") })
    }
    return table
  }

  /// The predicted losses of the mixtures compared, with their intervals and MDE losses.
  var predictedTable: Table {
    guard let family = proposal.family else { return orderTable }
    var table = Table(
      title: "Predicted \(objective.name) of the mixtures compared, \(objective.unit)",
      header: ["mixture", "predicted", "90 % from", "to", "MDE", "inside the bounds"],
      note: """
        By \(family), fitted to validation losses. The interval holds the loss of \
        one more run with 90 %. A mixture outside the bounds of the search is an extrapolation.
        """)
    for candidate in proposal.candidates {
      table.rows.append([
        candidate.id, number(candidate.objective), number(candidate.interval?.first),
        number(candidate.interval?.last), number(candidate.mde),
        candidate.isFeasible ? "yes" : "no",
      ])
    }
    table.emphasized = [0]
    return table
  }
}
