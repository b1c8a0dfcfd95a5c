import Experts
import Formats
import Mixtures
import Storage

/// The losses of models on evaluation sets, from a table of runs.
struct MeasuredModels {
  /// The losses, by model, then by evaluation set.
  let losses: [String: [String: MeasuredLoss]]
  /// The SHA-256 of each model's model.safetensors; a model without one is left out.
  let digests: [String: String]

  init(_ table: RunTable) {
    losses = Dictionary(table.runs.map { ($0.id, $0.losses) }) { first, _ in first }
    digests = losses.keys.reduce(into: [:]) { digests, id in
      digests[id] = table.runs.first { $0.id == id }?.model
    }
  }

  /// Returns the mean of a model's losses over `sets` with its standard error; nil if one is
  /// missing.
  func mean(of model: String, over sets: [String]) -> MeasuredLoss? {
    let found = sets.compactMap { losses[model]?[$0] }
    guard found.count == sets.count, !sets.isEmpty else { return nil }
    let count = Double(sets.count)
    let variance = found.reduce(0) { $0 + ($1.standardError ?? 0) * ($1.standardError ?? 0) }
    return MeasuredLoss(
      nats: found.reduce(0) { $0 + $1.nats } / count,
      standardError: variance.squareRoot() / count)
  }
}
