import Formats
import Mixtures
import Regression

/// The correlations that show how far a loss tells which model answers more questions.
package struct ScoreCorrelations: Sendable {
  /// A trained model, as it was measured.
  package struct Model: Equatable, Sendable {
    package let id: String
    /// The losses in nats per token, by evaluation set.
    package let losses: [String: Double]
    /// The scores from 0 to 1, by task.
    package let scores: [String: Double]

    package init(id: String, losses: [String: Double], scores: [String: Double]) {
      (self.id, self.losses, self.scores) = (id, losses, scores)
    }
  }

  /// The rows of the losses in their order, each loss with every task and then the mean of all.
  package let rows: [CorrelationFile.Row]

  /// The number of models under which samples of them say nothing.
  private static let fewestForInterval = 5

  /// Correlates losses and scores that all models have.
  ///
  /// The losses are those of every set, and the means that are known by name where there are such.
  /// The scores are those of every task, and their mean.
  ///
  /// - Parameters:
  ///   - domains: The names of the training domains, which tell avg-sp from avg-et.
  ///   - targets: The names of the targets.
  package init(_ models: [Model], domains: [String], targets: [String] = [], seed: UInt64) {
    let sets = Self.common(models.map { Array($0.losses.keys) })
    let tasks = Self.common(models.map { Array($0.scores.keys) })
    let kinds = EvaluationSets(sets, domains: domains, targets: targets)
    let objectives = MeanObjective.names.compactMap { MeanObjective.named($0, of: kinds) }
    let losses =
      sets.map { set in (name: set, of: { (model: Model) in model.losses[set] ?? .nan }) }
      + objectives.map { objective in
        (name: objective.name, of: { (model: Model) in mean(sets: objective.weights, of: model) })
      }
    let scores =
      tasks.map { task in (name: task, of: { (model: Model) in model.scores[task] ?? .nan }) } + [
        (
          name: CorrelationFile.mean,
          of: { (model: Model) in
            tasks.reduce(0) { $0 + (model.scores[$1] ?? .nan) } / Double(tasks.count)
          }
        )
      ]
    let bootstrap = Bootstrap(groups: Array(models.indices), seed: seed)
    rows = losses.flatMap { loss in
      let low = models.map { -loss.of($0) }
      return scores.map { score in
        let values = models.map(score.of)
        let found = bootstrap.estimate(runs: models.count) { rows in
          spearman(rows.map { low[$0] }, rows.map { values[$0] })
        }
        return CorrelationFile.Row(
          loss: loss.name, task: score.name, models: models.count, spearman: found?.value,
          interval: models.count < Self.fewestForInterval ? nil : found.map { [$0.low, $0.high] })
      }
    }
  }

  /// Returns the names that all lists have, sorted.
  private static func common(_ lists: [[String]]) -> [String] {
    guard let first = lists.first else { return [] }
    return lists.reduce(into: Set(first)) { $0.formIntersection($1) }.sorted()
  }

  /// The table with a row for each loss and a column for each task.
  package var table: Table { Self.table(rows) }

  static func table(_ rows: [CorrelationFile.Row]) -> Table {
    let tasks = rows.prefix { $0.loss == rows[0].loss }.map(\.task)
    let body = stride(from: 0, to: rows.count, by: max(1, tasks.count)).map { start in
      let ofLoss = rows[start..<min(rows.count, start + tasks.count)]
      let interval = ofLoss.last?.interval.map { "\(fixed($0[0], 2)) to \(fixed($0[1], 2))" }
      return [rows[start].loss] + ofLoss.map { $0.spearman.map { fixed($0, 2) } ?? "–" }
        + [interval ?? "–"]
    }
    return Table(
      title: "Spearman's ρ of low loss and high score, \(rows.first?.models ?? 0) models",
      header: ["loss"] + tasks + ["90 % of mean"], rows: body,
      note: "The interval is of ρ with the mean score, over samples of the models.")
  }
}

private func mean(sets weights: [String: Double], of model: ScoreCorrelations.Model) -> Double {
  weights.keys.sorted().reduce(0) { $0 + (weights[$1] ?? 0) * (model.losses[$1] ?? .nan) }
}
