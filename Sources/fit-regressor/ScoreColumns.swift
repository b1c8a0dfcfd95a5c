import Formats
import Mixtures
import Regression
import Storage
import ToolKit

/// The columns of scores, of which more is better: what is fitted is how far they fall short.
///
/// A column of scores from 0 to 1 becomes 1 − score, one of per cent 100 − score.
struct ScoreColumns {
  /// The names of the columns, or `all`; empty if there are none.
  let names: [String]
  /// The highest score there can be, by column, as the runs tell it that are read first.
  private var highest: [String: Double] = [:]

  init(_ names: [String]) { self.names = names }

  /// The runs with what their scores fall short by in place of the scores.
  ///
  /// - Throws: `UsageError` if a column is not there, or has scores below 0 or above 100.
  mutating func shortfalls(of runs: [ObservedRun]) throws -> [ObservedRun] {
    guard !names.isEmpty else { return runs }
    let sets = Set(runs.flatMap(\.losses.keys))
    if let missing = names.first(where: { $0 != "all" && !sets.contains($0) }) {
      throw UsageError(
        "--higher-is-better \(missing): is no column of the runs; "
          + choices(sets.sorted(), insteadOf: missing))
    }
    for set in names.contains("all") ? sets : Set(names) where highest[set] == nil {
      let scores = runs.compactMap { $0.losses[set]?.nats }
      guard let (low, high) = scores.min().flatMap({ low in scores.max().map { (low, $0) } }),
        low >= 0, high <= 100
      else {
        throw UsageError(
          "--higher-is-better \(set): its scores are not from 0 to 1, or per cent; give losses")
      }
      highest[set] = high <= 1 ? 1 : 100
    }
    let highest = highest
    return runs.map { run in
      ObservedRun(
        id: run.id, mixture: run.mixture,
        losses: Dictionary(
          uniqueKeysWithValues: run.losses.map { set, loss in
            guard let most = highest[set] else { return (set, loss) }
            return (
              set, MeasuredLoss(nats: most - loss.nats, standardError: loss.standardError)
            )
          }), epochs: run.epochs, tokens: run.tokens, totalTokens: run.totalTokens,
        parameters: run.parameters, model: run.model)
    }
  }
}
