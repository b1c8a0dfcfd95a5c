import Formats
import Search

/// By how much the proposal was measured to be better than another final model, on the test sets.
struct MeasuredGain {
  let against: String
  /// How much lower the objective is, in its unit.
  let nats: Double
  /// The standard error, that of a seed included where it is known.
  let error: Double

  var isWithinNoise: Bool { nats.magnitude < 2 * error }
}

extension Report {
  /// The objective that the proposal reached on the test sets; nil if it was not measured.
  ///
  /// Of several seeds it is their mean and its standard error, of one the error is over documents.
  var measuredLoss: (mean: Double, error: Double, seeds: Int)? {
    let ours = run.proposal.id
    if let mean = run.seedMeans[ours], let error = mean.standardError {
      return (mean.mean, error, run.seedCount(ours))
    }
    return run.finals.value(of: ours, run.objective).map { ($0.nats, $0.standardError ?? 0, 1) }
  }

  /// The gains over the other final models, the best of them first where there are seeds.
  var measuredGains: [MeasuredGain] {
    let ours = run.proposal.id
    let seeds = run.seedMeans
    if let mean = seeds[ours], mean.standardError != nil {
      return seeds.filter { $0.key != ours }
        .sorted { ($0.value.mean, $0.key) < ($1.value.mean, $1.key) }
        .map { name, other in
          let difference = other - mean
          return MeasuredGain(
            against: name, nats: difference.mean, error: difference.standardError ?? .infinity)
        }
    }
    return run.finalModels.compactMap { model in
      run.differences[model].map { difference in
        // Two runs, each with the noise of its seed.
        let noise = run.proposal.cost.next.noise ?? 0
        let error = difference.standardError * difference.standardError + 2 * noise * noise
        return MeasuredGain(against: model, nats: -difference.nats, error: error.squareRoot())
      }
    }
  }
}
