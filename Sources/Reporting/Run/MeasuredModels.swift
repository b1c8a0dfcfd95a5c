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

  /// - Parameter table: the runs; nil where no model was measured.
  init(_ table: RunTable?) {
    let runs = table?.runs ?? []
    losses = Dictionary(runs.map { ($0.id, $0.losses) }) { first, _ in first }
    digests = losses.keys.reduce(into: [:]) { digests, id in
      digests[id] = runs.first { $0.id == id }?.model
    }
  }

  /// Returns Σ weight · loss of a model with its standard error, in the objective's unit; nil if a
  /// loss is missing.
  func value(of model: String, _ objective: MeanObjective) -> MeasuredLoss? {
    var (sum, variance) = (0.0, 0.0)
    for (set, weight) in objective.weights.sorted(by: { $0.key < $1.key }) {
      guard let loss = losses[model]?[set] else { return nil }
      let error = weight * (loss.standardError ?? 0)
      sum += weight * loss.nats
      variance += error * error
    }
    return MeasuredLoss(nats: sum, standardError: variance.squareRoot())
  }
}
